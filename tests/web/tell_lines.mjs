// JSON lines in, what static/js/telling.js and answers.js say of them out: for the test that holds the twins together.

import { createInterface } from "node:readline";
import { answerFrom, BadAnswer, happenedAt, localInstant } from "../../static/js/answers.js";
import * as telling from "../../static/js/telling.js";
import { couldOpen } from "../../static/js/unproven.js";

const told = {
  day({ pack, state, entries, looks }) {
    return {
      hold: telling.hold(pack, state),
      idle: telling.idle(pack, state),
      gates: Object.fromEntries(Object.keys(state.gates).map((name) => [name, telling.gate(pack, state, name)])),
      notes: Object.fromEntries(Object.keys(state.steps).map((step) => [step, telling.note(pack, state, step)])),
      titles: Object.fromEntries(Object.keys(state.steps).map((step) => [step, telling.title(pack, step)])),
      alerts: state.alerts.map((one) => telling.alert(pack, one, entries)),
      lines: entries.map((entry) => telling.line(pack, entry)),
      truths: entries.map((entry) => telling.truth(pack, entry, looks)),
      unsent: [0, 1, 2, 3, 7, 11, 100, 101, 103].map((count) => telling.unsent(pack, count)),
      place: telling.place(pack, state, entries),
      taker: telling.taker(pack, state, entries),
      when: entries.map((entry) => telling.when(pack, entry.t)),
    };
  },
  answer({ pack, step, form }) {
    try {
      return { answer: answerFrom(pack, step, form) };
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      return { field: error.field, sentence: error.message };
    }
  },
  at({ pack, form, now }) {
    try {
      return { at: happenedAt(pack, form, now) };
    } catch (error) {
      return { field: error.field, sentence: error.message };
    }
  },
  opens: ({ pack, entry }) => couldOpen(pack, entry),
  local: ({ pack, text }) => localInstant(pack, text),
  when: ({ pack, t }) => telling.when(pack, t),
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(told[asked.ask](asked)));
}
