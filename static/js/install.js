// The page as an app of its own on the phone: when that is offered, and what such an app does first.

const IN_APP = /\bFBA[NV]|Instagram|Line\/|WhatsApp|Snapchat|TikTok|BytedanceWebview|GSA\/|; wv\)/;
let prompt = null; // the browser's own question, kept for a quiet moment

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
});

export function isInApp() {
  return IN_APP.test(navigator.userAgent);
}

function isInstalled() {
  return navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
}

// An app on an iPhone has a storage of its own and was given a copy of the browser's cookie, once. With a credential of its own it
// is another device; until then it says nothing of its memory, which would look like the browser's that was emptied.
export async function begin(handle, log) {
  if (navigator.standalone !== true || (await log.fact("installed"))) return;
  const answer = await fetch(`/s/${handle}/installed`, { method: "POST", signal: AbortSignal.timeout(8_000) });
  if (answer.status === 204) await log.keep("installed", true);
}

export function hasOwnCredential({ installed }) {
  return navigator.standalone !== true || installed === true;
}

// Offered only where the clinic was just heard, has everything, and the person has answered something; never inside another app.
export function offer(card, { heard, left, answered }) {
  if (!card) return;
  const able = prompt || "standalone" in navigator;
  card.hidden = !(heard && left === 0 && answered && able) || isInstalled() || isInApp();
  card.querySelector("[data-install-ask]").hidden = !prompt;
  card.querySelector("[data-install-how]").hidden = Boolean(prompt);
}

export async function ask(card) {
  await prompt?.prompt();
  prompt = null;
  card.hidden = true;
}
