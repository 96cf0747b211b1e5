// Which answers and waives of a step still stand, and whose word counts while the medicine works. Imports
// only who knew of what, and how JSON is read. Twin: src/sessionday/core/live.py.
//
// A span is [from, until]: when the client does not vouch for themselves; until null is an end not yet known.

import { horizon, horizons, isKnown } from "./knew.js";
import { isBlank, text } from "./values.js";

const UNHEARD = new Map();

export function repeats(step) {
  return Boolean(step.every) || step.marks === "dose" || step.marks === "help";
}

export function liveAnswers(step, record, span) {
  const said = record.answers.get(step.id).filter((a) => step.who.includes(a.role) && a.place < record.end);
  const standing = said.filter((answer) => withdrawal(answer, step, record, span) === null);
  if (repeats(step) || said.length < 2) return standing;
  // A withdrawn answer still supersedes oks, but no stop.
  const overOks = horizons(effective(said, step, span));
  const overStops = horizons(effective(standing, step, span));
  return standing.filter((answer) => {
    const over = answer.verdict === "ok" ? overOks : overStops;
    return !isKnown(answer, over.get(answer.role) ?? UNHEARD);
  });
}

export function liveWaives(step, record, span) {
  if (!step.waivable) return [];
  return record.waives
    .get(step.id)
    .filter(
      (waive) =>
        waive.role === "staff" &&
        waive.place < record.end &&
        hasReason(waive) &&
        withdrawal(waive, step, record, span) === null,
    );
}

function hasReason(waive) {
  const reason = text(waive.said.reason);
  return reason !== null && !isBlank(reason);
}

/**
 * The first word that takes this entry back, by the same role and with a clear head. A call for help
 * stays.
 */
export function withdrawal(entry, step, record, span) {
  if (step.marks === "help" && entry.kind === "answer") return null;
  for (const takenBack of record.withdrawals.get(entry.id) ?? []) {
    const isTheirs = takenBack.role === entry.role && takenBack.place < record.end;
    if (isTheirs && !isImpaired(takenBack, step, span)) return takenBack;
  }
  return null;
}

export function isImpaired(entry, step, span) {
  if (span === null || entry.role !== "client" || !step.capacity) return false;
  const [start, end] = span;
  return entry.t >= start && (end === null || entry.t < end);
}

/** All but the impaired oks: those change nothing. */
function effective(answers, step, span) {
  if (!step.capacity) return answers;
  return answers.filter((answer) => answer.verdict !== "ok" || !isImpaired(answer, step, span));
}

/** The stops that no waive covers: a waive covers what it knew, but never a never. */
export function uncovered(answers, waives) {
  const stops = answers.filter((answer) => answer.verdict !== "ok");
  if (!stops.length || !waives.length) return stops;
  const waived = horizon(waives);
  return stops.filter((stop) => stop.verdict === "never" || !isKnown(stop, waived));
}
