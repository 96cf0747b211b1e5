// Where the phone's own log can't take an answer, its form goes straight to the clinic. Only what the clinic has taken is left
// behind; everything else stays on the screen as it was typed, and nobody is told that it was saved.

const notice = document.querySelector("[data-needs-signal]");

// Without a log or a worker the page works as long as there is signal, and says so.
export function needSignal(error) {
  console.error("plain forms only:", error);
  notice.hidden = false;
}

// Resolves to false where the clinic could not be reached. The form brings its own id: sent twice, it is one entry.
export async function sendPlainly(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(15_000) }).catch(() => null);
  if (!answer?.headers.get("X-Build")) return tellUnsaved(form);
  form.dataset.plain = "true";
  if (answer.ok) location.assign(answer.url);
  else form.requestSubmit(submitter?.form === form ? submitter : undefined); // its answer is a page that says what is missing
  return true;
}

function tellUnsaved(form) {
  const place = form.querySelector("[data-error]") || notice;
  place.textContent = notice.dataset.unsaved;
  place.hidden = false;
  place.scrollIntoView({ block: "center" });
  return false;
}
