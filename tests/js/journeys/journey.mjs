// One random journey: a few phones in a few seats of one session, everything that can happen to them, and what must be true
// after every step.

import assert from "node:assert/strict";

import { TROUBLE_NAMES } from "../troubles.mjs";
import { Chance } from "./chance.mjs";
import { MANY, Network } from "./network.mjs";
import { Phone } from "./phone.mjs";
import { phoneIsTrue, Truth } from "./truths.mjs";
import { say } from "./words.mjs";

const START = 1_796_137_200_000; // the session's, as tests/world.py has it
const HOUR = 3_600_000;
const PATIENCE_MS = 60_000; // of a journey that takes a thirtieth of a second
const DAY_AND_MORE = 26 * HOUR;
const STEPS = {
  write: 36, sync: 26, wait: 9, release: 6, late: 3, restart: 5, dead: 4, trouble: 4, tab: 3, both: 4, crowd: 3, jump: 3,
  clear: 1,
};
const RESTORING = { ...STEPS, copy: 6, restore: 5, again: 4 };

export class Journey {
  constructor(seed, server, seats) {
    Object.assign(this, { seed, server, seats });
    this.chance = new Chance(seed);
    this.restores = isRestoring(seed);
    this.world = { now: START - HOUR };
    this.phones = [];
    this.copies = [];
    this.trace = [];
    this.steps = 0;
    this.deliveries = 0; // before the record was last looked at
    this.network = new Network({ server, world: this.world, chance: new Chance(seed + 7_919) });
    this.truth = new Truth(this);
  }

  ask(name, asked) {
    return this.server.ask(name, { handle: this.handle, ...asked }, this.world.now);
  }

  async run() {
    let timer;
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("it goes on for ever")), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.#way(), tooLong]);
    } catch (error) {
      throw new Error(`seed ${this.seed}: ${error.message}\n  ${this.trace.join("\n  ")}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #way() {
    await this.#prepare();
    for (let left = this.chance.whole(5, 40); left > 0; left--) await this.#step();
    await this.#quiet();
    return this.#end();
  }

  async #prepare() {
    const booked = await this.ask("session", {});
    Object.assign(this, { handle: booked.handle, code: booked.form.pickup_code });
    const roles = ["staff", "client", "support"].slice(0, this.chance.whole(1, 3));
    const count = Math.max(2, this.chance.whole(roles.length, 4));
    for (let place = 0; place < count; place++) {
      const role = roles[place] || this.chance.one(roles);
      await this.#addPhone(`${role} ${place + 1}`, await this.seats.sit(booked, role, place, this.world.now));
    }
  }

  async #addPhone(name, seat) {
    const [world, network] = [this.world, this.network];
    const chance = new Chance(this.chance.whole(0, 2 ** 31));
    const [skew, locks] = [this.#skew(), this.chance.happens(0.7)];
    const phone = new Phone({ name, world, network, chance, seat, skew, locks });
    phone.journey = this;
    this.phones.push(phone);
    await phone.open();
  }

  #skew() {
    return this.chance.happens(0.4) ? this.chance.whole(-3_000, 3_000) : this.chance.whole(-DAY_AND_MORE, DAY_AND_MORE);
  }

  async #step() {
    const step = this.chance.weighted(this.restores ? RESTORING : STEPS);
    const phone = this.chance.one(this.phones);
    this.network.bad = this.chance.happens(0.5) ? 0 : 0.7;
    this.trace.push(`${step} (${phone.name})`);
    const acted = (await DOES[step](this, phone)) || [phone];
    this.steps += 1;
    await this.check(acted);
  }

  // Lets work go on until it is done, or until it waits for the network.
  async until(pages, start) {
    const going = new Map();
    for (const page of pages) {
      const work = start(page).catch((error) => (this.failed ??= error));
      going.set(page, work.finally(() => going.delete(page)));
    }
    while ([...going.keys()].some((page) => !this.network.holds(page))) {
      await Promise.race([...going.values(), new Promise((resolve) => (this.network.onWait = resolve))]);
    }
  }

  kick(pages) {
    return this.until(pages, (page) => page.kick());
  }

  async check(phones) {
    if (this.failed) throw this.failed;
    const { deliveries, heldOne } = this.network;
    if (deliveries !== this.deliveries) await this.truth.read(heldOne);
    assert.ok(this.network.inThisStep < MANY, "somebody asks without end");
    this.network.inThisStep = 0;
    this.deliveries = deliveries;
    this.network.heldOne = false;
    this.truth.keepsWhatWasTold(this.network.told);
    for (const phone of phones) {
      if (!phone.pages.length) continue;
      phoneIsTrue(phone, await phone.pages[0].whole(), this.truth);
    }
  }

  // After a restore: what is on a phone still, or went with its storage.
  mayLack(id) {
    return this.phones.some((phone) => phone.saved.has(id) || phone.gone.has(id));
  }

  // The network is good at last, and everybody has time: nothing may be missing, and all know the same.
  async #quiet() {
    this.trace.push("quiet");
    this.network.bad = 0;
    const pages = this.phones.flatMap((phone) => phone.pages);
    this.network.onWait = () => this.network.release(true);
    this.network.release(true);
    await Promise.all(pages.flatMap((page) => [...page.works]));
    await this.network.deliverLate();
    for (const { seat } of this.phones) if (seat.email) await this.seats.signInAgain(seat, this.world.now);
    for (let round = 0; round < 3; round++) {
      this.world.now += 61_000;
      for (const page of pages) await page.kick();
    }
    this.network.heldOne = true;
    this.deliveries = -1;
    await this.check(this.phones);
  }

  async #end() {
    const at = this.world.now + 60_000;
    const theirs = await this.ask("state", { at });
    const held = new Set(this.truth.held);
    const count = { written: 0, recorded: this.truth.entries.length, held: held.size, cleared: 0, steps: this.steps };
    for (const phone of this.phones) {
      const whole = await phone.pages[0].whole();
      assert.deepEqual(whole.own.filter((one) => one.seq === null && !one.held), [], `${phone.name} has something unsent`);
      assert.equal(whole.heard.length, this.truth.entries.length, `${phone.name} has not heard everything`);
      assert.deepEqual(phone.pages[0].says(whole, at), theirs, `${phone.name} knows another state than the clinic`);
      this.#count(phone, held, count);
    }
    return count;
  }

  #count({ saved, gone }, held, count) {
    const isKept = (id) => this.truth.ids.has(id) || held.has(id);
    const lost = [...saved].filter((id) => !isKept(id));
    assert.deepEqual(lost, [], "what was saved on a phone is lost");
    count.written += new Set([...saved, ...gone]).size;
    count.cleared += [...gone].filter((id) => !isKept(id)).length;
  }
}

export function isRestoring(seed) {
  return seed % 20 === 0;
}

function aPage(journey, phone) {
  return journey.chance.one(phone.pages);
}

async function write(journey, page) {
  const said = say(page, journey.chance, journey.code);
  journey.trace.push(`  ${said.kind} ${said.step ?? said.of}`);
  await page.write(said).catch((error) => {
    // The person is told that it is not saved, and the form goes out plainly: that is another test.
    if (error.name !== "QuotaExceededError" && error.name !== "AbortError") throw error;
    journey.trace.push(`  not saved: ${error.name}`);
  });
}

const DOES = {
  write: (journey, phone) => write(journey, aPage(journey, phone)),
  sync: (journey, phone) => journey.kick([aPage(journey, phone)]),
  // Every tab of a phone writes and sends at once.
  async both(journey, phone) {
    if (phone.pages.length < 2) await phone.open();
    await Promise.all(phone.pages.map((page) => write(journey, page)));
    await journey.kick(phone.pages);
  },
  async crowd(journey) {
    await journey.kick(journey.phones.map((phone) => aPage(journey, phone)));
    return journey.phones;
  },
  async tab(journey, phone) {
    await phone.open();
  },
  async wait(journey) {
    journey.world.now += journey.chance.one([1_000, 20_000, 65_000, 20 * 60_000, 3 * HOUR, 9 * HOUR]);
    for (const phone of journey.phones) await journey.until(phone.pages, (page) => page.ring());
    return journey.phones;
  },
  async release(journey) {
    const pages = journey.network.release().filter((page) => page.alive);
    await journey.until(pages, (page) => Promise.all(page.works));
    return journey.phones;
  },
  async late(journey) {
    await journey.network.deliverLate();
  },
  async restart(journey, phone) {
    phone.kill();
    const page = await phone.open();
    await journey.kick([page]);
  },
  async dead(journey, phone) {
    aPage(journey, phone).lose(journey.chance.happens(0.5));
    await write(journey, aPage(journey, phone));
  },
  // One of the next transactions of this page meets trouble, while it writes or while it sends and hears.
  async trouble(journey, phone) {
    const page = aPage(journey, phone);
    page.trouble = { name: journey.chance.one(TROUBLE_NAMES), after: journey.chance.whole(0, 6) };
    if (journey.chance.happens(0.5)) await write(journey, page);
    else await journey.until([page], () => page.kick().catch(expected));
    page.trouble = null;
  },
  jump(journey, phone) {
    phone.skew = journey.chance.whole(-DAY_AND_MORE, DAY_AND_MORE);
  },
  async clear(journey, phone) {
    phone.clear();
    if (journey.chance.happens(0.5)) {
      phone.kill();
      await phone.open();
    } else await journey.kick([aPage(journey, phone)]);
  },
  async copy(journey) {
    journey.copies.push((await journey.ask("copy", {})).copy);
  },
  // Also twice the same: each time it is another past.
  async restore(journey) {
    if (!journey.copies.length) return [];
    await journey.ask("restore", { copy: journey.chance.one(journey.copies) });
    journey.truth.anew();
    journey.deliveries = -1;
    return journey.phones;
  },
  async again(journey) {
    await journey.ask("restart", {});
  },
};

function expected(error) {
  if (!["QuotaExceededError", "AbortError"].includes(error?.name)) throw error;
}
