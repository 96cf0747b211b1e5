// Offers what only this phone has and hears what is new, one round trip at a time. Success is a reply of ours, never just a 200.

const BATCH = 100;
const WAIT_MS = 15_000;
const MAX_WAIT_MS = 60_000;
const NOISE_MS = 5_000;
const SLOW_MS = 15_000;

export class Sync {
  #url;
  #log;
  #person;
  #onNews;
  #before;
  #looked;
  #greets;
  #sent;
  #greeted = ""; // the device as which the clinic was told of this page
  #running = false;
  #again = false;
  #refused = 0;
  #aside = new Set(); // entries that failed alone: the others go first, these are tried again after them
  #batch = BATCH;
  #wait = WAIT_MS;
  #timer = 0;

  // `onNews(outcome)` is called after each round, `before()` before it. `looked()` tells up to which seq a member of staff has it
  // on the screen; `greets(facts)`, whether the browser's credential is this device's own. `sent` makes of what is in the log
  // what goes out.
  constructor({ handle, url = `/s/${handle}/sync`, person, log, onNews, sent = asSent, ...asked }) {
    this.#url = url;
    this.#sent = sent;
    this.#before = asked.before || (() => {});
    this.#looked = asked.looked || (() => 0);
    this.#greets = asked.greets || (() => false);
    this.#log = log;
    this.#person = person;
    this.#onNews = onNews;
  }

  // Now, if nobody is at it; else once more when they are done.
  async kick() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      await this.#alone(() => this.#rounds());
    } catch (error) {
      this.#wait ||= WAIT_MS;
      throw error;
    } finally {
      this.#running = false;
      if (this.#wait) this.#timer = setTimeout(() => this.kick(), this.#wait * (0.75 + Math.random() / 2));
    }
  }

  async #rounds() {
    for (;;) {
      this.#again = false;
      const outcome = await this.#round();
      const left = (await this.#log.unsent()).length;
      // All said and heard: news come by themselves. Else again after a while, and ever later while nobody answers.
      this.#wait = outcome.heard ? (left ? WAIT_MS : 0) : Math.min((this.#wait || WAIT_MS / 2) * 2, MAX_WAIT_MS);
      await this.#onNews({ ...outcome, left });
      const onward = outcome.more || this.#again || (left > 0 && outcome.onward);
      // Who asked meanwhile, such as a call for help or a signal that came back, does not wait for the timer.
      if (!outcome.retry && !(outcome.heard ? onward : this.#again)) return;
    }
  }

  async #round() {
    await this.#before();
    let facts = await this.#log.facts();
    // Where none is there, the storage was emptied under this page.
    if (!facts.device) facts = await this.#log.doubt().then(() => this.#log.facts());
    const waiting = (await this.#log.unsent()).filter((entry) => !entry.asks);
    const fresh = waiting.filter((entry) => !this.#aside.has(entry.id));
    // After a doubt about the clock the clinic is heard first: see log.js.
    const first = waiting.some((entry) => entry.n <= facts.doubt?.last);
    const batch = first ? [] : (fresh.length ? fresh : waiting).slice(0, this.#batch);
    const { device, seen = 0, n = 0 } = facts;
    const greeting = device !== this.#greeted && this.#greets(facts) ? { counted: n } : {};
    const starts = byId(batch, "start"); // of the session, as the page showed it: it may have been moved since
    const told = { person: this.#person, looked: this.#looked(), set: byId(batch, "set"), starts, ...greeting };
    const sentAt = Date.now();
    const reply = await post(this.#url, { v: 1, device, seen, sent_at: sentAt, entries: batch.map(this.#sent), ...told });
    if (!reply.ours) return { heard: false, status: reply.status, retry: this.#narrow(reply.status, batch, fresh) };
    const again = await this.#hear(reply.ours, sentAt, n);
    if (reply.ours.counted !== undefined) this.#greeted = device;
    const { more, build, pack, person, verdicts, ended, signed_out: signedOut = false } = reply.ours;
    const other = person !== undefined && person !== this.#person;
    const onward = first || verdicts.length > 0;
    return { heard: true, status: 200, more: more || again, build, pack, signedOut, ended, other, onward, reply: reply.ours };
  }

  async #hear(reply, sentAt, n) {
    const skew = Math.round(reply.now - (sentAt + Date.now()) / 2);
    const known = Math.abs(Date.now() - sentAt) < SLOW_MS; // else it slept, or its clock was set, while it waited
    const again = await this.#log.hear(reply, known ? (Math.abs(skew) < NOISE_MS ? 0 : skew) : null);
    if (reply.counted > n) await this.#log.renew(reply.counted);
    this.#batch = BATCH;
    return again;
  }

  // A push that can't be taken whole is halved, down to the entry that is the reason; that one steps aside for the others.
  #narrow(status, batch, fresh) {
    if (![400, 413, 500].includes(status) || !batch.length) return false;
    if (batch.length > 1) this.#batch = Math.max(1, batch.length >> 1);
    else this.#aside.add(batch[0].id);
    return batch.length > 1 || fresh.length > 1;
  }

  // One sender of a seat at a time over all its tabs, where the browser can say so. A tab that sleeps may hold the lock for
  // good: whoever was refused twice sends all the same. Ids alone make it correct.
  #alone(work) {
    if (!navigator.locks || this.#refused >= 2) {
      this.#refused = 0;
      return work();
    }
    return navigator.locks.request(`sync ${this.#url}`, { ifAvailable: true }, (lock) => {
      this.#refused = lock ? 0 : this.#refused + 1;
      if (!lock) this.#wait = this.#wait || WAIT_MS;
      return lock ? work() : undefined;
    });
  }
}

export function asSent({ id, n, seen, at, kind, step, answer, of, reason }) {
  return { id, n, seen, at, kind, step, answer, of, reason };
}

// What is known beside an entry and no part of it, by its id: by how much the device's clock was set since (`set`), for one.
export function byId(entries, name) {
  return Object.fromEntries(entries.filter((entry) => entry[name]).map((entry) => [entry.id, entry[name]]));
}

async function post(url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(15_000),
    });
    return { status: response.status, ours: response.ok ? ours(await response.json()) : null };
  } catch {
    return { status: 0, ours: null };
  }
}

// A captive portal answers 200 too.
function ours(reply) {
  const good =
    reply?.v === 1 && typeof reply.epoch === "string" && Number.isFinite(reply.now) && Number.isInteger(reply.seq) &&
    Array.isArray(reply.verdicts) && Array.isArray(reply.entries);
  return good ? reply : null;
}
