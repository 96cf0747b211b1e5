// A screen for a dark room: a tap sets it and takes it back, on this device alone. The server draws pages as the cookie says, and
// the worker those that it keeps as it was told: nothing shines up before this is there.
(() => {
  const root = document.documentElement;
  const show = () => {
    root.dataset.scheme = /scheme=(dim|own)/.exec(document.cookie)?.[1] ?? root.dataset.scheme;
    for (const button of document.querySelectorAll("[data-dim]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(root.dataset.scheme === "dim"));
    }
  };
  const choose = (scheme) => {
    const [own, only] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
    root.dataset.scheme = scheme; // also where no cookie is taken: on this page alone
    document.cookie = `${own}scheme=${scheme}; Path=/; Max-Age=31536000; SameSite=Lax${only}`;
    globalThis.caches?.open("look").then((look) => look.put("/look", new Response(scheme))).catch(() => {});
    show();
  };
  show();
  addEventListener("DOMContentLoaded", show);
  document.addEventListener("visibilitychange", show);
  addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-dim]")) choose(root.dataset.scheme === "dim" ? "own" : "dim");
  });
})();
