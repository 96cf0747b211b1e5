// The page is there to be read before any other script works: its first paint waits for none. Then what it is for (data-then),
// and its languages. A tap on an answer that comes before waits for them, and goes out plainly where they do not come.

const { then } = document.querySelector("script[data-then]").dataset;
const early = new Map();
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

addEventListener("submit", hold, true);
await Promise.race([painted(), wait(1_000)]); // a page in the background is not painted
import("./languages.js").catch(() => {}); // a page that is left gives up what was on its way; languages work without
if (then) await Promise.race([import(then).catch(() => {}), wait(8_000)]);
removeEventListener("submit", hold, true);
for (const [form, button] of early) form.requestSubmit(button);

function hold(event) {
  const form = event.target;
  if (!then || !form.dataset.entry || form.dataset.plain) return;
  event.preventDefault();
  early.set(form, event.submitter);
}

function painted() {
  if (!globalThis.PerformanceObserver) return null;
  return new Promise((resolve) => new PerformanceObserver(resolve).observe({ type: "paint", buffered: true }));
}
