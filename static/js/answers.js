// From a form's fields to an entry's answer, or to a sentence about what is missing: the twin of web/answers.py.

import { fill, numberText, offsetAt } from "./telling.js";

const MINUTE = 60_000;
const MOST = 3000; // characters: what an entry can carry, however many bytes each takes
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2})?$/;
const NUMBER = /^-?\d{1,9}(?:[.,]\d{1,6})?$/;
const SPACE = /^[ \t\n\r]+|[ \t\n\r]+$/g;

export class BadAnswer extends Error {
  constructor(field, sentence, range = false) {
    super(sentence);
    this.field = field;
    this.range = range;
  }
}

export function answerFrom(pack, step, form) {
  const read = { checks, measure: measured, time, choice }[step.answer.type] || text;
  return read(pack, step, form);
}

function choice(pack, step, form) {
  if (!form.answer) throw new BadAnswer("answer", pack.words.errors.choose);
  return form.answer;
}

function checks(pack, step, form) {
  const items = step.answer.items.map((item) => item.id);
  const missing = items.filter((item) => !form[item]);
  if (missing.length) {
    const labels = pack.texts.steps[step.id].answers;
    const names = missing.map((item) => labels[item]).join("; ");
    throw new BadAnswer(missing[0], fill(pack.words.errors.every_check, { items: names }));
  }
  return Object.fromEntries(items.map((item) => [item, form[item]]));
}

function measured(pack, step, form) {
  return Object.fromEntries(step.answer.fields.map((field) => [field.id, number(pack, step, field, form)]));
}

function number(pack, step, field, form) {
  const errors = pack.words.errors;
  const typed = (form[field.id] || "").trim();
  const label = pack.texts.steps[step.id].answers[field.id];
  if (!NUMBER.test(typed)) throw new BadAnswer(field.id, fill(errors.number, { label }));
  const value = Number(typed.replace(",", "."));
  if (!(field.min <= value && value <= field.max) && form.sure !== "yes") {
    const limits = { min: numberText(field.min), max: numberText(field.max), unit: field.unit || "" };
    throw new BadAnswer(field.id, fill(errors.range, { label, value: numberText(value), ...limits }), true);
  }
  return value;
}

function time(pack, step, form) {
  const found = localInstant(pack, form.answer || "");
  if (found === null) throw new BadAnswer("answer", pack.words.errors.time);
  return found;
}

function text(pack, step, form) {
  const answer = (form.answer || "").replaceAll("\0", "");
  const kind = step.answer.type;
  if (!answer.replace(SPACE, "")) {
    const sentence = { code: "code", text: "text" }[kind] || "choose";
    throw new BadAnswer("answer", pack.words.errors[sentence]);
  }
  if (answer.length > MOST) throw new BadAnswer("answer", fill(pack.words.errors.too_long, { most: MOST }));
  return kind === "code" ? answer.replace(SPACE, "") : answer;
}

export function happenedAt(pack, form, now) {
  const typed = form.at || "";
  if (!typed) return now;
  const found = localInstant(pack, typed);
  if (found === null || found > now) throw new BadAnswer("at", pack.words.errors.at);
  return found;
}

export function localInstant(pack, typed) {
  const found = LOCAL.exec(typed);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number);
  const real = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60;
  if (!real) return null;
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  if (new Date(shown).getUTCDate() !== day) return null; // the 31st of a month that has none
  const offsets = pack.clock.map(([, ahead]) => ahead);
  const fitting = offsets
    .map((ahead) => [shown - ahead * MINUTE, ahead])
    .filter(([t, ahead]) => offsetAt(pack, t) === ahead)
    .map(([t]) => t);
  if (fitting.length) return Math.max(...fitting);
  return pack.clock.find(
    ([since, ahead], place) =>
      place > 0 && since + offsets[place - 1] * MINUTE <= shown && shown < since + ahead * MINUTE,
  )[0];
}
