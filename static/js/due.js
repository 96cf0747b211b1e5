// How long until what is due, beside its time: reckoned from the time itself whenever somebody looks, never counted down.

const MINUTE = 60_000;
const LOOKED = ["visibilitychange", "pageshow", "focus"];

// Told in an attribute that the style shows, so that the text of a card stays as the server drew it.
export function reckon() {
  for (const one of document.querySelectorAll("[data-due-at]")) {
    const { inWords, lateWords, units } = one.closest("[data-in-words]").dataset;
    const minutes = Math.round((Number(one.dataset.dueAt) - Date.now()) / MINUTE);
    one.dataset.in = (minutes < 0 ? lateWords : inWords).replace("{length}", length(Math.abs(minutes), units.split("|")));
  }
}

export function keepReckoning() {
  reckon();
  for (const event of LOOKED) addEventListener(event, reckon, true);
}

// One piece, that no line ends in.
function length(minutes, [d, h, min]) {
  if (minutes >= 2880) return `${Math.round(minutes / 1440)}\u00a0${d}`;
  const hours = Math.floor(minutes / 60);
  const parts = [hours && `${hours}\u00a0${h}`, (minutes % 60 || !hours) && `${minutes % 60}\u00a0${min}`];
  return parts.filter(Boolean).join("\u00a0");
}
