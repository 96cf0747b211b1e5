// The lock screen of a shared tablet. Calls for help and facts go out at once, or wait on this tablet until there is signal; and so
// does what whoever sits here has written before it locked.

import { unsentOf } from "./leaving.js";
import { openLog } from "./log.js";
import { Sync } from "./sync.js";
import { keepSending, send, wait } from "./waiting.js";

const AGAIN_MS = 15_000;
const { person, isLocked } = document.body.dataset;
const said = document.querySelector("[data-kept]");
const noSignal = document.querySelector("[data-no-signal]");
const from = decodeURIComponent(location.hash.slice(1)); // the page that was open
const forms = document.querySelectorAll("[data-help-form], [data-fact-form]");

localStorage.setItem("tablet.shared", "true");
if (isLocked === "true") localStorage.setItem("tablet.locked", "true");
const nonce = crypto.randomUUID(); // comes back in the address by which the clinic opens this tablet: see tablet.js
localStorage.setItem("tablet.nonce", nonce);
document.querySelector("[name=nonce]").value = nonce;
document.querySelector("[name=back]").value = from;
choose(/^\/s\/([^/]+)\//.exec(from)?.[1]);
for (const form of forms) {
  form.elements.id.value = crypto.randomUUID(); // a kept page brings the same one each time
  form.addEventListener("submit", onSubmit);
}
keepSending(tell).catch(() => {});
lockThere();
bringUnsent().catch(() => {});
countUnsent().catch(() => {});

// For whoever's page it was, unless somebody chooses another.
function choose(handle) {
  for (const option of document.querySelectorAll("[name=session]")) if (option.value === handle) option.checked = true;
}

async function onSubmit(event) {
  event.preventDefault();
  const form = event.target;
  const missing = lacks(form);
  if (missing) return fail(form, missing);
  if (form.elements.at) form.elements.at.value = String(Date.now());
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", form.matches("[data-help-form]") ? "help" : "fact");
  const answer = await send(fields.toString());
  noSignal.hidden = answer.reached;
  if (answer.refused) return fail(form, answer.refused);
  if (!answer.said) wait(fields.toString());
  done(form, answer.said);
}

// What must be there before a word may wait: nobody is there to ask when it goes out.
function lacks(form) {
  if (!form.querySelector("[name=session]:checked")) return form.dataset.whom;
  return form.elements.fact && !form.elements.fact.value.trim() ? form.dataset.words : "";
}

function done(form, words) {
  tell(words || form.dataset.keptWords);
  form.querySelector("[data-failed]").hidden = true;
  form.elements.id.value = crypto.randomUUID();
  if (form.elements.fact) form.elements.fact.value = "";
}

function tell(words) {
  said.textContent = words;
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
}

function fail(form, message) {
  const place = form.querySelector("[data-failed]");
  place.textContent = message;
  place.hidden = false;
  place.scrollIntoView({ block: "center" });
}

// It may have locked without signal: until the clinic knows, it would open there without a PIN.
async function lockThere() {
  const answer = await fetch("/lock", { method: "POST" }).catch(() => null);
  if (!answer) setTimeout(lockThere, AGAIN_MS);
}

// A stop or a dose must not wait for its writer to come back. What could open a gate does (log.js).
async function bringUnsent() {
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    const [kind, handle, whose] = name.split("/");
    if (kind !== "sessionday" || whose !== person || !handle) continue;
    const log = await openLog(handle, person);
    if ((await log.unsent()).length) await new Sync({ handle, person, log, onNews: countUnsent }).kick();
  }
}

async function countUnsent() {
  for (const place of document.querySelectorAll("[data-unsent-of]")) {
    const count = await unsentOf(place.dataset.unsentOf);
    place.hidden = count === 0;
    place.textContent = place.dataset.words.replace("{count}", String(count));
  }
}
