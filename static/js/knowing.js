// What the record says now, as far as this phone can know it.

import { evaluate } from "./core/evaluate.js";

const KEPT_MS = 72 * 3_600_000; // after the end of the session, what the clinic has may leave the phone

// `heard` and `mine`: the record, and what only this phone has; `certain`: the time that has passed for sure (clock.js).
// A clock that was set forward must not end the hold. Until the clinic is heard, or so much time has passed for certain, it stays
// the hold's last moment; what this phone wrote since then counts in it all the same. `sureIn`: ms until that is over.
export function known(pack, heard, mine, now, certain) {
  const { protocol, session } = pack;
  const state = evaluate(protocol, session, [...heard, ...mine], now);
  const end = state.hold_until;
  if (end === null || now < end || certain >= end) return { state, sureIn: null };
  const early = mine.map((entry) => ({ ...entry, t: Math.min(entry.t, end - 1) }));
  return { state: evaluate(protocol, session, [...heard, ...early], end - 1), sureIn: end - certain };
}

// Long after the end, when the clinic has everything, nothing of this person's stays on the phone. (Staff's devices are the
// clinic's.)
export function isLongOver(pack, state, entries, certain) {
  if (pack.seat.role === "staff" || !["closed", "cancelled"].includes(state.stage)) return false;
  const marks = pack.protocol.steps.filter((step) => ["close", "cancel"].includes(step.marks)).map((step) => step.id);
  const ended = Math.max(...entries.filter((entry) => marks.includes(entry.step)).map((entry) => entry.t));
  return certain >= ended + KEPT_MS;
}
