// Fills the places that the server drew with what this phone knows now. It adds nothing but clones of the server's own templates.

import * as telling from "./telling.js";

// `view`: {pack, state, entries, looks, unsent, phone}. Everything on the page follows from it.
export function paint(view) {
  const { pack, state } = view;
  const calm = pack.seat.role === "client" && state.stage === "during";
  document.body.dataset.stage = state.stage;
  document.body.dataset.calm = String(calm);
  tell(document, "stage", pack.words.stages[state.stage]);
  for (const element of document.querySelectorAll("[data-when-calm]")) element.hidden = !calm;
  for (const element of document.querySelectorAll("[data-unless-calm]")) element.hidden = calm;
  paintUnsent(view);
  paintNext(view);
  tell(document, "taker", telling.taker(pack, state, view.entries));
  paintPlace(view);
  paintHold(view);
  for (const element of document.querySelectorAll("[data-gate]")) paintGate(element, view);
  for (const element of document.querySelectorAll("li[data-step]")) paintItem(element, view);
  for (const element of document.querySelectorAll("[data-at-hand]")) paintAtHand(element, view);
  for (const element of document.querySelectorAll("article[data-step]")) paintQuestion(element, view);
  for (const element of document.querySelectorAll("[data-prescribed]")) paintPrescribed(element, view);
  for (const element of document.querySelectorAll("[data-alerts]")) paintAlerts(element, view);
  for (const element of document.querySelectorAll("[data-help]")) paintHelp(element, view);
  document.dispatchEvent(new CustomEvent("painted", { detail: view }));
}

// What the phone has to say of itself; the server, whose memory and clock are no matter here, draws nothing of it.
function paintUnsent({ pack, unsent, phone }) {
  const element = document.querySelector("[data-unsent]");
  const { unsure, signed_out, unknown, emptied } = pack.words.unsent;
  const refused = { signed_out, unknown }[phone.refused];
  const late = phone.unsure && telling.fill(unsure, { when: telling.when(pack, phone.facts.heard_at) });
  const text = [telling.unsent(pack, unsent), refused, late].filter(Boolean).join(" ");
  element.dataset.unsent = String(unsent);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = false;
  const notice = document.querySelector("[data-emptied]");
  const lost = phone.facts.emptied;
  notice.hidden = !lost || lost.device === phone.facts.read;
  if (!notice.hidden) tell(notice, "emptied", telling.fill(emptied, { when: telling.when(pack, lost.at) }));
}

function paintNext({ pack, state }) {
  const card = document.querySelector("[data-next]");
  if (!card) return;
  const step = nextStep(pack, state);
  const texts = pack.texts.steps[step];
  card.dataset.next = step || "";
  tell(card, "next-note", step ? telling.note(pack, state, step) : "");
  tell(card, "next-title", texts ? texts.title : telling.idle(pack, state));
  tell(card, "next-what", texts ? texts.what : "");
  const link = card.querySelector("[data-next-link]");
  link.hidden = !step;
  if (step) link.href = `/s/${pack.handle}/steps/${step}`;
}

export function nextStep(pack, state) {
  const step = state.next[pack.seat.role];
  return step !== null && pack.texts.steps[step] ? step : null;
}

function paintPlace({ pack, state, entries }) {
  const element = document.querySelector("[data-place]");
  if (!element) return;
  const { done, count, text } = telling.place(pack, state, entries);
  tell(element, "place", text);
  const bar = element.querySelector("progress");
  bar.hidden = !count;
  Object.assign(bar, { max: count || 1, value: done });
}

function paintHold({ pack, state }) {
  const card = document.querySelector("[data-hold-until]");
  if (!card) return;
  card.dataset.holdUntil = state.hold_until === null ? "" : String(state.hold_until);
  card.dataset.open = String(state.gates.drive.open);
  tell(card, "hold", telling.hold(pack, state));
}

function paintGate(element, { pack, state }) {
  const found = state.gates[element.dataset.gate];
  const said = telling.gate(pack, state, element.dataset.gate);
  element.dataset.open = String(found.open);
  tell(element, "says", said.says);
  list(element, "reasons", said.reasons.map((reason) => {
    const item = document.createElement("li");
    item.textContent = reason;
    return item;
  }));
}

function paintItem(element, { pack, state }) {
  const found = state.steps[element.dataset.step];
  if (!found) return;
  element.dataset.status = found.status;
  tell(element, "note", telling.note(pack, state, element.dataset.step));
}

function paintAtHand(element, { pack, state }) {
  const step = element.dataset.atHand;
  element.hidden = ["locked", "off"].includes(state.steps[step].status);
  tell(element, "note", telling.note(pack, state, step));
}

function paintQuestion(article, view) {
  const { pack, state, entries, looks } = view;
  const step = article.dataset.step;
  article.dataset.status = state.steps[step].status;
  tell(article, "note", telling.note(pack, state, step));
  const said = entries.filter((entry) => entry.step === step && entry.kind !== "ack").sort(latestFirst);
  article.querySelector("[data-record]").hidden = said.length === 0;
  list(article, "lines", said.map((entry) => line(article, pack, entry, looks)));
  const next = nextStep(pack, state);
  const link = article.querySelector("[data-next-link]");
  const onward = next && next !== step;
  link.href = onward ? `/s/${pack.handle}/steps/${next}` : `/s/${pack.handle}/`;
  tell(link, "next-link", `${onward ? `${pack.words.go.next}: ${pack.texts.steps[next].title}` : pack.words.go.back}`);
  paintWithdraw(article, view, step);
}

// The word that counts now and no other, so that nobody gives what was taken back.
function paintPrescribed(element, { pack, state, entries }) {
  const by = state.steps[element.dataset.prescribed]?.by;
  list(element, "prescribed", entries.filter((entry) => entry.id === by).map((entry) => {
    const item = clone(element, "prescribed");
    tell(item, "text", telling.line(pack, entry));
    tell(item, "when", telling.when(pack, entry.t));
    return item;
  }));
}

function paintWithdraw(article, { pack, entries }, step) {
  const form = article.querySelector("form[data-entry=withdraw]");
  const last = lastOfMine(pack, entries, step);
  if (!form || pack.protocol.steps.find((one) => one.id === step).marks === "help") return;
  form.hidden = !last;
  form.elements.of.value = last ? last.id : "";
}

// This seat's latest answer or waive to a step that is not taken back.
export function lastOfMine(pack, entries, step) {
  const mine = entries.filter((entry) => entry.role === pack.seat.role);
  const gone = new Set(mine.filter((entry) => entry.kind === "withdraw").map((entry) => entry.of));
  const kept = mine.filter((e) => e.step === step && ["answer", "waive"].includes(e.kind) && !gone.has(e.id));
  return kept.sort(latestFirst)[0];
}

function line(article, pack, entry, looks) {
  const item = clone(article, "line");
  item.dataset.line = entry.id;
  tell(item, "line", telling.line(pack, entry));
  tell(item, "when", telling.when(pack, entry.t));
  tell(item, "truth", telling.truth(pack, entry, looks));
  item.querySelector("[data-truth]").dataset.truth = entry.seq === null && !entry.held ? "phone" : "clinic";
  return item;
}

function paintAlerts(section, { pack, state, entries }) {
  const order = (one) => [one.acked ? 1 : 0, one.level === "critical" ? 0 : 1];
  const alerts = [...state.alerts].sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1]);
  section.querySelector("[data-no-alerts]").hidden = alerts.length > 0;
  list(section, "alerts", alerts.map((one) => {
    const item = clone(section, "alert");
    Object.assign(item.dataset, { level: one.level, acked: String(one.acked), alert: one.key });
    tell(item, "alert", telling.alert(pack, one, entries));
    const form = item.querySelector("form");
    form.hidden = one.acked;
    form.elements.of.value = one.key;
    return item;
  }));
}

function paintHelp(section, { pack, state, entries, looks }) {
  const open = new Set(state.alerts.filter((one) => one.key.startsWith("help:") && !one.acked).map((one) => one.key));
  const calls = entries.filter((entry) => open.has(`help:${entry.id}`) && entry.role === pack.seat.role);
  const last = calls.sort(latestFirst)[0];
  const call = section.querySelector("[data-help-call]");
  call.hidden = !last;
  if (!last) return;
  tell(call, "help-when", telling.fill(pack.words.go.help_asked, { when: telling.when(pack, last.t) }));
  tell(call, "help-truth", telling.truth(pack, last, looks));
  tell(call, "help-coming", telling.coming(pack, last));
}

function latestFirst(a, b) {
  return b.t - a.t || (a.id < b.id ? 1 : -1);
}

function tell(within, name, text) {
  for (const element of within.querySelectorAll(`[data-tell="${name}"]`)) {
    if (element.textContent !== text) element.textContent = text;
    if (name === "next-what") element.hidden = !text;
  }
}

// Left alone while it says the same: a list that is made anew takes the focus away, and is read aloud again.
function list(within, name, items) {
  const place = within.querySelector(`[data-list="${name}"]`);
  const known = [...place.children];
  const same = known.length === items.length && known.every((one, at) => one.textContent === items[at].textContent);
  if (!same) place.replaceChildren(...items);
}

function clone(within, name) {
  return within.querySelector(`template[data-template="${name}"]`).content.firstElementChild.cloneNode(true);
}
