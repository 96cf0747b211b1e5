// At a shared tablet the clinic takes what could open a gate only from somebody who has just shown who they are. Until then the
// words stay in this tablet's log, and count for nothing on its screen either.

const notice = document.querySelector("[data-prove-notice]");
const dialog = document.querySelector("dialog[data-prove]");
const error = dialog.querySelector("[data-prove-error]");
const field = dialog.querySelector("input");
const PIN = /^[0-9]{6}$/;
let asked = 0;
let proven = () => {};

notice.querySelector("button").addEventListener("click", open);
dialog.querySelector("form").addEventListener("submit", onSubmit);

// `waiting`: how many words wait. One that is new asks at once; `again` offers them to the clinic anew.
export function ask(waiting, again) {
  proven = again;
  notice.hidden = waiting === 0;
  if (waiting > asked && !dialog.open) open();
  if (waiting === 0 && dialog.open) dialog.close();
  asked = waiting;
}

function open() {
  error.hidden = true;
  field.value = "";
  dialog.showModal();
  field.focus();
}

async function onSubmit(event) {
  if (event.submitter?.value === "later") return;
  event.preventDefault();
  const why = await prove(field.value);
  field.value = "";
  error.textContent = why;
  error.hidden = !why;
  if (why) return field.focus();
  dialog.close();
  proven();
}

// Why it was not taken; nothing where it was.
async function prove(secret) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const body = JSON.stringify(PIN.test(secret) ? { pin: secret } : { passphrase: secret });
  try {
    const answer = await fetch("/prove", { method: "POST", headers, body, signal: AbortSignal.timeout(8_000) });
    const told = await answer.json();
    return answer.ok && told.until ? "" : told.error.message;
  } catch {
    return error.dataset.noAnswer;
  }
}
