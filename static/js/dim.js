// A screen for a dark room: a tap sets it and takes it back, on this device alone. What was set stands before the page is
// drawn, so that nothing shines up first (templates/first/dim.js).
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
  show(root.dataset.scheme);
  addEventListener("storage", ({ key, newValue }) => key === "scheme" && show(newValue));
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
