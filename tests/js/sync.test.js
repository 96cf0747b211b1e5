// How entries go out: whatever the network answers, nothing is deleted, nobody's entry holds up another's, and it goes on.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { openLog } from "../../static/js/log.js";
import { Sync } from "../../static/js/sync.js";
import { emptyStorage, trouble } from "./storage.mjs";

const real = { setTimeout: globalThis.setTimeout, random: Math.random };
let log, clinic, outcomes, waits;

beforeEach(async () => {
  emptyStorage();
  log = await openLog("h", "p");
  [clinic, outcomes, waits] = [new Clinic(), [], []];
  globalThis.fetch = (url, given) => clinic.fetch(url, JSON.parse(given.body), given);
  globalThis.setTimeout = (what, after) => waits.push({ what, after });
  locks(null);
});

afterEach(() => {
  globalThis.setTimeout = real.setTimeout;
  Math.random = real.random;
});

// A clinic of few words: `answers` are given one after the other, then it takes everything that it is sent.
class Clinic {
  answers = [];
  asked = [];
  record = [];
  refuses = () => null;

  async fetch(url, body, { signal }) {
    this.asked.push(body);
    const answer = this.answers.shift() ?? this.refuses(body) ?? this.take(body);
    if (answer === "refused") throw new TypeError("no way there");
    if (answer === "lost") return this.take(body), Promise.reject(new TypeError("the reply was lost"));
    if (answer === "hangs") throw (assert.ok(signal, "it would hang for good"), new DOMException("", "TimeoutError"));
    if (typeof answer === "number") return new Response('{"error":{"code":"no","message":"No."}}', { status: answer });
    return typeof answer === "string" ? new Response(answer) : Response.json(answer);
  }

  take({ entries, seen }) {
    const verdicts = entries.map((entry) => this.verdict(entry));
    const news = this.record.slice(seen).map(({ id, n }, place) => ({ id, n, seq: seen + place + 1 }));
    return { v: 1, epoch: "one", now: Date.now(), seq: this.record.length, more: false, verdicts, entries: news };
  }

  verdict(entry) {
    const at = this.record.findIndex((one) => one.id === entry.id);
    if (at >= 0) return { id: entry.id, result: "duplicate", seq: at + 1 };
    this.record.push(entry);
    return { id: entry.id, result: "stored", seq: this.record.length };
  }
}

function sync(tab = log) {
  return new Sync({ handle: "h", person: "p", log: tab, onNews: (outcome) => outcomes.push(outcome) });
}

async function write(...ids) {
  const entry = { seen: 0, at: 5, t: 5, kind: "answer", step: "touch", answer: "no", of: null, reason: null };
  for (const id of ids) await log.write({ id, ...entry });
}

function locks(found) {
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { locks: found } });
}

const ids = (entries) => entries.map((one) => one.id);
const sent = () => clinic.asked.map((body) => ids(body.entries).join(""));
const unsent = async () => ids(await log.unsent());

test("what was written goes out in the order of its count, and is acknowledged by the reply alone", async () => {
  await write("a", "b", "c");
  await sync().kick();
  assert.deepEqual(sent(), ["abc"]);
  assert.deepEqual(await unsent(), []);
  assert.deepEqual(ids(clinic.record), ["a", "b", "c"]);
});

for (const answer of [401, 403, 404, 409, 410, 429, 502, 503, "refused", "hangs"]) {
  test(`${answer}: nothing is deleted, nothing is counted as sent, and it is tried again later`, async () => {
    await write("a", "b");
    clinic.answers = [answer];
    const one = sync();
    await one.kick();
    assert.deepEqual(sent(), ["ab"], "once, not at once again");
    assert.deepEqual(await unsent(), ["a", "b"]);
    assert.equal(outcomes.at(-1).heard, false);
    assert.equal(waits.length, 1);
    await one.kick();
    assert.deepEqual(await unsent(), []);
    assert.equal((await log.whole()).own.length, 2);
  });
}

test("a lost reply: it is offered again, and is a duplicate", async () => {
  await write("a", "b");
  clinic.answers = ["lost"];
  const one = sync();
  await one.kick();
  assert.deepEqual(await unsent(), ["a", "b"]);
  await one.kick();
  assert.deepEqual(await unsent(), []);
  assert.equal(clinic.record.length, 2);
});

const WELCOME = "<!doctype html><h1>Welcome to our Wi-Fi</h1>";
const PORTALS = [WELCOME, "", "null", "[]", '{"v":1}', '{"v":1,"epoch":"x","now":1,"seq":1}'];

for (const page of PORTALS) {
  test(`a 200 that says ${JSON.stringify(page)} is no success`, async () => {
    await write("a");
    clinic.answers = [page];
    await sync().kick();
    assert.equal(outcomes[0].heard, false);
    assert.deepEqual(await unsent(), ["a"]);
  });
}

for (const status of [400, 413, 500]) {
  test(`${status}: the push is halved until it is taken`, async () => {
    await write(..."abcdefgh");
    clinic.refuses = ({ entries }) => (entries.length > 2 ? status : null);
    await sync().kick();
    assert.deepEqual(sent().slice(0, 3), ["abcdefgh", "abcd", "ab"]);
    assert.deepEqual(await unsent(), []);
    assert.deepEqual(ids(clinic.record), [..."abcdefgh"]);
  });

  test(`${status}: an entry that is the reason steps aside, its neighbours go, and it stays on the phone`, async () => {
    await write(..."abcdef");
    clinic.refuses = ({ entries }) => (ids(entries).includes("c") ? status : null);
    await sync().kick();
    assert.deepEqual(await unsent(), ["c"]);
    assert.deepEqual(ids(clinic.record).sort(), [..."abdef"]);
    clinic.refuses = () => null;
    await sync().kick();
    assert.deepEqual(await unsent(), []);
  });

  test(`${status} to everything: each entry is tried, and then it waits`, async () => {
    await write(..."abcd");
    clinic.refuses = ({ entries }) => (entries.length ? status : null);
    await sync().kick();
    assert.deepEqual(await unsent(), [..."abcd"]);
    assert.ok(clinic.asked.length <= 12, `${clinic.asked.length} requests in a row`);
    assert.equal(waits.length, 1);
  });
}

test("a reply that the disk has no room for is not heard; it is offered and heard again", async () => {
  await write("a");
  const one = sync();
  clinic.answers = [null];
  const fetch = clinic.fetch.bind(clinic);
  clinic.fetch = (...given) => (trouble("full"), fetch(...given));
  await one.kick().catch(() => {});
  assert.deepEqual(await unsent(), ["a"]);
  clinic.fetch = fetch;
  await one.kick();
  assert.deepEqual(await unsent(), []);
  assert.equal(clinic.record.length, 1);
});

test("of two tabs one sends while the browser can say so; and of two kicks in one tab", async () => {
  const [one, other] = [sync(), sync(await openLog("h", "p"))];
  await write("a");
  const held = new Set();
  locks({
    async request(name, { ifAvailable }, work) {
      assert.equal(ifAvailable, true);
      if (held.has(name)) return work(null);
      held.add(name);
      return Promise.resolve(work({})).finally(() => held.delete(name));
    },
  });
  await Promise.all([one.kick(), other.kick(), one.kick()]);
  assert.deepEqual(sent(), ["a", ""], "the second kick asks once more when the first is done");
});

test("a tab that sleeps with the lock does not stop the others for good", async () => {
  await write("a");
  locks({ request: async (name, given, work) => work(null) });
  const one = sync();
  for (let turn = 0; turn < 3; turn++) await one.kick();
  assert.deepEqual(await unsent(), []);
  assert.equal(waits.length > 0, true);
});

test("without locks two tabs may send the same at once: it is stored once", async () => {
  await write("a", "b");
  await Promise.all([sync().kick(), sync(await openLog("h", "p")).kick()]);
  assert.deepEqual(await unsent(), []);
  assert.deepEqual(ids(clinic.record), ["a", "b"]);
});

test("while nobody answers it waits longer each time, up to a minute, and not all phones at the same instant", async () => {
  await write("a");
  const one = sync();
  clinic.refuses = () => 503;
  const waited = async (chance) => {
    Math.random = () => chance;
    await one.kick();
    return waits.at(-1).after;
  };
  const middles = [];
  for (let turn = 0; turn < 6; turn++) middles.push(await waited(0.5));
  assert.deepEqual(middles.toSorted((a, b) => a - b), middles);
  assert.equal(middles.at(-1), 60_000);
  const [least, most] = [await waited(0), await waited(0.999)];
  assert.ok(least < 50_000 && most > 70_000 && most < 76_000, `${least} to ${most}`);
  clinic.refuses = () => null;
  await one.kick();
  assert.equal(waits.length, 8, "all said and heard: no timer more");
});

test("a page of news is followed by the next, until there is no more", async () => {
  const all = [1, 2, 3, 4, 5].map((seq) => ({ id: `h${seq}`, seq }));
  clinic.take = ({ seen }) => {
    const entries = all.slice(seen, seen + 2);
    const more = seen + 2 < all.length;
    return { v: 1, epoch: "one", now: 1, seq: more ? 5 : all.length, more, verdicts: [], entries };
  };
  await sync().kick();
  assert.deepEqual(clinic.asked.map((body) => body.seen), [0, 2, 4]);
  assert.equal((await log.whole()).heard.length, 5);
});

test("a database restored from a backup is offered everything again, at once", async () => {
  await write("a", "b");
  const one = sync();
  await one.kick();
  clinic.record = [];
  const take = clinic.take.bind(clinic);
  clinic.take = (body) => ({ ...take(body), epoch: "two" });
  await one.kick();
  assert.deepEqual(ids(clinic.record), ["a", "b"]);
  assert.deepEqual(await unsent(), []);
  assert.deepEqual(ids((await log.whole()).heard), ["a", "b"]);
});
