// What a session's record says at an instant: the rules put together. Imports only the core, and knows no
// clock. Twin: src/sessionday/core/evaluate.py.

import { alerts } from "./alerts.js";
import { readRecord } from "./entries.js";
import { behindGates, gates, observedUntil } from "./gates.js";
import { assumedFrom } from "./hold.js";
import { moment } from "./moment.js";
import { standing, turns } from "./steps.js";

const ROLES = ["client", "support", "staff", "prescriber"];
const PHASES = { before: ["before"], during: ["during", "after"], after: ["after"], clear: ["after"] };
const ASKED = ["conflict", "stop", "overdue", "expired", "impaired", "todo"];

export function evaluate(protocol, session, entries, now) {
  const at = moment(protocol, session, readRecord(protocol, session, entries, now), now);
  const asked = new Map(protocol.steps.map((step) => [step.id, standing(step, at)]));
  const standings = behindGates(protocol, at, asked);
  const shut = gates(protocol, at, standings);
  const stage = stageOf(at, shut);
  return {
    stage,
    dosed_at: at.last_dose,
    left_at: at.left,
    hold_until: at.hold ? at.hold.until : null,
    gates: shut,
    steps: Object.fromEntries([...standings].map(([id, found]) => [id, told(found)])),
    alerts: alerts(protocol, session, at, standings),
    next: Object.fromEntries(ROLES.map((role) => [role, nextFor(role, stage, protocol, standings)])),
    changes_at: changesAt(protocol, session, at, standings),
  };
}

function stageOf(at, shut) {
  if (at.closed) return "closed";
  if (at.cancelled) return "cancelled";
  if (at.left !== null) return shut.drive.open ? "clear" : "after";
  return at.last_dose === null ? "before" : "during";
}

function told(found) {
  const by = found.deciding.length ? found.deciding.at(-1).id : null;
  return { status: found.status, by, due_at: found.due_at };
}

function nextFor(role, stage, protocol, standings) {
  const phases = PHASES[stage] ?? [];
  for (const step of protocol.steps) {
    const found = standings.get(step.id);
    const isTheirs = phases.includes(step.phase) && step.who.includes(role);
    if (!isTheirs || step.marks === "cancel" || step.marks === "help") continue;
    if (ASKED.includes(found.status) && !found.content.has(role)) return step.id;
  }
  return null;
}

/** The first instant after now at which time alone may change any of it. */
function changesAt(protocol, session, at, standings) {
  const ends = [assumedFrom(protocol, session), observedUntil(protocol, at), at.hold ? at.hold.until : null];
  const instants = protocol.steps.flatMap((step) => turns(step, standings.get(step.id), at));
  const ahead = [...ends, ...instants].filter((instant) => instant !== null && instant > at.now);
  return ahead.length ? ahead.map(Math.ceil).reduce((a, b) => Math.min(a, b)) : null;
}
