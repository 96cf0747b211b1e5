// What JSON holds, read so that both languages see the same value: true is no number, 5.0 is 5, a list is no
// object. Imports nothing of the core. Twin: src/sessionday/core/values.py.

const MINUTE = 60_000;
export const EXACT = 2 ** 53; // from here on JavaScript can't tell neighbouring whole numbers apart
const WORDS = /[^ \t\n\r]/; // more than white space

/** The number, or null where it is none, or has no end. */
export function number(value) {
  return Number.isFinite(value) ? value : null;
}

/** The number, or where it is none, one that is neither more nor less than any other. */
export function count(value) {
  return number(value) ?? NaN;
}

export function text(value) {
  return typeof value === "string" ? value : null;
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an object says under a name; in JavaScript every object also says things that nobody said. */
export function part(answer, id) {
  return Object.hasOwn(answer, id) ? answer[id] : null;
}

export function isBlank(words) {
  return !WORDS.test(words);
}

/**
 * Minutes in milliseconds; an instant stays a whole number even where a protocol counts in parts of a
 * minute.
 */
export function minutes(count) {
  return Math.floor(count * MINUTE + 0.5);
}

/** The first whole millisecond later than an instant. */
export function after(instant) {
  return Math.floor(instant) + 1;
}
