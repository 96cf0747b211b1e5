// What must be true after every step of a journey.

import assert from "node:assert/strict";

const PLAIN = ["id", "device", "n", "seen", "seq", "role", "t", "kind", "step", "of"];
const SAID = ["kind", "step", "of", "reason", "answer"];

// The clinic's record, read from its disk: it only grows, without a gap, and holds nobody's entry twice.
export class Truth {
  constructor(journey) {
    this.journey = journey;
    this.anew();
  }

  // After an older copy took the record's place.
  anew() {
    this.entries = [];
    this.held = [];
    this.ids = new Map();
    this.counts = new Set();
    this.checked = 0;
  }

  // `held`: also what was kept aside.
  async read(held) {
    const found = await this.journey.ask("record", { after: this.entries.length, held });
    this.epoch = found.epoch;
    if (held) this.held = found.held;
    for (const entry of found.entries) this.#grow(entry);
    for (const id of this.held) assert.ok(!this.ids.has(id), `${id} is in the record, and kept aside too`);
  }

  #grow(entry) {
    const { id, seq, device, n } = entry;
    assert.equal(seq, this.entries.length + 1, "the record's numbers have a gap");
    assert.ok(!this.ids.has(id), `${id} is in the record twice`);
    assert.ok(!this.counts.has(`${device} ${n}`), `two entries of ${device} are number ${n}`);
    this.entries.push(entry);
    this.ids.set(id, seq);
    this.counts.add(`${device} ${n}`);
    this.#isAsWritten(entry);
  }

  #isAsWritten(entry) {
    const phone = this.journey.phones.find((one) => one.said.has(entry.id));
    assert.ok(phone, `nobody wrote ${entry.id}`);
    const said = phone.said.get(entry.id);
    assert.equal(entry.role, phone.seat.role, `${entry.id} was written by another role`);
    for (const key of SAID) assert.deepEqual(entry[key], said[key] ?? null, `${entry.id} has another ${key}`);
  }

  // What a phone was told of stands in the record, where it was said to; after a restore it may still be on a phone.
  keepsWhatWasTold(told) {
    for (const [id, seq] of told) {
      const found = this.ids.get(id);
      if (found === undefined && this.journey.restores && this.journey.mayLack(id)) continue;
      assert.ok(found !== undefined, `${id} was acknowledged, and is not in the record`);
      assert.ok(this.journey.restores || found === seq, `${id} was said to be number ${seq}, and is ${found}`);
    }
  }
}

// What a phone holds and shows.
export function phoneIsTrue(phone, { own, heard, facts }, truth) {
  const ids = new Set(own.map((entry) => entry.id));
  for (const id of phone.saved) assert.ok(ids.has(id), `${phone.name} said that ${id} is saved, and lost it`);
  countsRight(phone, own, facts);
  if (facts.epoch === undefined || facts.epoch !== truth.epoch) return; // it has not heard of this past yet
  for (const entry of own) {
    const at = truth.ids.get(entry.id);
    if (entry.seq !== null) assert.equal(entry.seq, at, `${phone.name} shows ${entry.id} as with the clinic`);
    if (entry.held) assert.equal(at, undefined, `${phone.name} shows ${entry.id} as held, but it is in the record`);
  }
  heardIsTheBeginning(phone, heard, facts, truth);
}

function countsRight(phone, own, facts) {
  if (phone.cleared) return;
  const counts = own.map((entry) => entry.n).sort((a, b) => a - b);
  assert.deepEqual(counts, counts.map((_, place) => place + 1), `${phone.name} has gaps in its count`);
  phone.device ??= facts.device;
  assert.equal(facts.device, phone.device, `${phone.name} became another device, though nothing was cleared`);
}

function heardIsTheBeginning(phone, heard, facts, truth) {
  const inOrder = heard.toSorted((a, b) => a.seq - b.seq);
  assert.ok((facts.seen || 0) <= inOrder.length, `${phone.name} asks after ${facts.seen}, and holds ${inOrder.length}`);
  inOrder.forEach((entry, place) => {
    const theirs = truth.entries[place];
    assert.ok(theirs, `${phone.name} heard more than there is`);
    for (const key of PLAIN) assert.equal(entry[key], theirs[key], `${phone.name} heard another ${key} of ${theirs.id}`);
    if (entry.answer !== null) assert.deepEqual(entry.answer, theirs.answer, `${phone.name} heard another answer`);
  });
}
