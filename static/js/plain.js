// Where the phone's own log can't take an answer, its form goes straight to the clinic. Only what the clinic has taken is left
// behind; everything else stays on the screen as it was typed, and nobody is told that it was saved.

const notice = document.querySelector("[data-needs-signal]");
const unsaved = document.querySelector("[data-unsaved]");

// Without a log or a worker the page works as long as there is signal, and says so. A page that the worker kept was true when it
// was drawn: what it says of gates and hold is covered.
export function needSignal(error) {
  if (error) console.error("plain forms only:", error);
  notice.hidden = false;
  if (!navigator.serviceWorker?.controller) return;
  for (const place of document.querySelectorAll("[data-gate], [data-hold-until]")) {
    place.dataset.open = "false";
    place.querySelector("[data-tell=says], [data-tell=hold]").textContent = notice.dataset.unknown;
    place.querySelector("[data-list=reasons]")?.replaceChildren();
  }
}

// The form brings the id of its word: sent twice, it is one entry.
export async function sendPlainly(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(15_000) }).catch(() => null);
  const ours = Boolean(answer?.headers.get("X-Build"));
  if (ours && answer.ok) location.assign(answer.url);
  else if (ours && answer.status === 422) showAnswer(form, submitter); // a page that says what is missing
  else tellUnsaved(form);
}

function showAnswer(form, submitter) {
  form.dataset.plain = "true";
  form.requestSubmit(submitter?.form === form ? submitter : undefined);
}

function tellUnsaved(form) {
  const place = form.querySelector("[data-error]") || unsaved;
  place.textContent = unsaved.textContent;
  place.hidden = false;
  place.scrollIntoView({ block: "center" });
}

export function hideNotices() {
  for (const one of document.querySelectorAll("[data-error], [data-sure], [data-unsaved]")) one.hidden = true;
}
