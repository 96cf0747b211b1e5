// What one answer means: ok, stop, or never (a stop that nobody can waive). What is not of the form is a
// stop. Imports only how JSON is read. Twin: src/sessionday/core/answers.py.

import { EXACT, isBlank, isObject, minutes, number, part, text } from "./values.js";

const VERDICTS = ["ok", "stop", "never"]; // from best to worst

export function verdict(entry, step, session) {
  const carried = entry.verdict ?? null;
  if (carried !== null) return asWord(carried);
  const judge = FORMS.get(step.answer.type);
  return judge ? judge(entry.answer, step.answer, session) : "stop";
}

function asWord(verdict) {
  return VERDICTS.includes(verdict) ? verdict : "stop";
}

function okIf(condition) {
  return condition ? "ok" : "stop";
}

function confirm(answer) {
  return okIf(answer === "yes");
}

function choice(answer, form) {
  const option = form.options.find((option) => option.id === answer);
  return option ? asWord(option.verdict) : "stop";
}

function checks(answer, form) {
  return okIf(isObject(answer) && form.items.every((item) => part(answer, item.id) === item.want));
}

function measure(answer, form) {
  if (!isObject(answer)) return "stop";
  const found = form.fields.map((field) => VERDICTS.indexOf(measured(number(part(answer, field.id)), field)));
  return VERDICTS[Math.max(...found)];
}

function measured(value, field) {
  if (value === null || isBeyond(value, field.min, field.max)) return "stop";
  if (isBeyond(value, field.never_below, field.never_above)) return "never";
  return okIf(!isBeyond(value, field.stop_below, field.stop_above));
}

function isBeyond(value, low, high) {
  return ((low ?? null) !== null && value < low) || ((high ?? null) !== null && value > high);
}

function time(answer, form, session) {
  const instant = number(answer);
  const latest = form.latest_minutes ?? null;
  if (!Number.isInteger(instant) || !(-EXACT < instant && instant < EXACT)) return "stop";
  return okIf(latest === null || instant <= session.start + minutes(latest));
}

function code(answer, form, session) {
  return okIf(text(answer) !== null && answer === session.pickup_code);
}

function words(answer) {
  return okIf(text(answer) !== null && !isBlank(answer));
}

const FORMS = new Map([
  ["confirm", confirm],
  ["choice", choice],
  ["checks", checks],
  ["measure", measure],
  ["time", time],
  ["code", code],
  ["text", words],
]);
