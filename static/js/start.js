// The page is there to be read before any other script works: its first paint waits for none. Then its languages, and what it
// is for (data-then). A tap on a form that comes before its script waits for that, and goes out plainly where it does not come.

const { then } = document.querySelector("script[data-then]").dataset;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const paint = Promise.race([painted(), wait(1_000)]); // a page in the background is not painted

begin("[data-languages]", "./languages.js");
if (then) begin("[data-entry]:not([data-plain])", then);

async function begin(forms, script) {
  const early = new Map();
  addEventListener("submit", hold, true);
  await paint;
  await Promise.race([import(script).catch(() => {}), wait(8_000)]); // a page that is left gives up what is on its way
  removeEventListener("submit", hold, true);
  for (const [form, button] of early) form.requestSubmit(button);

  function hold(event) {
    if (!event.target.matches(forms)) return;
    event.preventDefault();
    early.set(event.target, event.submitter);
  }
}

function painted() {
  if (!globalThis.PerformanceObserver) return null;
  return new Promise((resolve) => new PerformanceObserver(resolve).observe({ type: "paint", buffered: true }));
}
