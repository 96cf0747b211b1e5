// The phone's log: what it says is saved is on the disk, once; and nothing that befalls the storage loses or doubles it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openLog } from "../../static/js/log.js";
import { emptyStorage, opened, stored, trouble } from "./storage.mjs";

const NAME = "sessionday/h/p";
const open = () => openLog("h", "p");
const entry = (id) => ({ id, seen: 0, at: 5, t: 5, kind: "answer", step: "touch", answer: "no", of: null, reason: null });
const reply = (more = {}) => ({ v: 1, epoch: "one", now: 9, seq: 0, more: false, verdicts: [], entries: [], ...more });
const heard = (seq, id = `heard ${seq}`) => ({ id, device: "other", n: seq, seen: 0, seq, role: "staff", t: seq });
const verdict = (id, seq, result = "stored") => ({ id, result, seq });
const soon = () => new Promise((resolve) => setTimeout(resolve, 200));
const counts = (own) => own.map((one) => one.n).sort((a, b) => a - b);

beforeEach(emptyStorage);

test("an entry is on the disk when the write resolves, with the next place in the count", async () => {
  const log = await open();
  for (const id of ["a", "b", "c"]) {
    await log.write(entry(id));
    assert.ok((await stored(NAME, "log")).some((one) => one.id === id));
  }
  assert.deepEqual((await log.unsent()).map(({ id, n }) => [id, n]), [["a", 1], ["b", 2], ["c", 3]]);
});

test("the connection dies without a word before every write: nothing is lost or doubled", async () => {
  const log = await open();
  for (let n = 1; n <= 20; n++) {
    trouble("dead");
    assert.equal((await log.write(entry(`e${n}`))).n, n);
  }
  assert.deepEqual(counts(await stored(NAME, "log")), Array.from({ length: 20 }, (_, place) => place + 1));
});

test("a write that is cut off is tried once more, and is there once", async () => {
  const log = await open();
  trouble("cut");
  assert.equal((await log.write(entry("a"))).n, 1);
  assert.equal((await log.write(entry("b"))).n, 2);
  assert.equal((await stored(NAME, "log")).length, 2);
});

test("a write of which only the word is lost is there once, however often it is tried", async () => {
  const log = await open();
  trouble("wordless");
  assert.equal((await log.write(entry("a"))).n, 1);
  trouble("wordless", "wordless");
  await assert.rejects(log.write(entry("b")), { name: "AbortError" });
  assert.equal((await log.write(entry("b"))).n, 2, "the form went out, and came back");
  assert.equal((await log.write(entry("c"))).n, 3);
  assert.equal((await stored(NAME, "log")).length, 3);
});

test("what is cut off twice is not said to be written, and is not half-written", async () => {
  const log = await open();
  trouble("cut", "cut");
  await assert.rejects(log.write(entry("a")), { name: "AbortError" });
  assert.deepEqual(await stored(NAME, "log"), []);
  assert.equal((await log.write(entry("b"))).n, 1);
});

test("on a full disk a write rejects, leaves nothing behind, and takes no place in the count", async () => {
  const log = await open();
  await log.write(entry("a"));
  trouble("full");
  await assert.rejects(log.write(entry("b")), { name: "QuotaExceededError" });
  assert.deepEqual((await stored(NAME, "log")).map((one) => one.id), ["a"]);
  assert.equal((await log.write(entry("c"))).n, 2);
});

test("the same entry written twice is one, also at once, also after its verdict came", async () => {
  const log = await open();
  const [first, second] = await Promise.all([log.write(entry("a")), log.write(entry("a"))]);
  assert.deepEqual([first.n, second.n], [1, 1]);
  await log.hear(reply({ seq: 1, verdicts: [verdict("a", 1)], entries: [heard(1, "a")] }), 0);
  assert.equal((await log.write(entry("a"))).seq, 1);
  assert.equal((await stored(NAME, "log")).length, 1);
  assert.equal((await log.write(entry("b"))).n, 2);
});

for (const count of [2, 5]) {
  test(`${count} tabs write at once: the count has no gap, and no number twice`, async () => {
    const tabs = await Promise.all(Array.from({ length: count }, open));
    const writes = tabs.flatMap((tab, name) => [1, 2, 3, 4].map((turn) => tab.write(entry(`${name}.${turn}`))));
    assert.deepEqual(counts(await Promise.all(writes)), writes.map((_, place) => place + 1));
    assert.deepEqual(counts(await stored(NAME, "log")), writes.map((_, place) => place + 1));
    const devices = await Promise.all(tabs.map((tab) => tab.fact("device")));
    assert.equal(new Set(devices).size, 1, "all tabs are one device");
  });

  test(`${count} tabs write at once while their connections die: the same`, async () => {
    const tabs = await Promise.all(Array.from({ length: count }, open));
    trouble(...Array.from({ length: count }, (_, place) => (place % 2 ? "cut" : "dead")));
    const writes = tabs.map((tab, name) => tab.write(entry(`${name}`)));
    assert.deepEqual(counts(await Promise.all(writes)), writes.map((_, place) => place + 1));
    assert.equal((await stored(NAME, "log")).length, count);
  });
}

test("while another page holds up the log's upgrade, opening says so; once it lets go, it works", async () => {
  const stubborn = await opened(indexedDB.open(NAME, 1)); // it hears that it should close, and does not
  const { open: really } = indexedDB;
  indexedDB.open = (name) => really.call(indexedDB, name, 2);
  try {
    await assert.rejects(Promise.race([open(), soon()]));
  } finally {
    stubborn.close();
  }
  const log = await open();
  assert.equal((await log.write(entry("a"))).n, 1);
});

test("a newer release wants to upgrade: the log lets go of its connection", async () => {
  const log = await open();
  await log.write(entry("a"));
  const upgrade = indexedDB.open(NAME, 2);
  let blocked = false;
  upgrade.onblocked = () => (blocked = true);
  (await opened(upgrade)).close();
  assert.equal(blocked, false);
});

test("an acknowledged entry stays on the phone, and is offered no more", async () => {
  const log = await open();
  await log.write(entry("a"));
  await log.write(entry("b"));
  await log.hear(reply({ seq: 1, verdicts: [verdict("a", 1)], entries: [heard(1, "a")] }), 0);
  assert.deepEqual((await log.unsent()).map((one) => one.id), ["b"]);
  assert.equal((await stored(NAME, "log")).find((one) => one.id === "a").seq, 1);
});

test("a duplicate is acknowledged like what was stored; what is held is kept, and offered no more", async () => {
  const log = await open();
  for (const id of ["a", "b", "c"]) await log.write(entry(id));
  const held = { id: "b", result: "held", seq: null, why: "unknown_step", message: "No such step." };
  await log.hear(reply({ seq: 4, verdicts: [verdict("a", 4, "duplicate"), held, verdict("nobody's", 9)] }), 0);
  const own = Object.fromEntries((await stored(NAME, "log")).map((one) => [one.id, one]));
  assert.equal(own.a.seq, 4);
  assert.deepEqual([own.b.seq, own.b.held], [null, "No such step."]);
  assert.deepEqual((await log.unsent()).map((one) => one.id), ["c"]);
  assert.equal(Object.keys(own).length, 3);
});

test("another epoch is another past: what was acknowledged or held is offered again, and the record is heard anew", async () => {
  const log = await open();
  for (const id of ["a", "b", "c"]) await log.write(entry(id));
  const held = { id: "b", result: "held", seq: null, why: "unknown_step" };
  await log.hear(reply({ seq: 1, verdicts: [verdict("a", 1), held], entries: [heard(1, "a")] }), 0);
  assert.equal(await log.hear(reply({ epoch: "two", seq: 7, entries: [heard(2)] }), 0), true, "there is more to ask");
  assert.deepEqual((await log.unsent()).map(({ id, n }) => [id, n]), [["a", 1], ["b", 2], ["c", 3]]);
  const { heard: record, facts } = await log.whole();
  assert.deepEqual([record, facts.seen, facts.epoch], [[], 0, "two"]);
});

test("whoever is signed out hears no epoch and no news, and their verdicts count", async () => {
  const log = await open();
  await log.write(entry("a"));
  await log.hear(reply({ seq: 1, entries: [heard(1)] }), 0);
  await log.hear(reply({ epoch: "two", signed_out: true, verdicts: [verdict("a", 2)] }), 0);
  const { own, heard: record, facts } = await log.whole();
  assert.deepEqual([own[0].seq, record.length, facts.seen, facts.epoch], [2, 1, 1, "one"]);
});

test("a reply that can't be written down is not heard at all: verdicts, news and place stay as they were", async () => {
  for (const befalls of [["full"], ["cut", "cut"]]) {
    emptyStorage();
    const log = await open();
    await log.write(entry("a"));
    const before = await log.whole();
    trouble(...befalls);
    const news = reply({ seq: 2, verdicts: [verdict("a", 1)], entries: [heard(1, "a"), heard(2)] });
    await assert.rejects(log.hear(news, 7));
    assert.deepEqual(await log.whole(), before, befalls.join());
    await log.hear(news, 7);
    const { own, heard: record, facts } = await log.whole();
    assert.deepEqual([own[0].seq, record.length, facts.seen, facts.skew], [1, 2, 2, 7]);
  }
});

test("a reply with an entry that can't be kept is not heard at all either", async () => {
  const log = await open();
  await log.write(entry("a"));
  const before = await log.whole();
  const news = reply({ seq: 2, verdicts: [verdict("a", 1)], entries: [heard(1, "a"), { seq: 2 }] });
  await assert.rejects(log.hear(news, 7));
  assert.deepEqual(await log.whole(), before);
});

test("a reply in pages moves the place no further than what it carries", async () => {
  const log = await open();
  await log.hear(reply({ seq: 9, more: true, entries: [heard(1), heard(2)] }), 0);
  assert.equal((await log.whole()).facts.seen, 2);
  await log.hear(reply({ seq: 3, entries: [heard(3)] }), 0);
  assert.equal((await log.whole()).facts.seen, 3);
});
