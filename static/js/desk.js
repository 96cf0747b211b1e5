// Staff's page of a session: what is due next follows from what this device knows. Its twin is web/due.py.

import { keepReckoning, reckon } from "./due.js";
import { fill, title, when } from "./telling.js";

const MOST = 6;
const AWAITED = ["todo", "overdue", "expired", "locked"];
const LATE = ["overdue", "expired"];
let drawn = 0;

document.addEventListener("painted", ({ detail }) => {
  paint(detail);
  redraw(detail);
});
keepReckoning();

function paint({ pack, state }) {
  const section = document.querySelector("[data-due]");
  if (!section) return;
  const found = pack.protocol.steps
    .filter((step) => state.stage !== "before" || step.phase === "before")
    .map((step) => ({ step, ...state.steps[step.id] }))
    .filter(isAwaited)
    .sort((a, b) => compare(order(a), order(b)));
  section.hidden = found.length === 0;
  section.querySelector("ul").replaceChildren(...found.slice(0, MOST).map((one) => item(section, pack, one)));
  reckon();
}

// The chart is the server's: it is fetched again when the record has grown since it was drawn.
function redraw({ pack, entries }) {
  const vitals = document.querySelector("[data-vitals]");
  const newest = Math.max(0, ...entries.map((entry) => entry.seq ?? 0));
  if (!vitals || newest <= Math.max(drawn, Number(vitals.dataset.seq))) return;
  drawn = newest;
  const request = new XMLHttpRequest();
  request.open("GET", `/s/${pack.handle}/?vitals`);
  request.setRequestHeader("X-Refresh", "1"); // nobody looked
  request.responseType = "document"; // parsed as a page, with no script of it run
  request.onload = () => {
    const fresh = request.status === 200 && request.responseXML?.querySelector("[data-vitals]");
    if (!fresh) return;
    const open = vitals.querySelector("details").open;
    vitals.replaceWith(document.adoptNode(fresh));
    fresh.querySelector("details").open = open;
  };
  request.onerror = () => (drawn = 0); // asked again when more is painted
  request.send();
}

function isAwaited({ step, status, due_at }) {
  const again = step.every && ["done", "waived"].includes(status);
  return due_at !== null && Boolean(again || AWAITED.includes(status));
}

function order({ step, status, due_at }) {
  if (!LATE.includes(status)) return [1, 0, due_at];
  return [0, step.every ? 0 : step.phase === "during" ? 1 : step.gate ? 2 : 3, due_at];
}

function compare(a, b) {
  const at = a.findIndex((part, place) => part !== b[place]);
  return at < 0 ? 0 : a[at] - b[at];
}

function item(section, pack, { step, status, due_at }) {
  const made = section.querySelector("template").content.cloneNode(true).firstElementChild;
  const link = made.querySelector("a");
  made.dataset.dueAt = due_at;
  made.dataset.late = String(LATE.includes(status));
  link.href = `/s/${pack.handle}/steps/${step.id}`;
  link.textContent = fill(section.dataset.atWords, { title: title(pack, step.id), when: when(pack, due_at) });
  return made;
}
