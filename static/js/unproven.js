// Whether a word of staff's could open a gate, or undo or end the day: on a shared tablet it counts for nothing until the clinic
// has it from somebody who has just shown who they are. The twin of web/proving.py.

import { verdict } from "./core/answers.js";

const ENDS = ["cancel", "close"];

export function isShared() {
  try {
    return localStorage.getItem("tablet.shared") !== null;
  } catch {
    return false;
  }
}

export function couldOpen(pack, { kind, step, answer }) {
  if (kind === "withdraw") return true;
  const rules = pack.protocol.steps.find((one) => one.id === step);
  if (!rules || !["answer", "waive"].includes(kind)) return false;
  if (rules.gate === null && !ENDS.includes(rules.marks)) return false;
  return kind === "waive" || verdict({ answer }, rules, pack.session) === "ok";
}
