// The screen of a client who is given the medicine stays on, so that the button for help is there without a code to type.

let lock = null;
let asking = false;
let wanted = false;

export function stayAwake(want) {
  wanted = want;
  if (want) take();
  else lock?.release();
}

// The browser lets go by itself whenever the page is out of sight.
async function take() {
  if (lock || asking || !wanted || document.visibilityState !== "visible") return;
  asking = true;
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) || null;
  asking = false;
  lock?.addEventListener("release", () => (lock = null));
  if (!wanted) lock?.release();
}

document.addEventListener("visibilitychange", take);
