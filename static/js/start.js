// The page is there to be read before any script works: its first paint waits for none. Then what it is for (data-then), and
// what every page has.

const painted = new Promise((resolve) => new PerformanceObserver(resolve).observe({ type: "paint", buffered: true }));
const unseen = new Promise((resolve) => setTimeout(resolve, 1_000)); // a page in the background is not painted
await Promise.race([painted, unseen]);

const { then } = document.querySelector("script[data-then]").dataset;
for (const module of [then, "./dim.js", "./languages.js"]) if (module) import(module);
