// One seat's memory on this phone: what it wrote itself (the log), the record as last heard, and a few facts by name.
// Nothing here is ever deleted by an answer from the network; an entry is shown as saved only after its transaction completed.

const VERSION = 1;

export async function openLog(handle, person) {
  const log = new Log(`sessionday/${handle}/${person}`);
  await log.fact("device", () => crypto.randomUUID());
  return log;
}

export class Log {
  #name;
  #opening = null;

  constructor(name) {
    this.#name = name;
  }

  // Writes one entry, which brings its id; its place in this device's own count is given in the same transaction. Resolves
  // when it is on disk. Written once, also where the phone lost the word that it had been.
  write(entry) {
    return this.#run(["log", "facts"], "readwrite", async ({ log, facts }) => {
      const known = await got(log.get(entry.id));
      if (known) return known;
      const n = ((await got(facts.get("n"))) || 0) + 1;
      const whole = { n, seq: null, held: null, stuck: 0, ...entry };
      log.add(whole);
      facts.put(n, "n");
      return whole;
    });
  }

  // Entries that no verdict came for yet, oldest first.
  async unsent() {
    const own = await this.#run(["log"], "readonly", ({ log }) => got(log.getAll()));
    return own.filter((entry) => entry.seq === null && !entry.held).sort((a, b) => a.n - b.n);
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
  // acknowledged then is offered again, and the record is heard anew.
  hear(reply, skew) {
    return this.#run(["log", "record", "facts"], "readwrite", async ({ log, record, facts }) => {
      const epoch = await got(facts.get("epoch"));
      const restored = epoch !== undefined && epoch !== reply.epoch && !reply.signed_out;
      if (restored) await this.#forgetPast(log, record, facts);
      for (const verdict of reply.verdicts) await settle(log, verdict);
      facts.put(skew, "skew");
      facts.put(reply.now, "heard_at");
      if (!reply.signed_out) facts.put(reply.epoch, "epoch");
      if (reply.signed_out || restored) return restored;
      for (const entry of reply.entries) record.put(entry);
      const last = reply.entries.at(-1);
      facts.put(reply.more ? last.seq : reply.seq, "seen");
      facts.put(reply.seen_by || [], "looks");
      return false;
    });
  }

  async #forgetPast(log, record, facts) {
    record.clear();
    facts.put(0, "seen");
    for (const entry of await got(log.getAll())) log.put({ ...entry, seq: null, held: null });
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
    const lost = () => (this.#opening = null);
    this.#opening ??= open(this.#name, lost);
    this.#opening.catch(lost);
    const database = await this.#opening;
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const done = completed(transaction);
    done.catch(() => {});
    const result = await work(Object.fromEntries(stores.map((name) => [name, transaction.objectStore(name)])));
    await done;
    return result;
  }
}

function named(keys, values) {
  return Object.fromEntries(keys.map((key, place) => [key, values[place]]));
}

async function settle(log, verdict) {
  const entry = verdict.id && (await got(log.get(verdict.id)));
  if (!entry) return;
  if (verdict.result === "held") log.put({ ...entry, held: verdict.message || verdict.why });
  if (verdict.result === "stored" || verdict.result === "duplicate") log.put({ ...entry, seq: verdict.seq });
}

function open(name, onClose) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("log", { keyPath: "id" });
      request.result.createObjectStore("record", { keyPath: "id" });
      request.result.createObjectStore("facts");
    };
    request.onblocked = () => reject(new DOMException("another page holds the log", "AbortError"));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onclose = onClose;
      request.result.onversionchange = () => {
        request.result.close();
        onClose();
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
