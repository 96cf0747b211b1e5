// One step's status, and whose word decided it. Imports only what stands of the record, and the moment; knows
// nothing of gates, which are shut by steps. Twin: src/sessionday/core/steps.py.

import { horizons, isKnown } from "./knew.js";
import { UNHEARD, isImpaired, live, repeats } from "./live.js";
import { anchored } from "./moment.js";
import { after, minutes } from "./values.js";

/**
 * @typedef {object} Standing
 * @property {string} status
 * @property {object[]} deciding in order: the last decides
 * @property {?number} opens
 * @property {?number} due_at
 * @property {object[]} good what counts, for as long as it stays fresh
 * @property {Set<string>} content of a quorum: the roles that have said yes, and nothing against it
 */
const PLAIN = { deciding: [], opens: null, due_at: null, good: [], content: new Set() };

/** @returns {Standing} */
export function standing(step, at) {
  if (step.marks === "help") return { ...PLAIN, status: "todo" };
  if (at.cancelled && step.marks !== "cancel") return { ...PLAIN, status: "off" };
  return step.every ? askedAgain(step, at) : askedOnce(step, at);
}

function askedOnce(step, at) {
  const [opens, due] = [anchored(step.opens, at), anchored(step.due, at)];
  const stands = live(step, at.record, at.span);
  const [fresh, stale, impaired] = weighed(sinceOpening(stands.oks, step, opens), step, at);
  const content = step.quorum === "all" ? contentRoles(fresh, stands) : PLAIN.content;
  const plain = { opens, due_at: due, good: fresh, content };
  if (stands.stops.length) return { ...plain, status: conflictOrStop(step, stands), deciding: stands.stops };
  if (suffice(step, fresh)) return { ...plain, status: "done", deciding: fresh };
  const [waived, lapsed] = weighed(sinceOpening(stands.waives, step, opens), step, at);
  let [status, deciding] = [unanswered(step, opens, due, at), impaired];
  if (waived.length) {
    [status, deciding] = ["waived", waived];
  } else if (stale.length || lapsed.length) {
    [status, deciding] = ["expired", inOrder([...stale, ...lapsed])];
  } else if (impaired.length) {
    status = "impaired";
  }
  return { ...plain, status, deciding, good: [...fresh, ...waived] };
}

function sinceOpening(entries, step, opens) {
  if (!step.opens) return entries;
  return opens === null ? [] : entries.filter((entry) => entry.t >= opens);
}

/** The fresh, the expired and the impaired. Whoever has left is as fresh as they were then. */
function weighed(entries, step, at) {
  const impaired = entries.filter((entry) => isImpaired(entry, step, at.span));
  const able = impaired.length ? entries.filter((entry) => !isImpaired(entry, step, at.span)) : entries;
  if ((step.fresh_minutes ?? null) === null) return [able, [], impaired];
  const goodFrom = (at.left === null ? at.now : at.left) - minutes(step.fresh_minutes);
  return [able.filter((entry) => entry.t >= goodFrom), able.filter((entry) => entry.t < goodFrom), impaired];
}

/** A conflict: somebody of one role says yes and no, and neither took the other back. */
function conflictOrStop(step, stands) {
  const agreeing = new Set(stands.oks.map((ok) => ok.role));
  const isSplit = stands.stops.some((stop) => agreeing.has(stop.role));
  return isSplit && !repeats(step) ? "conflict" : "stop";
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

function inOrder(entries) {
  return [...entries].sort((a, b) => a.place - b.place);
}

function contentRoles(fresh, stands) {
  const against = new Set(stands.answers.filter((a) => a.verdict !== "ok").map((answer) => answer.role));
  return new Set(fresh.map((answer) => answer.role).filter((role) => !against.has(role)));
}

/** A step with `every`: each reading or waive is good until the next one is due. */
function askedAgain(step, at) {
  const opens = anchored(step.opens, at);
  if (isLocked(step, opens, at)) return { ...PLAIN, status: "locked", opens };
  const stands = live(step, at.record, at.span);
  const stops = unresolved(sinceOpening(stands.stops, step, opens), sinceOpening(stands.oks, step, opens));
  if (stops.length) return { ...PLAIN, status: "stop", deciding: stops };
  const counted = inOrder(sinceOpening([...stands.answers, ...stands.waives], step, opens));
  const last = counted.length ? counted.at(-1) : null;
  const told = last === null ? null : last.kind === "waive" ? "waived" : "done";
  if (at.left !== null) return { ...PLAIN, status: told ?? "overdue", deciding: counted };
  const since = last !== null ? last.t : opens === null ? at.start : opens;
  const due = since + minutes(step.every.minutes);
  const missed = due + minutes(step.every.grace_minutes);
  return { ...PLAIN, status: at.now > missed ? "overdue" : (told ?? "todo"), deciding: counted, due_at: due };
}

/** The stops that no later yes answered, by the same role or by staff. */
function unresolved(stops, oks) {
  if (!stops.length) return [];
  const yes = horizons(oks);
  const isAnswered = (stop, role) => isKnown(stop, yes.get(role) ?? UNHEARD);
  return stops.filter((stop) => !isAnswered(stop, stop.role) && !isAnswered(stop, "staff"));
}

/** When time alone may change it: as it opens, falls overdue, or as what is good expires. */
export function turns(step, found, at) {
  const instants = found.opens === null ? [] : [found.opens];
  if (found.due_at !== null) {
    const grace = step.every ? minutes(step.every.grace_minutes) : 0;
    instants.push(after(found.due_at + grace));
  }
  if ((step.fresh_minutes ?? null) === null || at.left !== null) return instants;
  return [...instants, ...found.good.map((entry) => after(entry.t + minutes(step.fresh_minutes)))];
}
