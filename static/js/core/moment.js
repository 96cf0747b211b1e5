// Where the day stands at an instant: what was given, left, cancelled or closed, and what is reckoned from
// it. Imports only what stands of the record, and the hold. Twin: src/sessionday/core/moment.py.

import { hold } from "./hold.js";
import { live } from "./live.js";
import { minutes } from "./values.js";

export function moment(protocol, session, record, now) {
  // Whoever marks these is staff, whom nothing impairs: so doses are known before the span that they begin.
  const given = (record.marking.get("dose") ?? []).flatMap((step) => live(step, record, null).answers);
  const doses = given.map((dose) => dose.t);
  const first = doses.length ? doses.reduce((a, b) => Math.min(a, b)) : null;
  const last = doses.length ? doses.reduce((a, b) => Math.max(a, b)) : null;
  const cancelled = last === null && marks("cancel", record).length > 0;
  const held = hold(protocol, session, last, cancelled, now);
  const until = held ? held.until : null;
  const leaves = last === null ? [] : marks("leave", record).filter((leave) => leave.t > last);
  const left = leaves.length ? leaves.map((leave) => leave.t).reduce((a, b) => Math.min(a, b)) : null;
  return {
    now,
    record,
    first_dose: first,
    last_dose: last,
    left,
    cancelled,
    closed: marks("close", record).length > 0,
    hold: held,
    span: first === null ? null : [first, until], // while the client is impaired
    start: session.start,
    anchors: { start: session.start, first_dose: first, dose: last, leave: left, hold: until },
  };
}

/** The answers that are that event: each a yes, in a step where no no stands against it. */
function marks(event, record) {
  const standing = (record.marking.get(event) ?? []).map((step) => live(step, record, null));
  return standing.filter((stands) => !stands.stops.length).flatMap((stands) => stands.oks);
}

/** The instant that an `opens` or `due` names, or null where there is none, or its anchor is not known. */
export function anchored(offset, at) {
  const anchor = offset ? at.anchors[offset.from] : null;
  return anchor === null ? null : anchor + minutes(offset.minutes);
}
