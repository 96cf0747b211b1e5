// The record in order: what has happened by now, each entry once, kept by what it is about. Imports only what
// answers mean and how JSON is read. Twin: src/sessionday/core/entries.py.

import { verdict } from "./answers.js";
import { count, isObject, number, text } from "./values.js";

/** An entry as far as the rules read it: text or null; a number, or one that compares with nothing. */
class Entry {
  constructor(said, id, t) {
    this.said = said;
    this.id = id;
    this.t = t;
    this.kind = said.kind;
    this.role = text(said.role);
    this.device = text(said.device);
    this.n = count(said.n);
    this.seen = count(said.seen);
    this.seq = count(said.seq);
    this.place = 0; // in the order of the record
    this.verdict = ""; // of an answer, once that was asked
  }
}

/**
 * What stands of all that was said about a step, in order.
 * @typedef {object} Live
 * @property {Entry[]} answers
 * @property {Entry[]} oks
 * @property {Entry[]} stops those that no waive covers
 * @property {Entry[]} waives
 *
 * All that was said about a step, in order.
 * @typedef {object} Said
 * @property {Entry[]} answers
 * @property {Entry[]} waives
 * @property {?Entry} last of these, and of what takes one of them back
 * @property {?Live} live kept once found, for those who may share it
 *
 * @typedef {object} Record
 * @property {object} session
 * @property {Map<string, object[]>} marking by event: the steps that mark it
 * @property {Map<string, object[]>} holding by gate: the steps that hold it shut until done
 * @property {Map<string, Said>} said by step
 * @property {number} end the place from which on nothing is known yet
 * @property {Map<string, Said>} homes by the id of what was said there
 * @property {Map<string, Entry[]>} withdrawals by the id of what they take back
 * @property {Set<string>} acked alerts' keys
 */

/** @returns {Record} */
export function readRecord(protocol, session, entries, now) {
  const [ordered, { steps }] = [inOrder(entries, now), protocol];
  const said = new Map(steps.map((step) => [step.id, { answers: [], waives: [], last: null, live: null }]));
  const record = { session, marking: grouped("marks", steps), holding: grouped("gate", steps), said };
  Object.assign(record, { end: ordered.length, homes: new Map(), withdrawals: new Map(), acked: new Set() });
  for (const entry of ordered) {
    if (entry.kind === "answer" || entry.kind === "waive") {
      const about = record.said.get(text(entry.said.step));
      if (about !== undefined) hear(entry, about, record);
    } else {
      const of = text(entry.said.of);
      if (of !== null) hearOf(of, entry, record);
    }
  }
  return record;
}

function grouped(key, steps) {
  const found = new Map();
  for (const step of steps) {
    if (!step[key]) continue;
    if (!found.has(step[key])) found.set(step[key], []);
    found.get(step[key]).push(step);
  }
  return found;
}

function hear(entry, said, record) {
  (entry.kind === "answer" ? said.answers : said.waives).push(entry);
  said.last = entry;
  record.homes.set(entry.id, said);
}

function hearOf(of, entry, record) {
  if (entry.kind === "withdraw") {
    if (!record.withdrawals.has(of)) record.withdrawals.set(of, []);
    record.withdrawals.get(of).push(entry);
    if (record.homes.has(of)) record.homes.get(of).last = entry;
  } else if (entry.kind === "ack" && entry.role === "staff") {
    record.acked.add(of);
  }
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

function readEntry(said) {
  const [id, t] = [text(said.id), number(said.t)];
  return id === null || t === null ? null : new Entry(said, id, t);
}

/** What an answer means is found when it is first asked: most are superseded, and never asked. */
export function isOk(answer, step, record) {
  if (!answer.verdict) answer.verdict = verdict(answer.said, step, record.session);
  return answer.verdict === "ok";
}

/** The record as it stood when this entry came: what lies strictly before it in order. */
export function before(record, entry) {
  return { ...record, end: entry.place };
}
