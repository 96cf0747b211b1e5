// Which answers and waives of a step still stand, and whose word counts while the medicine works. Imports
// only entries, who knew of what, and how JSON is read. Twin: src/sessionday/core/live.py.
//
// A span is [from, until]: when the client does not vouch for themselves; until null is an end not yet known.

import { isOk } from "./entries.js";
import { horizon, horizons, isKnown } from "./knew.js";
import { isBlank, text } from "./values.js";

export const UNHEARD = new Map();
const NOTHING = { answers: [], oks: [], stops: [], waives: [] }; // of what was never said

export function repeats(step) {
  return Boolean(step.every) || step.marks === "dose" || step.marks === "help";
}

/**
 * What stands of a step. All of it having been said before the record ends, and before anybody was impaired,
 * it is the same whenever it is asked, and found once.
 */
export function live(step, record, span) {
  const said = record.said.get(step.id);
  if (said.last === null) return NOTHING;
  if (said.last.place >= record.end || (span !== null && step.capacity && said.last.t >= span[0])) {
    return findLive(step, said, record, span);
  }
  said.live ??= findLive(step, said, record, span);
  return said.live;
}

function findLive(step, said, record, span) {
  const answers = liveAnswers(step, said, record, span);
  const waives = liveWaives(step, said, record, span);
  const oks = answers.filter((answer) => isOk(answer, step, record));
  const stops = oks.length < answers.length ? uncovered(answers, waives) : [];
  return { answers, oks, stops, waives };
}

function liveAnswers(step, said, record, span) {
  const answers = said.answers.filter((a) => step.who.includes(a.role) && a.place < record.end);
  const standing = answers.filter((answer) => withdrawal(answer, step, record, span) === null);
  if (repeats(step) || answers.length < 2) return standing;
  const overOks = horizons(effective(answers, step, record, span));
  if (standing.length === answers.length) {
    return answers.filter((answer) => !isKnown(answer, overOks.get(answer.role) ?? UNHEARD));
  }
  // A withdrawn answer still supersedes oks, but no stop.
  const overStops = horizons(effective(standing, step, record, span));
  return standing.filter((answer) => {
    const over = isOk(answer, step, record) ? overOks : overStops;
    return !isKnown(answer, over.get(answer.role) ?? UNHEARD);
  });
}

function liveWaives(step, said, record, span) {
  if (!step.waivable) return [];
  return said.waives.filter(
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
function effective(answers, step, record, span) {
  if (span === null || !step.capacity) return answers;
  return answers.filter((answer) => !isImpaired(answer, step, span) || !isOk(answer, step, record));
}

/** The stops that no waive covers: a waive covers what it knew, but never a never. */
function uncovered(answers, waives) {
  const stops = answers.filter((answer) => answer.verdict !== "ok");
  if (!stops.length || !waives.length) return stops;
  const waived = horizon(waives);
  return stops.filter((stop) => stop.verdict === "never" || !isKnown(stop, waived));
}
