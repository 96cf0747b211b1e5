// The link's secret stands in the fragment, which no server and no log sees. It leaves the address bar before anything else.

import { forgetPages } from "./leaving.js";
import { isInApp } from "./install.js";

function take() {
  const found = /[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/.exec(location.hash);
  history.replaceState(null, "", location.pathname);
  const card = document.querySelector("[data-link]");
  if (!found || !card) return;
  card.querySelector("input[name=token]").value = found[0];
  document.querySelector("[data-languages]").dataset.secret = `#${found[0]}`;
  card.hidden = false;
  document.querySelector("[data-no-link]").hidden = true;
  if (isInApp()) offerToLeave(document.querySelector("[data-in-app]"), `${location.origin}/j#${found[0]}`);
}

// Another app's own browser forgets what it kept: its page opens in the real one instead, by the copied link.
function offerToLeave(card, link) {
  const button = card.querySelector("[data-copy-link]");
  card.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = button.dataset.copied;
    } catch {
      button.textContent = link; // to be copied by hand
    }
  });
}

take();
addEventListener("hashchange", take);
// Whoever opens a page here next must not meet what was kept for whoever sat here before.
forgetPages().catch(() => {});
