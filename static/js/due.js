// How long until what is due, beside its time: reckoned from the time itself whenever somebody looks, never counted down.

const MINUTE = 60_000;
const LOOKED = ["visibilitychange", "pageshow", "focus"];

// Told in an attribute that the style shows, so that the text of a card stays as the server drew it.
export function reckon() {
  for (const one of document.querySelectorAll("[data-due-at]")) {
    const { inWords, lateWords } = one.closest("[data-in-words]").dataset;
    const minutes = Math.round((Number(one.dataset.dueAt) - Date.now()) / MINUTE);
    one.dataset.in = (minutes < 0 ? lateWords : inWords).replace("{length}", length(Math.abs(minutes)));
  }
}

export function keepReckoning() {
  reckon();
  for (const event of LOOKED) addEventListener(event, reckon, true);
}

function length(minutes) {
  if (minutes >= 2880) return `${Math.round(minutes / 1440)} d`;
  const hours = Math.floor(minutes / 60);
  return [hours && `${hours} h`, (minutes % 60 || !hours) && `${minutes % 60} min`].filter(Boolean).join(" ");
}
