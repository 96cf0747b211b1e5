// At a shared tablet the clinic takes what could open a gate, or undo or end the day, only from somebody who has just shown who they
// are (web/proving.py). Until it has it such a word waits in the log, and counts for nothing on this screen either.

import { verdict } from "./core/answers.js";
import { line, title, when } from "./telling.js";

const ENDS = ["cancel", "close"];

// What a page of staff's does about it; nothing where the device is no shared tablet. `again` shows the page and offers its words.
export function atTablet({ log }, again) {
  if (!isShared()) return null;
  const { handle } = document.body.dataset;
  let asked = false;
  return {
    counts: (pack, entry) => entry.seq !== null || !couldOpen(pack, entry),
    // The clinic says which of them wait. Without signal nobody can show who they are: then they are asked about when there is, for
    // others may sit here by that time.
    async hear(pack, reply) {
      if (reply?.locked) document.dispatchEvent(new Event("tablet-locked"));
      const unsent = reply ? [] : (await log.unsent()).filter((entry) => couldOpen(pack, entry)).map((entry) => entry.id);
      const waiting = reply?.prove ?? unsent;
      if (waiting.length) await log.mark(waiting, { asks: true });
    },
    async show(pack, entries) {
      const waiting = entries.filter((entry) => entry.asks && !entry.held);
      if (!waiting.length && !asked) return;
      asked = true;
      const { ask } = await import("./prove.js");
      ask(waiting.map((entry) => ({ id: entry.id, text: told(pack, entry) })), {
        handle,
        name: pack.seat.name,
        confirmed: (ids) => log.mark(ids, { asks: false }).then(again),
        aside: (ids, words) => log.mark(ids, { held: words, refused: true }).then(again),
      });
    },
  };
}

function isShared() {
  try {
    return localStorage.getItem("tablet.shared") !== null;
  } catch {
    return false;
  }
}

function told(pack, entry) {
  return `${title(pack, entry.step)}: ${line(pack, entry)}, ${when(pack, entry.t)}`;
}

export function couldOpen(pack, { kind, step, answer }) {
  if (kind === "withdraw") return true;
  const rules = pack.protocol.steps.find((one) => one.id === step);
  if (!rules || !["answer", "waive"].includes(kind)) return false;
  if (rules.gate === null && !ENDS.includes(rules.marks)) return false;
  return kind === "waive" || verdict({ answer }, rules, pack.session) === "ok";
}
