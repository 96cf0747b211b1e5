// What somebody must hear of, each under a key of its own that staff can acknowledge. Imports only where the
// day, its gates and its steps stand. Twin: src/sessionday/core/alerts.py.

import { before } from "./entries.js";
import { isShut } from "./gates.js";
import { live, withdrawal } from "./live.js";
import { moment } from "./moment.js";

export function alerts(protocol, session, at, standings) {
  const found = protocol.steps.flatMap((step) => [
    ...breaches(step, protocol, session, at),
    ...withdrawn(step, at),
    ...calls(step, at),
    ...unsettled(step, standings.get(step.id)),
  ]);
  return found
    .map((told) => ({ ...told, acked: at.record.acked.has(told.key) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function alert(key, level, step, since) {
  return { key, level, step: step.id, since };
}

function breaches(step, protocol, session, at) {
  const gate = step.marks;
  if (!["dose", "leave", "close"].includes(gate)) return [];
  return live(step, at.record, at.span)
    .answers.filter((answer) => gate === "dose" || answer.verdict === "ok")
    .filter((answer) => wasShut(gate, answer, protocol, session, at))
    .map((answer) => alert(`breach:${gate}:${answer.id}`, "critical", step, answer.t));
}

/** Whether the gate was shut when this was done, by what had been said until then. */
function wasShut(gate, answer, protocol, session, at) {
  return isShut(gate, protocol, moment(protocol, session, before(at.record, answer), answer.t));
}

function withdrawn(step, at) {
  if (step.marks !== "dose" && step.marks !== "leave") return [];
  return at.record.said
    .get(step.id)
    .answers.map((answer) => [answer, withdrawal(answer, step, at.record, at.span)])
    .filter(([, by]) => by !== null)
    .map(([answer, by]) => alert(`withdrawn:${step.id}:${answer.id}`, "warn", step, by.t));
}

function calls(step, at) {
  if (step.marks !== "help") return [];
  const { answers } = live(step, at.record, at.span);
  return answers.map((call) => alert(`help:${call.id}`, "critical", step, call.t));
}

function unsettled(step, found) {
  if (found.status === "overdue") {
    return [alert(`overdue:${step.id}:${found.due_at ?? "none"}`, "warn", step, found.due_at)];
  }
  if (!["stop", "conflict", "impaired"].includes(found.status)) return [];
  const by = found.deciding.at(-1);
  const level = found.deciding.some((stop) => stop.verdict === "never") ? "critical" : "warn";
  return [alert(`${found.status}:${step.id}:${by.id}`, level, step, by.t)];
}
