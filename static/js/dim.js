// A screen for a dark room: a tap sets it and takes it back, on this device alone. Before the page is drawn, so that nothing
// shines up first.
(() => {
  const KEY = "sessionday/dim";
  const root = document.documentElement;
  const show = (on) => {
    if (on) root.dataset.scheme = "dim";
    else delete root.dataset.scheme;
    for (const button of document.querySelectorAll("[data-dim]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(on));
    }
  };
  const kept = () => {
    try {
      return localStorage.getItem(KEY) === "on";
    } catch {
      return false;
    }
  };
  show(kept());
  addEventListener("DOMContentLoaded", () => show(kept()));
  addEventListener("storage", ({ key }) => key === KEY && show(kept()));
  addEventListener("click", ({ target }) => {
    if (!target.closest?.("[data-dim]")) return;
    const on = root.dataset.scheme !== "dim";
    show(on);
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      // It stays so on this page alone.
    }
  });
})();
