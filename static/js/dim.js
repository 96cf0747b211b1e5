// A screen for a dark room: a tap sets it and takes it back, on this device alone. Nothing waits for this script, but a phone that
// keeps it has it before the page is drawn as a rule, so that nothing shines up first.
(() => {
  const root = document.documentElement;
  const isDim = () => root.dataset.scheme === "dim";
  const show = (scheme) => {
    root.dataset.scheme = scheme;
    for (const button of document.querySelectorAll("[data-dim]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isDim()));
    }
  };
  const kept = () => {
    try {
      return localStorage.scheme;
    } catch {
      return "own"; // no storage
    }
  };
  show(kept());
  addEventListener("DOMContentLoaded", () => show(root.dataset.scheme));
  addEventListener("storage", () => show(kept()));
  addEventListener("click", ({ target }) => {
    if (!target.closest?.("[data-dim]")) return;
    show(isDim() ? "own" : "dim");
    try {
      localStorage.scheme = root.dataset.scheme;
    } catch {
      // It stays so on this page alone.
    }
  });
})();
