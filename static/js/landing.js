// The link's secret stands in the fragment, which no server and no log sees. It leaves the address bar before anything else.

import { forgetPages } from "./leaving.js";

function take() {
  const found = /[A-Za-z0-9_-]{43}/.exec(location.hash);
  history.replaceState(null, "", location.pathname);
  const card = document.querySelector("[data-link]");
  if (!found || !card) return;
  card.querySelector("input[name=token]").value = found[0];
  card.hidden = false;
  document.querySelector("[data-no-link]").hidden = true;
}

take();
addEventListener("hashchange", take);
// Whoever opens a page here next must not meet what was kept for whoever sat here before.
forgetPages().catch(() => {});
