// The lock screen of a shared tablet. Calls for help and facts go out at once, or wait on this tablet until there is signal.

const WAITING = "tablet.waiting";
const AGAIN_MS = 15_000;
const said = document.querySelector("[data-kept]");
const noSignal = document.querySelector("[data-no-signal]");
const from = decodeURIComponent(location.hash.slice(1)); // the page that was open

localStorage.setItem("tablet.shared", "true");
if (document.body.dataset.isLocked === "true") localStorage.setItem("tablet.locked", "true");
document.querySelector("[name=back]").value = from;
choose(/^\/s\/([^/]+)\//.exec(from)?.[1]);
for (const form of document.querySelectorAll("[data-help-form], [data-fact-form]")) form.addEventListener("submit", onSubmit);
addEventListener("online", sendWaiting);
setInterval(sendWaiting, AGAIN_MS);
sendWaiting();

// For whoever's page it was, unless somebody chooses another.
function choose(handle) {
  for (const option of document.querySelectorAll("[name=session]")) if (option.value === handle) option.checked = true;
}

async function onSubmit(event) {
  event.preventDefault();
  const form = event.target;
  if (form.elements.at) form.elements.at.value = String(Date.now());
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", event.submitter?.value ?? "fact");
  const answer = await send(fields.toString());
  if (answer.refused) return fail(form, answer.message);
  if (!answer.said) wait(fields.toString());
  show(form, answer.said);
}

// What the clinic said, or nothing where it can't be reached. Only our own answer counts: a captive portal answers 200 too.
async function send(body) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
  try {
    const answer = await fetch("/locked", { method: "POST", headers, body, signal: AbortSignal.timeout(8_000) });
    const told = await answer.json();
    noSignal.hidden = true;
    return { said: answer.ok && told.said, refused: answer.status === 422, message: told.error?.message };
  } catch {
    noSignal.hidden = false;
    return {};
  }
}

function show(form, words) {
  said.textContent = words || said.dataset.kept;
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
  form.querySelector("[data-failed]").hidden = true;
  form.elements.id.value = crypto.randomUUID();
  if (form.elements.fact) form.elements.fact.value = "";
}

function fail(form, message) {
  const place = form.querySelector("[data-failed]");
  place.textContent = message;
  place.hidden = false;
  place.scrollIntoView({ block: "center" });
}

function waiting() {
  return JSON.parse(localStorage.getItem(WAITING) || "[]");
}

function wait(body) {
  localStorage.setItem(WAITING, JSON.stringify([...waiting(), body]));
}

// One after the other; each leaves the tablet only when the clinic has it, or has said that it can't be taken as it is.
async function sendWaiting() {
  for (const body of waiting()) {
    const answer = await send(body);
    if (!answer.said && !answer.refused) return;
    localStorage.setItem(WAITING, JSON.stringify(waiting().filter((one) => one !== body)));
    said.textContent = answer.said || answer.message;
    said.hidden = false;
  }
}
