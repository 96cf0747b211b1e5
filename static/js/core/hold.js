// The driving hold: whether there is one, until when, and whether it is known or only assumed. Imports only
// how JSON is read. Twin: src/sessionday/core/hold.py.

import { minutes } from "./values.js";

/** @returns {?{until: ?number, assumed: boolean}} until null: no known end; assumed: no dose is known */
export function hold(protocol, session, lastDose, cancelled, now) {
  if (lastDose !== null) return { until: holdEnd(protocol, session, lastDose), assumed: false };
  if (cancelled || now < assumedFrom(protocol, session)) return null;
  const assumedDose = session.start + minutes(protocol.assume.last_minutes);
  return { until: holdEnd(protocol, session, assumedDose), assumed: true };
}

/**
 * The first morning of a day that began after the dose, once the hours are over too. Null when the days
 * run out.
 */
function holdEnd(protocol, session, lastDose) {
  const day = session.days.find((day) => day.midnight > lastDose);
  const rested = lastDose + minutes(protocol.hold.at_least_minutes);
  return day === undefined ? null : Math.max(day.morning, rested);
}

/** From when silence means that a dose was given. */
export function assumedFrom(protocol, session) {
  return session.start + minutes(protocol.assume.from_minutes);
}
