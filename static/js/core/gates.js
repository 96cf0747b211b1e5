// The gates: what still shuts each of them, and what a shut gate shuts in turn. Imports only where the day
// and its steps stand. Twin: src/sessionday/core/gates.py.

import { anchored } from "./moment.js";
import { standing } from "./steps.js";

const GATES = ["dose", "leave", "drive", "close"];

export function gates(protocol, at, standings) {
  const shut = GATES.map((gate) => [gate, blockers(gate, protocol, at, standings)]);
  return Object.fromEntries(shut.map(([gate, found]) => [gate, { open: !found.length, blockers: found }]));
}

/** Whether one gate has blockers, for when nothing else is asked of that moment. */
export function isShut(gate, protocol, at) {
  const steps = at.record.holding.get(gate) ?? [];
  const standings = new Map(steps.map((step) => [step.id, standing(step, at)]));
  return blockers(gate, protocol, at, standings).length > 0;
}

/**
 * The same, but that what marks dose, leave or close and is yet to be answered is locked behind a shut gate.
 * No circle comes of it: what shuts a gate is neither done nor waived, and what is locked here was neither.
 */
export function behindGates(protocol, at, standings) {
  const found = new Map(standings);
  for (const step of protocol.steps) {
    const asked = standings.get(step.id);
    const awaitsGate =
      ["dose", "leave", "close"].includes(step.marks) && ["overdue", "todo"].includes(asked.status);
    if (awaitsGate && blockers(step.marks, protocol, at, standings).length) {
      found.set(step.id, { ...asked, status: "locked" });
    }
  }
  return found;
}

function blockers(gate, protocol, at, standings) {
  if (gate === "drive" && at.hold === null) return [];
  const unmet = OWN_BLOCKERS[gate](protocol, at);
  if (gate !== "dose" && at.cancelled) return unmet;
  for (const step of at.record.holding.get(gate) ?? []) {
    const { status } = standings.get(step.id);
    if (status !== "done" && status !== "waived") unmet.push(blocker(status, { step: step.id }));
  }
  return unmet;
}

function blocker(why, { step = null, until = null } = {}) {
  return { step, why, until };
}

function doseBlockers(protocol, at) {
  if (at.cancelled) return [blocker("cancelled")];
  return at.left !== null ? [blocker("left")] : [];
}

function leaveBlockers(protocol, at) {
  if (at.last_dose === null) return [blocker("no_dose")];
  const until = observedUntil(protocol, at);
  return until !== null && at.now < until ? [blocker("observe", { until })] : [];
}

export function observedUntil(protocol, at) {
  return anchored(protocol.observe, at);
}

function driveBlockers(protocol, at) {
  if (at.hold === null || (at.hold.until !== null && at.now >= at.hold.until)) return [];
  return [blocker(at.hold.assumed ? "no_word" : "hold", { until: at.hold.until })];
}

function closeBlockers(protocol, at) {
  return at.left === null && !at.cancelled ? [blocker("not_left")] : [];
}

const OWN_BLOCKERS = { dose: doseBlockers, leave: leaveBlockers, drive: driveBlockers, close: closeBlockers };
