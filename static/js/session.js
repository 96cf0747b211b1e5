// A session's page on a phone: every form becomes an entry in the phone's own log, the page follows from the log, and the
// log goes to the clinic by itself. Without any of this the forms work as plain forms.

import { answerFrom, BadAnswer, happenedAt } from "./answers.js";
import { evaluate } from "./core/evaluate.js";
import { attach as attachSignOut, forgetPages } from "./leaving.js";
import { Live } from "./live.js";
import { openLog } from "./log.js";
import { paint } from "./paint.js";
import { Sync } from "./sync.js";
import { keepOffline, offerUpdate } from "./worker.js";

const { handle, person } = document.body.dataset;
const page = { log: null, pack: null, sync: null, shown: 0, timer: 0, notice: "" };
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(`sessionday/${handle}/${person}`) : null;

start().catch((error) => console.error("plain forms only:", error));

async function start() {
  page.log = await openLog(handle, person);
  page.pack = (await page.log.fact("pack")) || (await fetchPack());
  if (!page.pack) return;
  await show();
  document.addEventListener("submit", onSubmit);
  document.body.dataset.ready = "true";
  page.sync = new Sync({ handle, person, log: page.log, onNews, looked });
  tabs?.addEventListener("message", show);
  for (const event of ["online", "pageshow"]) addEventListener(event, () => page.sync.kick());
  document.addEventListener("visibilitychange", onVisible);
  new Live(`/s/${handle}/live`, ({ news }) => news && page.sync.kick());
  page.sync.kick();
  const leaving = document.querySelector("[data-sign-out]");
  if (leaving) attachSignOut(leaving, person, () => page.sync.kick());
  offerUpdate(async () => (await page.log.unsent()).length === 0);
  navigator.storage?.persist?.().catch(() => {});
}

async function fetchPack() {
  const response = await fetch(`/s/${handle}/pack`, { headers: { Accept: "application/json" } }).catch(() => null);
  const pack = response?.ok ? await response.json().catch(() => null) : null;
  if (pack?.handle !== handle || pack.seat?.id !== person) return page.pack;
  await page.log.keep("pack", pack);
  return pack;
}

// Everything on the page, from what this phone knows at this instant; and again when time alone changes it.
async function show() {
  const { own, heard, facts } = await page.log.whole();
  if (facts.seen === undefined && !own.length) return; // nothing heard yet: the server's own drawing knows more
  const skew = facts.skew || 0;
  const now = Date.now() + skew;
  const { pack } = page;
  const recorded = new Set(heard.map((entry) => entry.id));
  const mine = own.filter((entry) => !recorded.has(entry.id)).map((entry) => asEntry(entry, facts, pack));
  const counted = [...heard, ...mine.filter((entry) => !entry.held)];
  const state = evaluate(pack.protocol, pack.session, counted, now);
  page.shown = facts.seen || 0;
  document.body.dataset.seq = String(page.shown);
  const unsent = own.filter((entry) => entry.seq === null && !entry.held).length;
  paint({ pack, state, entries: [...heard, ...mine], looks: facts.looks || [], unsent, notice: page.notice });
  clearTimeout(page.timer);
  if (state.changes_at !== null) page.timer = setTimeout(show, Math.min(state.changes_at - now + 20, 2 ** 31 - 1));
}

function asEntry(entry, facts, pack) {
  const { id, n, seen, seq, t, kind, step, answer, of, reason, held } = entry;
  const { role, name } = pack.seat;
  return { id, device: facts.device, n, seen, seq, role, name, t, kind, step, answer, of, reason, held };
}

async function onSubmit(event) {
  const form = event.target;
  if (!form.dataset.entry || form.dataset.plain) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
  try {
    const entry = await read(form, fields);
    await page.log.write(entry);
    await saved(form);
  } catch (error) {
    if (error instanceof BadAnswer) showError(form, error);
    else sendPlainly(form, event.submitter, error);
  }
}

async function read(form, fields) {
  const { pack } = page;
  const skew = (await page.log.fact("skew")) || 0;
  const now = Date.now() + skew;
  const rules = pack.protocol.steps.find((one) => one.id === fields.step);
  const t = pack.seat.role === "staff" ? happenedAt(pack, fields, now) : now;
  if (fields.kind === "waive" && !fields.reason.trim()) throw new BadAnswer("reason", pack.words.errors.reason);
  return {
    seen: page.shown,
    at: t - skew,
    t,
    kind: fields.kind,
    step: fields.step || null,
    answer: fields.kind === "answer" ? answerFrom(pack, rules, fields) : null,
    of: fields.of || null,
    reason: fields.kind === "waive" ? fields.reason : null,
  };
}

async function saved(form) {
  for (const error of document.querySelectorAll("[data-error]")) error.hidden = true;
  await show();
  tabs?.postMessage("written");
  page.sync.kick();
  if (form.dataset.stepOf && document.body.dataset.page === "step") {
    form.reset();
    form.closest("details")?.removeAttribute("open");
    const heading = document.querySelector("[data-record] h2");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  }
}

function showError(form, error) {
  const place = form.querySelector("[data-error]");
  if (!place) return;
  place.textContent = error.message;
  place.hidden = false;
  const sure = form.querySelector("[data-sure]");
  if (sure) sure.hidden = false;
  const field = form.elements[error.field];
  (field instanceof RadioNodeList ? field[0] : field || place).focus?.();
  place.scrollIntoView({ block: "center" });
}

// The phone's own log can't take it: the form itself still can, and if not, nobody is told that it was saved.
function sendPlainly(form, submitter, error) {
  console.error("not in the log:", error);
  showError(form, new BadAnswer("", page.pack.words.truths.unsaved));
  form.dataset.plain = "true";
  if (navigator.onLine) form.requestSubmit(submitter?.form === form ? submitter : undefined);
}

async function onNews({ heard, status, build, pack, signedOut, other, left }) {
  if (other) return startAnew();
  const words = page.pack.words.unsent;
  page.notice = signedOut ? words.signed_out : [401, 403, 404].includes(status) ? words.unknown : "";
  if (heard && !signedOut && pack !== page.pack.version) page.pack = await fetchPack();
  const sign = document.querySelector("[data-signed-out]");
  if (sign) sign.hidden = !(signedOut || [401, 404].includes(status));
  await show();
  tabs?.postMessage("heard");
  if (heard && !signedOut && left === 0) await keepOffline(page.log, page.pack, build);
}

// Somebody else sits at this browser now: this page was kept for who sat here before. Their log stays; the pages go.
async function startAnew() {
  await forgetPages();
  location.reload();
}

function onVisible() {
  if (document.visibilityState !== "visible") return;
  show();
  page.sync.kick();
}

// What staff have on the screen counts as seen; a page in the background doesn't.
function looked() {
  return page.pack.seat.role === "staff" && document.visibilityState === "visible" ? page.shown : 0;
}
