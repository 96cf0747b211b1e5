// The page is there to be read before any other script works: its first paint waits for none. Then its languages, and what it
// is for (data-then). A tap on a form that comes before its script waits for that, and goes out plainly where it does not come.

const { then } = document.querySelector("script[data-then]").dataset;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const painted = new Promise((resolve) => new PerformanceObserver(resolve).observe({ type: "paint", buffered: true }));
// A page in the background is not painted.
const shown = Promise.race([painted.catch(() => {}), wait(1_000)]);

const answers = then && begin("[data-entry]:not([data-plain])", then);
// A language leaves the page: an answer that waits goes first.
begin("[data-languages]", "./languages.js", answers);

async function begin(forms, script, first) {
  const early = new Map();
  addEventListener("submit", hold, true);
  await shown;
  // A page that is left gives up what is on its way.
  const there = import(script).catch(() => {});
  await first;
  await Promise.race([there, wait(8_000)]);
  removeEventListener("submit", hold, true);
  for (const [form, button] of early) form.requestSubmit(button);

  function hold(event) {
    if (!event.target.matches(forms)) return;
    event.preventDefault();
    early.set(event.target, event.submitter);
  }
}
