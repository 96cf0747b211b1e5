// At a shared tablet the clinic takes what could open a gate only from somebody who has just shown who they are. Until then the
// words stay in this tablet's log, and count for nothing on its screen either.

import { send } from "./waiting.js";

const notice = document.querySelector("[data-prove-notice]");
const dialog = document.querySelector("dialog[data-prove]");
const error = dialog.querySelector("[data-prove-error]");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
const PIN = /^[0-9]{6}$/;
const asked = new Set();
let words = [];
let ways = {};

notice.querySelector("button").addEventListener("click", open);
dialog.querySelector("form").addEventListener("submit", onSubmit);

// `waiting`: the words that wait, as {id, text}. One that is new asks at once. `confirmed` is told which of them go out, `aside`
// which are kept aside and in which words that is said. `handle` and `name`: of the session, and of who sits here.
export function ask(waiting, { handle, name, confirmed, aside }) {
  words = waiting;
  ways = { handle, name, confirmed, aside };
  notice.hidden = words.length === 0;
  list.replaceChildren(...words.map(item));
  if (words.some(({ id }) => !asked.has(id)) && !dialog.open) open();
  if (!words.length && dialog.open) dialog.close();
  for (const { id } of words) asked.add(id);
}

function item({ text }) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

function open() {
  error.hidden = true;
  field.value = "";
  dialog.showModal();
  field.focus();
}

async function onSubmit(event) {
  const way = event.submitter?.value;
  if (way === "later") return;
  event.preventDefault();
  const ids = words.map(({ id }) => id);
  const why = await (way === "aside" ? disown() : prove(field.value));
  field.value = "";
  error.textContent = why;
  error.hidden = !why;
  if (why) return field.focus();
  dialog.close();
  await (way === "aside" ? ways.aside(ids, dialog.dataset.aside) : ways.confirmed(ids));
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

// Somebody else tapped on this page: kept beside the record, for staff to look at, and in nobody's name.
async function disown() {
  const fact = `${dialog.dataset.notMine.replace("{name}", ways.name)} ${words.map(({ text }) => text).join("; ")}`;
  const { said, refused } = await send(new URLSearchParams({ do: "fact", session: ways.handle, fact, name: ways.name, id: words[0].id }).toString());
  return said ? "" : refused || error.dataset.noAnswer;
}
