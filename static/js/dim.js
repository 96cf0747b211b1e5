// A screen for a dark room: a tap sets it and takes it back, on this device alone. The server draws pages as the cookie says, and
// the worker those that it keeps as it was told: nothing shines up before this is there.
(() => {
  const root = document.documentElement;
  const windows = globalThis.BroadcastChannel && new BroadcastChannel("scheme");
  const isDim = () => root.dataset.scheme === "dim";
  const show = () => {
    root.dataset.scheme = /(?:^|; )(?:__Host-)?scheme=(dim|own)(?:;|$)/.exec(document.cookie)?.[1] ?? root.dataset.scheme;
    for (const button of document.querySelectorAll("[data-dim]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isDim()));
    }
  };
  const keep = (scheme) => {
    const [own, only] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
    document.cookie = `${own}scheme=${scheme}; Path=/; Max-Age=31536000; SameSite=Lax${only}`;
    globalThis.caches?.open("look").then((look) => look.put("/look", new Response(scheme))).catch(() => {});
  };
  const came = root.dataset.scheme;
  show();
  if (isDim() || root.dataset.scheme !== came) keep(root.dataset.scheme); // a browser forgets, or the two came apart
  addEventListener("DOMContentLoaded", show);
  document.addEventListener("visibilitychange", show);
  windows?.addEventListener("message", show);
  addEventListener("click", ({ target }) => {
    if (!target.closest?.("[data-dim]")) return;
    root.dataset.scheme = isDim() ? "own" : "dim"; // also where no cookie is taken: on this page alone
    keep(root.dataset.scheme);
    show();
    windows?.postMessage("");
  });
})();
