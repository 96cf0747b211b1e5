// Around a link that was opened (linked.js): the way out of another app's browser, and nothing left of whoever was here before.

import { isInApp } from "./install.js";
import { forgetPages } from "./worker.js";

// Another app's own browser forgets what it kept: its page opens in the real one instead, by the copied link.
function offerToLeave() {
  const secret = document.querySelector("[data-link] input[name=token]")?.value;
  const card = document.querySelector("[data-in-app]");
  if (!secret || !card || !isInApp()) return;
  card.hidden = false;
  card.querySelector("[data-copy-link]").onclick = ({ target }) => copy(target, `${location.origin}/j#${secret}`);
}

async function copy(button, link) {
  try {
    await navigator.clipboard.writeText(link);
    button.textContent = button.dataset.copied;
  } catch {
    button.textContent = link; // to be copied by hand
  }
}

offerToLeave();
addEventListener("hashchange", offerToLeave);
// Whoever opens a page here next must not meet what was kept for whoever sat here before.
forgetPages().catch(() => {});
