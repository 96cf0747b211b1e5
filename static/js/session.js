// A session's page on a phone: every form becomes an entry in the phone's own log, the page follows from the log, and the
// log goes to the clinic by itself. Without any of this the forms work as plain forms.

import { answerFrom, BadAnswer, happenedAt } from "./answers.js";
import { Clock } from "./clock.js";
import * as install from "./install.js";
import { isLongOver, known } from "./knowing.js";
import { comeIn } from "./languages.js";
import { Live } from "./live.js";
import { openLog } from "./log.js";
import { paint } from "./paint.js";
import { hideNotices, needSignal, sendPlainly } from "./plain.js";
import { Sync } from "./sync.js";
import { isAnythingTyped } from "./typed.js";
import { keepOffline, offerUpdate } from "./worker.js";

const { handle, person, build: release } = document.body.dataset;
const page = { log: null, pack: null, sync: null, shown: 0, latest: 0, timer: 0, refused: "" };
const clock = new Clock();
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(`sessionday/${handle}/${person}`) : null;
const QUIET_MS = 800;
const BEAT_MS = 5_000;
// For a page that gets ready; then the form goes out plainly.
const PATIENCE_MS = 8_000;

// Before anything else, so that no tap is lost while the rest gets ready; a form waits for that, or goes out plainly.
document.addEventListener("submit", onSubmit);
const ready = start();
ready.catch(needSignal);

async function start() {
  page.log = await openLog(handle, person);
  page.log.onDeleted = leave;
  const kept = ofThisRelease(await page.log.fact("pack"));
  page.pack = kept && isSpoken(kept) ? kept : (await fetchPack()) || kept;
  if (!page.pack) throw new Error("nothing is known of this session yet");
  if (document.querySelector("[data-prove]")) page.tablet = (await import("./unproven.js")).atTablet(page, onVisible);
  page.sync = new Sync({ handle, person, log: page.log, onNews, before: lookAtClock, looked, greets: install.hasOwnCredential });
  install.begin(handle, page.log).catch(() => {});
  tabs?.addEventListener("message", ({ data }) => (data === "written" ? page.sync.kick() : show()));
  for (const event of ["online", "pageshow"]) addEventListener(event, () => page.sync.kick());
  document.addEventListener("visibilitychange", onVisible);
  new Live(`/s/${handle}/live`, ({ news }) => news && page.sync.kick());
  page.sync.kick();
  const leaving = document.querySelector("[data-sign-out]");
  if (leaving) (await goodbye()).attach(leaving, person, () => page.sync.kick(), () => page.log.end());
  offerUpdate(async () => (await page.log.unsent()).length === 0).catch(needSignal);
  navigator.storage?.persist?.().catch(() => {});
  setInterval(beat, BEAT_MS);
  document.addEventListener("click", onClick);
  await show();
  document.body.dataset.ready = "true";
}

// Words and rules belong to the scripts that they came with.
function ofThisRelease(pack) {
  return pack?.build === release ? pack : null;
}

// From the clinic; without signal, the one that the worker keeps beside this release's pages.
async function fetchPack() {
  const url = `/s/${handle}/pack`;
  const answer = fetch(url, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  const response = (await answer.catch(() => null)) || (await globalThis.caches?.match(url));
  const pack = ofThisRelease(response?.ok ? await response.json().catch(() => null) : null);
  if (pack?.handle !== handle || pack.seat?.id !== person) return page.pack;
  await page.log.keep("pack", pack);
  return pack;
}

// The clock may have been set, or the phone have slept: before anything is written or sent, and every few seconds.
async function lookAtClock() {
  const jumped = clock.jumped();
  if (jumped) await page.log.doubt();
  return jumped;
}

async function beat() {
  if (!(await lookAtClock())) return;
  await show();
  page.sync.kick();
}

// Everything on the page, from what this phone knows at this instant; and again when time alone changes it.
async function show() {
  const { own, heard, facts } = await page.log.whole();
  // The server's own drawing knows more, or did.
  if (facts.seen === undefined && !own.length) return page.unheard && needSignal();
  await breath();
  const { pack } = page;
  page.latest = heard.reduce((latest, entry) => Math.max(latest, entry.t), page.latest);
  const now = clock.now(facts, page.latest);
  const recorded = new Set(heard.map((entry) => entry.id));
  const mine = own.filter((entry) => !recorded.has(entry.id)).map((entry) => asEntry(entry, facts, pack, now));
  const { state, sureIn } = known(pack, heard, mine.filter(counts), now, clock.certain(facts));
  const unsent = own.filter((entry) => entry.seq === null && !entry.held).length;
  if (unsent === 0 && isLongOver(pack, state, heard, clock.certain(facts))) return forgetAll();
  await breath();
  page.shown = facts.seen || 0;
  page.answered = own.some((entry) => entry.seq !== null);
  document.body.dataset.seq = String(page.shown);
  const phone = { refused: page.refused, facts, unsure: sureIn !== null };
  paint({ pack, state, entries: [...heard, ...mine], looks: facts.looks || [], unsent, phone });
  stayAwake(document.body.dataset.calm === "true").catch(() => {});
  page.tablet?.show(pack, mine).catch(() => {});
  again(sureIn ?? (state.changes_at === null ? null : state.changes_at - now + 20));
}

// Once more when time alone changes the page.
function again(ms) {
  clearTimeout(page.timer);
  if (ms !== null) page.timer = setTimeout(show, Math.min(Math.max(ms, 20), 2 ** 31 - 1));
}

// With a query, so that the worker asks the clinic: it says that the session is over, or that this is nobody's page.
async function forgetAll() {
  page.log.end();
  await (await goodbye()).forget(person, handle);
  location.replace(`/s/${handle}/?over`);
}

// Most pages never need these; they come when they are of use.
function goodbye() {
  return import("./leaving.js");
}

async function stayAwake(want) {
  if (want) page.awake ??= await import("./awake.js");
  page.awake?.stayAwake(want);
}

// Another page of this browser took the log off the device.
function leave() {
  location.reload();
}

// Between two pieces of work the page may answer a tap: on a slow phone each of them takes tens of milliseconds.
function breath() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function counts(entry) {
  return !entry.held && (page.tablet?.counts(page.pack, entry) ?? true);
}

function asEntry(entry, facts, pack, now) {
  const { id, n, seen, seq, t, kind, step, answer, of, reason, held, asks } = entry;
  const { role, name } = pack.seat;
  return { id, device: facts.device, n, seen, seq, role, name, t: Math.min(t, now), kind, step, answer, of, reason, held, asks };
}

// A second tap on the same form within a moment is the same answer.
async function onSubmit(event) {
  const form = event.target;
  if (!form.dataset.entry || form.dataset.plain) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "true";
  const written = await take(form, event.submitter).catch(() => false);
  setTimeout(() => delete form.dataset.busy, written ? QUIET_MS : 0);
}

async function take(form, submitter) {
  name(form);
  const fields = Object.fromEntries(new FormData(form));
  if (submitter?.name) fields[submitter.name] = submitter.value;
  try {
    await Promise.race([ready, late()]);
    await lookAtClock();
    await page.log.write(await read(form, fields));
  } catch (error) {
    if (error instanceof BadAnswer) showError(form, error);
    else await sendPlainly(form, submitter);
    return false;
  }
  page.sync.kick();
  tabs?.postMessage("written");
  // It is on the disk: whatever goes wrong from here on must not make it a second entry.
  await saved(form).catch(() => location.reload());
  return true;
}

// One word has one id, by whatever way it goes, until it is taken. (A page that was kept brings the same ids each time.)
function name(form) {
  form.dataset.word ??= crypto.randomUUID();
  form.elements.id.value = form.dataset.word;
}

function late() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("the page does not get ready")), PATIENCE_MS));
}

async function read(form, fields) {
  const { pack } = page;
  const facts = await page.log.facts();
  const skew = facts.skew || 0;
  const now = clock.now(facts, page.latest);
  const rules = pack.protocol.steps.find((one) => one.id === fields.step);
  const t = pack.seat.role === "staff" ? happenedAt(pack, fields, now) : now;
  if (fields.kind === "waive" && !fields.reason.trim()) throw new BadAnswer("reason", pack.words.errors.reason);
  return {
    id: fields.id,
    seen: page.shown,
    at: t === now ? Date.now() : t - skew,
    t,
    start: pack.session.start,
    kind: fields.kind,
    step: fields.step || null,
    answer: fields.kind === "answer" ? answerFrom(pack, rules, fields) : null,
    of: fields.of || null,
    reason: fields.kind === "waive" ? fields.reason : null,
  };
}

async function saved(form) {
  delete form.dataset.word;
  navigator.vibrate?.(30);
  hideNotices();
  await show();
  const help = form.closest("[data-help]");
  const article = form.closest("article[data-step]");
  if (!help && !article) return;
  form.reset();
  form.closest("details")?.removeAttribute("open");
  const echo = help ? help.querySelector("[data-help-call]") : article.querySelector("[data-record] h2");
  echo.focus({ preventScroll: true });
  echo.scrollIntoView({ block: "start" });
}

function showError(form, error) {
  const place = form.querySelector("[data-error]");
  if (!place) return;
  place.textContent = error.message;
  place.hidden = false;
  const sure = form.querySelector("[data-sure]");
  if (sure && error.range) sure.hidden = false;
  const field = form.elements[error.field];
  (field instanceof RadioNodeList ? field[0] : field || place).focus?.();
  place.scrollIntoView({ block: "center" });
}

async function onNews({ heard, more, status, build, pack, signedOut, ended, other, left, reply }) {
  if (other) return startAnew();
  await page.tablet?.hear(page.pack, reply);
  if (ended && left === 0) return forgetAll();
  // Erased: its page says so, and clears up here.
  if (status === 410) return location.replace(`/s/${handle}/?erased`);
  page.unheard = !heard;
  page.refused = signedOut ? "signed_out" : [401, 403, 404].includes(status) ? "unknown" : "";
  if (heard && !signedOut && build === release && (pack !== page.pack.version || !isSpoken(page.pack))) await renew();
  const sign = document.querySelector("[data-signed-out]");
  if (sign) sign.hidden = !(signedOut || [401, 404].includes(status));
  await show();
  document.body.dataset.heard = String(heard && !more);
  tabs?.postMessage("heard");
  install.offer(document.querySelector("[data-install]"), { heard: heard && !signedOut, left, answered: page.answered });
  if (heard && !signedOut && left === 0) keepOffline(page.log, page.pack, build).catch(() => {});
  if (!signedOut) byLight(heard).catch(() => {});
}

// Another page of this seat took another language. Its words never go into this one, which comes anew in it once nothing is
// typed here; and not at once again, should it come in the wrong one.
async function renew() {
  const pack = await fetchPack();
  if (isSpoken(pack)) page.pack = pack;
  else if (pack !== page.pack && !isAsked(pack.language) && !isAnythingTyped()) comeIn(pack.language);
}

function isAsked(language) {
  return performance.now() < 20_000 && new URLSearchParams(location.search).get("spoken") === language;
}

function isSpoken(pack) {
  return pack.language === document.documentElement.lang;
}

// Without signal the phone shows what is unsent, and staff's device carries it. Loaded only when it is of use.
async function byLight(heard) {
  const { seat } = document.body.dataset;
  if (seat === "staff" && heard) await (await import("./carrier.js")).carryOn(person);
  if (!["client", "support"].includes(seat)) return;
  const { light, device } = await page.log.facts();
  if (heard && light?.device === device && !page.light) return;
  const { Light, learnKey } = await import("./light.js");
  if (heard) await learnKey(page.log, handle);
  const card = document.querySelector("[data-light]");
  if (card) await (page.light ??= new Light(card, page.log)).update(page.pack, !heard);
}

// The person has read that the phone's memory was emptied; or wants the page as an app.
async function onClick(event) {
  if (event.target.closest("[data-install-ask]")) await install.ask(event.target.closest("[data-install]"));
  if (!event.target.closest("[data-emptied-read]")) return;
  await page.log.keep("read", (await page.log.fact("emptied")).device);
  await show();
}

// Somebody else sits at this browser now: this page was kept for who sat here before. Their log stays; the pages go.
async function startAnew() {
  await (await goodbye()).forgetPages();
  location.reload();
}

function onVisible() {
  if (document.visibilityState !== "visible") return;
  show();
  page.sync.kick();
}

// What staff have on the screen counts as seen: the day's page, which shows alerts and every step, in the foreground.
function looked() {
  const { page: name, seat } = document.body.dataset;
  return seat === "staff" && name === "day" && document.visibilityState === "visible" ? page.shown : 0;
}
