// One step's status, and whose word decided it. Imports only what stands of the record, and the moment; knows
// nothing of gates, which are shut by steps. Twin: src/sessionday/core/steps.py.

import { horizons, isKnown } from "./knew.js";
import { isImpaired, liveAnswers, liveWaives, repeats, uncovered } from "./live.js";
import { anchored } from "./moment.js";
import { after, minutes } from "./values.js";

const UNHEARD = new Map();

/**
 * @typedef {object} Standing
 * @property {string} status
 * @property {?object} by the deciding entry
 * @property {?number} due_at
 * @property {object[]} stops those that make it a stop or a conflict
 * @property {Set<string>} content of a quorum: the roles that have said yes, and nothing against it
 * @property {number[]} turns instants at which time alone may change it
 */
const PLAIN = { by: null, due_at: null, stops: [], content: new Set(), turns: [] };

/** @returns {Standing} */
export function standing(step, at) {
  if (step.marks === "help") return { ...PLAIN, status: "todo" };
  if (at.cancelled && step.marks !== "cancel") return { ...PLAIN, status: "off" };
  return step.every ? askedAgain(step, at) : askedOnce(step, at);
}

function askedOnce(step, at) {
  const [opens, due] = [anchored(step.opens, at), anchored(step.due, at)];
  const [answers, waives] = [liveAnswers(step, at.record, at.span), liveWaives(step, at.record, at.span)];
  const oks = answers.filter((answer) => answer.verdict === "ok");
  const stops = uncovered(answers, waives);
  const [able, impaired] = byAbility(sinceOpening(oks, step, opens), step, at);
  const [fresh, stale] = byAge(able, step, at);
  const [waived, lapsed] = byAge(sinceOpening(waives, step, opens), step, at);
  const cases = [
    [conflictOrStop(step, stops, oks), stops],
    ["done", suffice(step, fresh) ? fresh : []],
    ["waived", waived],
    ["expired", [...stale, ...lapsed]],
    ["impaired", impaired],
  ];
  const [status, deciding] = cases.find(([, said]) => said.length) ?? [unanswered(step, opens, due, at), []];
  const turns = expiries([...fresh, ...waived], step, at);
  if (opens !== null) turns.push(opens);
  if (due !== null) turns.push(after(due));
  const content = step.quorum === "all" ? contentRoles(fresh, answers) : PLAIN.content;
  return { status, by: latest(deciding), due_at: due, stops, content, turns };
}

function sinceOpening(entries, step, opens) {
  if (!step.opens) return entries;
  return opens === null ? [] : entries.filter((entry) => entry.t >= opens);
}

function byAbility(answers, step, at) {
  if (!step.capacity) return [answers, []];
  const impaired = answers.filter((answer) => isImpaired(answer, step, at.span));
  return [answers.filter((answer) => !isImpaired(answer, step, at.span)), impaired];
}

/** The fresh and the expired. Whoever has left is as fresh as they were then. */
function byAge(entries, step, at) {
  if ((step.fresh_minutes ?? null) === null) return [entries, []];
  const goodFrom = (at.left === null ? at.now : at.left) - minutes(step.fresh_minutes);
  return [entries.filter((entry) => entry.t >= goodFrom), entries.filter((entry) => entry.t < goodFrom)];
}

/** A conflict: somebody of one role says yes and no, and neither took the other back. */
function conflictOrStop(step, stops, oks) {
  if (!stops.length || repeats(step)) return "stop";
  const agreeing = new Set(oks.map((ok) => ok.role));
  return stops.some((stop) => agreeing.has(stop.role)) ? "conflict" : "stop";
}

function suffice(step, fresh) {
  if (step.quorum === "all") {
    return fresh.length > 0 && step.who.every((role) => fresh.some((answer) => answer.role === role));
  }
  return fresh.length > 0;
}

function unanswered(step, opens, due, at) {
  if (isLocked(step, opens, at)) return "locked";
  return due !== null && at.now > due ? "overdue" : "todo";
}

function isLocked(step, opens, at) {
  return Boolean(step.opens) && (opens === null || opens > at.now);
}

function expiries(entries, step, at) {
  if ((step.fresh_minutes ?? null) === null || at.left !== null) return [];
  return entries.map((entry) => after(entry.t + minutes(step.fresh_minutes)));
}

function latest(entries) {
  return entries.reduce((last, entry) => (last !== null && last.place > entry.place ? last : entry), null);
}

function contentRoles(fresh, answers) {
  const against = new Set(answers.filter((answer) => answer.verdict !== "ok").map((answer) => answer.role));
  return new Set(fresh.map((answer) => answer.role).filter((role) => !against.has(role)));
}

/** A step with `every`: each reading or waive is good until the next one is due. */
function askedAgain(step, at) {
  const opens = anchored(step.opens, at);
  if (isLocked(step, opens, at)) return { ...PLAIN, status: "locked", turns: opens === null ? [] : [opens] };
  const readings = sinceOpening(liveAnswers(step, at.record, at.span), step, opens);
  const waives = liveWaives(step, at.record, at.span);
  const stops = unresolved(uncovered(readings, waives), readings);
  if (stops.length) return { ...PLAIN, status: "stop", by: latest(stops), stops };
  const last = latest([...readings, ...sinceOpening(waives, step, opens)]);
  const told = last === null ? null : last.kind === "waive" ? "waived" : "done";
  if (at.left !== null) return { ...PLAIN, status: told ?? "overdue", by: last };
  const since = last !== null ? last.t : opens === null ? at.start : opens;
  const due = since + minutes(step.every.minutes);
  const missed = due + minutes(step.every.grace_minutes);
  const status = at.now > missed ? "overdue" : (told ?? "todo");
  return { ...PLAIN, status, by: last, due_at: due, turns: [after(missed)] };
}

/** The stops that no later yes answered, by the same role or by staff. */
function unresolved(stops, readings) {
  if (!stops.length) return [];
  const oks = horizons(readings.filter((reading) => reading.verdict === "ok"));
  const isAnswered = (stop, role) => isKnown(stop, oks.get(role) ?? UNHEARD);
  return stops.filter((stop) => !isAnswered(stop, stop.role) && !isAnswered(stop, "staff"));
}
