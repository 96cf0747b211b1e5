// One seat's memory on this phone: what it wrote itself (the log), the record as last heard, and a few facts by name.
// Nothing here is ever deleted by an answer from the network; an entry is shown as saved only after its transaction completed.

const VERSION = 1;
const NOISE_MS = 5_000;
const PATIENCE_MS = 5_000; // for a log that another page holds up

export async function openLog(handle, person) {
  const log = new Log(`sessionday/${handle}/${person}`);
  await log.doubt();
  return log;
}

export class Log {
  #name;
  #opening = null;
  #device = null; // as this page knows it
  #waiting = new Map(); // what this page wrote and no verdict came for
  #ended = false;
  onDeleted = () => {}; // somebody signed out, or the session is over: another page took this log off the device

  constructor(name) {
    this.#name = name;
  }

  // The phone's clock may have been set since the last entry, which only the next word from the clinic can show. Kept until
  // then: where the first such doubt stands among the entries, and the last. Gives the device its id, where it has none.
  doubt() {
    return this.#run(["log", "facts"], "readwrite", async ({ log, facts }) => {
      const last = await this.#count(log, facts);
      const { first = last } = (await got(facts.get("doubt"))) || {};
      facts.put({ first, last }, "doubt");
    });
  }

  // Nothing more is read or written by this page.
  end() {
    this.#ended = true;
    this.#opening?.then((database) => database.close()).catch(() => {});
  }

  // Writes one entry, which brings its id; its place in this device's own count is given in the same transaction. Resolves
  // when it is on disk. Written once, also where the phone lost the word that it had been.
  write(entry) {
    return this.#run(["log", "facts"], "readwrite", async ({ log, facts }) => {
      const known = await got(log.get(entry.id));
      if (known) return known;
      return add(log, facts, (await this.#count(log, facts)) + 1, entry);
    }).then((whole) => {
      this.#waiting.set(whole.id, whole);
      return whole;
    });
  }

  // How far this device has counted. Where the page remembers a device that the storage does not, it was emptied underneath:
  // whoever lost its count is a new device, and what this page still knows of the old one's words is written down again.
  async #count(log, facts) {
    const device = await got(facts.get("device"));
    if (device === this.#device || (device && !this.#device)) {
      this.#device = device;
      if (device) return (await got(facts.get("n"))) || 0;
    }
    if (this.#device) facts.put({ device: this.#device, at: Date.now() }, "emptied");
    return this.#anew(log, facts, device ?? crypto.randomUUID());
  }

  async #anew(log, facts, device) {
    facts.put((this.#device = device), "device");
    let n = (await got(facts.get("n"))) || 0;
    for (const { n: before, ...entry } of this.#waiting.values()) {
      if (!(await got(log.get(entry.id)))) add(log, facts, ++n, entry);
    }
    return n;
  }

  // The clinic knows a higher count of this device than it has itself: an old copy of the storage came back. It goes on as
  // another device, and what it has not sent gets new numbers.
  renew(counted) {
    return this.#run(["log", "facts"], "readwrite", async ({ log, facts }) => {
      if (((await got(facts.get("n"))) || 0) >= counted) return;
      facts.put({ device: await got(facts.get("device")), at: Date.now() }, "emptied");
      await this.#renumber(log, facts, isUnsent);
    });
  }

  async #renumber(log, facts, which) {
    facts.put((this.#device = crypto.randomUUID()), "device");
    facts.put(true, "renewed");
    let n = 0;
    for (const entry of (await got(log.getAll())).filter(which).sort(byTime)) log.put({ ...entry, n: ++n });
    facts.put(n, "n");
  }

  // Entries that no verdict came for yet, oldest first.
  async unsent() {
    const own = await this.#run(["log"], "readonly", ({ log }) => got(log.getAll()));
    return own.filter(isUnsent).sort(byCount);
  }

  // Marks what no verdict came for: as waiting for proof of who wrote it (unproven.js), or as kept aside.
  mark(ids, marks) {
    return this.#run(["log"], "readwrite", async ({ log }) => {
      for (const id of ids) {
        const entry = await got(log.get(id));
        if (entry && isUnsent(entry)) log.put({ ...entry, ...marks });
      }
    });
  }

  // Everything known of the session: the record, and what only this phone has.
  whole() {
    return this.#run(["log", "record", "facts"], "readonly", async ({ log, record, facts }) => {
      const [own, heard, keys, values] = await Promise.all([
        got(log.getAll()), got(record.getAll()), got(facts.getAllKeys()), got(facts.getAll()),
      ]);
      return { own, heard, facts: named(keys, values) };
    });
  }

  // The facts alone, where the record is not asked for: reading a day's entries takes a slow phone tens of milliseconds.
  facts() {
    return this.#run(["facts"], "readonly", async ({ facts }) => {
      const [keys, values] = await Promise.all([got(facts.getAllKeys()), got(facts.getAll())]);
      return named(keys, values);
    });
  }

  // Takes a sync reply in one transaction: verdicts, news, and what was measured. Another epoch is another past: what was
  // acknowledged then is offered again, and the record is heard anew. True where there is at once more to ask.
  hear(reply, skew) {
    return this.#run(["log", "record", "facts"], "readwrite", async ({ log, record, facts }) => {
      const epoch = await got(facts.get("epoch"));
      const restored = epoch !== undefined && epoch !== reply.epoch && !reply.signed_out;
      if (restored) await this.#forgetPast(log, record, facts);
      await this.#count(log, facts);
      for (const verdict of reply.verdicts) await settle(log, verdict);
      if (skew !== null) await shift(log, facts, skew);
      facts.put(reply.now, "heard_at");
      if (!reply.signed_out) facts.put(reply.epoch, "epoch");
      if (reply.signed_out || restored) return restored;
      const seen = (await got(facts.get("seen"))) || 0;
      if (!follows(reply, seen)) return true;
      for (const entry of reply.entries) record.put(entry);
      const last = reply.entries.at(-1);
      // Also back: what the clinic may have given these numbers to anew must be asked for again.
      facts.put(reply.more ? last.seq : reply.seq, "seen");
      facts.put(reply.seen_by || [], "looks");
      if (reply.emptied) facts.put(reply.emptied, "emptied");
      return false;
    }).then((restored) => {
      for (const verdict of reply.verdicts) this.#waiting.delete(verdict.id);
      return restored;
    });
  }

  #deleted() {
    this.end();
    this.onDeleted();
  }

  async #forgetPast(log, record, facts) {
    record.clear();
    facts.put(0, "seen");
    for (const entry of await got(log.getAll())) log.put({ ...entry, seq: null, held: null });
    // Numbers that two devices gave would meet under one: all of it goes out as a third one's.
    if (await got(facts.get("renewed"))) await this.#renumber(log, facts, () => true);
  }

  // A fact by name; where there is none and `make` is given, what it makes is kept and answered.
  fact(name, make) {
    return this.#run(["facts"], "readwrite", async ({ facts }) => {
      const known = await got(facts.get(name));
      if (known !== undefined || !make) return known;
      const made = make();
      facts.put(made, name);
      return made;
    });
  }

  keep(name, value) {
    return this.#run(["facts"], "readwrite", ({ facts }) => {
      facts.put(value, name);
    });
  }

  // Phones under memory pressure close the connection while the page lives: open again and try once more.
  async #run(stores, mode, work) {
    try {
      return await this.#once(stores, mode, work);
    } catch (error) {
      if (!["InvalidStateError", "UnknownError", "AbortError"].includes(error?.name)) throw error;
      this.#opening = null;
      return this.#once(stores, mode, work);
    }
  }

  async #once(stores, mode, work) {
    if (this.#ended && mode === "readonly") return new Promise(() => {}); // the page is being left
    if (this.#ended) throw new DOMException("this log was ended", "NotAllowedError");
    const before = this.#device;
    const lost = () => (this.#opening = null);
    this.#opening ??= open(this.#name, lost, () => this.#deleted());
    this.#opening.catch(lost);
    const database = await this.#opening;
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const done = completed(transaction);
    done.catch(() => {});
    try {
      const result = await work(Object.fromEntries(stores.map((name) => [name, transaction.objectStore(name)])));
      await done;
      return result;
    } catch (error) {
      undo(transaction); // all of it or nothing
      this.#device = before;
      throw error;
    }
  }
}

function add(log, facts, n, entry) {
  const whole = { seq: null, held: null, ...entry, n };
  log.add(whole);
  facts.put(n, "n");
  return whole;
}

// What was written before the clock was set says when by the old clock, and the clinic measures the new one. The entry itself
// stays as it is, for the clinic may have it; by how much the clock was set goes beside it. Between the first doubt and the last
// nobody knows which clock it was: then the later time is taken, which opens nothing early.
async function shift(log, facts, skew) {
  const [doubt, before] = [await got(facts.get("doubt")), await got(facts.get("skew"))];
  facts.put(skew, "skew");
  facts.delete("doubt");
  const ms = before - skew;
  if (!doubt || !(Math.abs(ms) >= NOISE_MS)) return;
  for (const entry of (await got(log.getAll())).filter(isUnsent)) {
    if (entry.n <= (ms > 0 ? doubt.last : doubt.first)) log.put({ ...entry, set: (entry.set || 0) + ms });
  }
}

// News that leave out what this storage never held (it was emptied meanwhile) are no news: they are asked for again.
function follows(reply, seen) {
  return reply.entries.length ? reply.entries[0].seq <= seen + 1 : reply.seq <= seen;
}

export function isUnsent(entry) {
  return entry.seq === null && !entry.held;
}

function byCount(a, b) {
  return a.n - b.n;
}

function byTime(a, b) {
  return a.t - b.t || a.n - b.n;
}

function undo(transaction) {
  try {
    transaction.abort();
  } catch {
    // it is over already
  }
}

function named(keys, values) {
  return Object.fromEntries(keys.map((key, place) => [key, values[place]]));
}

async function settle(log, verdict) {
  const entry = verdict.id && (await got(log.get(verdict.id)));
  if (!entry) return;
  if (["held", "refused"].includes(verdict.result)) {
    log.put({ ...entry, held: verdict.message || verdict.why, refused: verdict.result === "refused" });
  }
  if (verdict.result === "stored" || verdict.result === "duplicate") log.put({ ...entry, seq: verdict.seq });
}

function open(name, onClose, onDelete) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION);
    // Whoever waits here must not wait for good; and once more would only stand in line behind this.
    const heldUp = () => reject(new DOMException("another page holds the log", "NotAllowedError"));
    const timer = setTimeout(heldUp, PATIENCE_MS);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("log", { keyPath: "id" });
      request.result.createObjectStore("record", { keyPath: "id" });
      request.result.createObjectStore("facts");
    };
    request.onblocked = heldUp;
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      clearTimeout(timer);
      request.result.onclose = onClose;
      request.result.onversionchange = ({ newVersion }) => {
        request.result.close();
        onClose();
        if (newVersion === null) onDelete();
      };
      resolve(request.result);
    };
  });
}

// A full disk fires only `abort`, never `error`: whoever waits for one must wait for both.
function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error || new DOMException("not written", "AbortError"));
    transaction.onerror = () => reject(transaction.error);
  });
}

function got(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
