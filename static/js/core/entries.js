// The record in order: what has happened by now, each entry once, kept by what it is about. Imports only what
// answers mean and how JSON is read. Twin: src/sessionday/core/entries.py.

import { verdict } from "./answers.js";
import { count, isObject, number, text } from "./values.js";

/**
 * @typedef {object} Record
 * @property {Map<string, object[]>} answers by step
 * @property {Map<string, object[]>} waives by step
 * @property {Map<string, object[]>} withdrawals by the id of what they take back
 * @property {Set<string>} acked alerts' keys
 * @property {number} end the place from which on nothing is known yet
 */

/** @returns {Record} */
export function readRecord(protocol, session, entries, now) {
  const steps = new Map(protocol.steps.map((step) => [step.id, step]));
  const byStep = () => new Map(protocol.steps.map((step) => [step.id, []]));
  const record = { answers: byStep(), waives: byStep(), withdrawals: new Map(), acked: new Set() };
  record.end = Infinity;
  for (const entry of inOrder(entries, now)) {
    const about = text(entry.said.step);
    const of = text(entry.said.of);
    if (entry.kind === "answer" && steps.has(about)) {
      entry.verdict = verdict(entry.said, steps.get(about), session);
      record.answers.get(about).push(entry);
    } else if (entry.kind === "waive" && steps.has(about)) {
      record.waives.get(about).push(entry);
    } else if (entry.kind === "withdraw" && of !== null) {
      if (!record.withdrawals.has(of)) record.withdrawals.set(of, []);
      record.withdrawals.get(of).push(entry);
    } else if (entry.kind === "ack" && of !== null && entry.role === "staff") {
      record.acked.add(of);
    }
  }
  return record;
}

/**
 * What has happened by now, each id once, by (t, id). What has no id or no time can't be placed: it is
 * left out.
 */
function inOrder(entries, now) {
  const held = new Map();
  for (const said of entries) {
    const entry = isObject(said) ? readEntry(said) : null;
    if (entry === null || entry.t > now) continue;
    const other = held.get(entry.id);
    const isBetter = other === undefined || (Number.isNaN(other.seq) && !Number.isNaN(entry.seq));
    if (isBetter) held.set(entry.id, entry);
  }
  const ordered = [...held.values()].sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1));
  ordered.forEach((entry, place) => (entry.place = place));
  return ordered;
}

/** An entry as far as the rules read it: text or null; a number, or one that compares with nothing. */
function readEntry(said) {
  const id = text(said.id);
  const t = number(said.t);
  if (id === null || t === null) return null;
  const [kind, role, device] = [text(said.kind), text(said.role), text(said.device)];
  const [n, seen, seq] = [count(said.n), count(said.seen), count(said.seq)];
  return { said, id, t, kind, role, device, n, seen, seq, place: 0, verdict: "" };
}

/** The record as it stood when this entry came: what lies strictly before it in order. */
export function before(record, entry) {
  return { ...record, end: entry.place };
}
