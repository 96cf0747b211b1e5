// A phone in Node, and the pages that are open on it. Whatever the product's modules ask the browser for (the time, a timer,
// chance, storage, the network, locks) is answered by the phone whose page is asking.

import { AsyncLocalStorage } from "node:async_hooks";

import { IDBDatabase, IDBFactory } from "fake-indexeddb";

import { Clock } from "../../../static/js/clock.js";
import { evaluate } from "../../../static/js/core/evaluate.js";
import { openLog } from "../../../static/js/log.js";
import { Sync } from "../../../static/js/sync.js";
import { beginWith } from "../troubles.mjs";

const asking = new AsyncLocalStorage();

export class Phone {
  constructor({ name, world, network, chance, seat, skew, locks }) {
    Object.assign(this, { name, world, network, chance, seat, skew });
    this.locks = locks ? new Map() : null;
    this.storage = new IDBFactory();
    this.pages = [];
    this.said = new Map(); // what a person has said here, by id
    this.saved = new Set(); // what they were told is saved here, and is
    this.gone = new Set(); // what was here when the storage was cleared
    this.cleared = false;
  }

  now() {
    return this.world.now + this.skew;
  }

  async open() {
    const page = new Page(this);
    this.pages.push(page);
    await page.start();
    return page;
  }

  // The pages end as they stand: what they were waiting for never comes.
  kill() {
    for (const page of this.pages) page.alive = false;
    this.pages = [];
    this.locks?.clear();
  }

  // Storage goes as a whole. A page that is open then keeps a connection that is dead.
  clear() {
    this.cleared = true;
    for (const id of this.saved) this.gone.add(id);
    this.saved = new Set();
    this.storage = new IDBFactory();
    for (const page of this.pages) page.lose();
  }
}

// What static/js/session.js does with the log, the rules and the clinic, without a document.
export class Page {
  #clock;
  #latest = 0;

  constructor(phone) {
    this.phone = phone;
    this.alive = true;
    this.timers = new Map();
    this.works = new Set();
    this.connections = new Set();
    this.trouble = null; // what befalls one of its next transactions, and after how many
    this.shown = 0;
    this.known = { own: [], heard: [], facts: {} };
  }

  // As this page: everything below it that asks the browser asks this phone.
  run(work) {
    return asking.run(this, work);
  }

  start() {
    return this.run(async () => {
      const { handle, person } = this.phone.seat;
      this.#clock = new Clock();
      this.log = await openLog(handle, person);
      const looked = () => (this.phone.seat.role === "staff" ? this.shown : 0);
      this.sync = new Sync({ handle, person, log: this.log, onNews: () => this.show(), looked, greets: () => true });
      await this.show();
    });
  }

  kick() {
    return this.#working(this.run(() => this.sync.kick()));
  }

  #working(work) {
    this.works.add(work);
    return work.finally(() => this.works.delete(work));
  }

  whole() {
    return this.run(() => this.log.whole());
  }

  async show() {
    const { own, heard, facts } = await this.log.whole();
    this.#latest = heard.reduce((latest, entry) => Math.max(latest, entry.t), this.#latest);
    this.shown = facts.seen || 0;
    this.known = { own, heard, facts };
  }

  // What it shows, at this instant.
  get state() {
    return this.run(() => this.says(this.known, this.#clock.now(this.known.facts, this.#latest)));
  }

  says({ own, heard, facts }, now) {
    const { pack, session } = this.phone.seat;
    const recorded = new Set(heard.map((entry) => entry.id));
    const mine = own.filter((entry) => !recorded.has(entry.id) && !entry.held);
    const entries = [...heard, ...mine.map((entry) => this.#asEntry(entry, facts, now))];
    return evaluate(pack.protocol, session, entries, now);
  }

  #asEntry(entry, facts, now) {
    return { ...entry, device: facts.device, role: this.phone.seat.role, t: Math.min(entry.t, now) };
  }

  // Resolves as the person is told that it is saved.
  write(said) {
    return this.run(async () => {
      const facts = await this.log.facts();
      const t = this.#clock.now(facts, this.#latest) - (said.ago || 0);
      const { kind, step = null, answer = null, of = null, reason = null } = said;
      const entry = { id: crypto.randomUUID(), seen: this.shown, at: t - (facts.skew || 0), t, kind, step, answer, of, reason };
      this.phone.said.set(entry.id, entry);
      await this.log.write(entry);
      this.phone.saved.add(entry.id);
      await this.show();
    });
  }

  // Lets the timers ring that are due.
  async ring() {
    for (const [id, { at, what }] of this.timers) {
      if (at > this.phone.world.now || !this.alive) continue;
      this.timers.delete(id);
      await this.#working(this.run(async () => what()));
    }
  }

  // Its connection is closed by force: with word of it, or (as on iPhones) without.
  lose(word = true) {
    for (const database of this.connections) {
      database.close();
      if (word) database.onclose?.();
    }
    this.connections.clear();
  }

  locked(name, options, work) {
    const { locks } = this.phone;
    if (locks.has(name)) return work(null);
    locks.set(name, this);
    return Promise.resolve(work({ name })).finally(() => locks.get(name) === this && locks.delete(name));
  }
}

function watchTransactions() {
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const page = asking.getStore();
    const trouble = page.trouble && page.trouble.after-- === 0 ? page.trouble.name : null;
    page.connections.add(this);
    return beginWith(trouble, this, () => begin.apply(this, given));
  };
}

// Once for this process: its globals ask the phone whose page is running, and the machine where none is.
export function install() {
  const { setTimeout, clearTimeout } = globalThis;
  const answer = (target, name, value) => Object.defineProperty(target, name, { configurable: true, ...value });
  const phoneOr = (theirs, ours) => (...given) => {
    const page = asking.getStore();
    return page ? theirs(page, ...given) : ours(...given);
  };
  Date.now = phoneOr((page) => page.phone.now(), Date.now.bind(Date));
  performance.now = phoneOr((page) => page.phone.world.now, performance.now.bind(performance));
  Math.random = phoneOr((page) => page.phone.chance.next(), Math.random);
  const uuid = phoneOr((page) => page.phone.chance.uuid(), crypto.randomUUID.bind(crypto));
  answer(crypto, "randomUUID", { value: uuid });
  globalThis.setTimeout = Object.assign(phoneOr(remind, setTimeout), setTimeout);
  globalThis.clearTimeout = phoneOr((page, id) => page.timers.delete(id), clearTimeout);
  AbortSignal.timeout = () => new AbortController().signal; // the network itself says when it took too long
  globalThis.fetch = (url, given) => asking.getStore().phone.network.fetch(asking.getStore(), url, given);
  answer(globalThis, "indexedDB", { get: () => asking.getStore().phone.storage });
  answer(globalThis, "navigator", { value: { get locks() { return locksOf(asking.getStore()); } } });
  watchTransactions();
}

let reminders = 0;

function remind(page, what, after) {
  page.timers.set(++reminders, { at: page.phone.world.now + after, what });
  return reminders;
}

function locksOf(page) {
  if (!page.phone.locks) return undefined;
  return { request: (name, options, work) => page.locked(name, options, work) };
}
