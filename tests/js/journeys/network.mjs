// What lies between a phone and the clinic, and everything that it does to a request and its reply.

const STATUSES = [401, 403, 404, 409, 410, 413, 429, 500, 502, 503];
const CAPTIVE = ["<!doctype html><title>Welcome to our Wi-Fi</title>", "null", "[]", '{"v":1,"ok":true}', '{"error":{}}'];
export const MANY = 200; // requests in one step: whoever sends so many never ends
const JSON_TYPE = "application/json";

export const FAULTS = {
  refused: 2, unheard: 3, later: 2, doubled: 2, slowRequest: 2, slowReply: 2, half: 1, cut: 2, captive: 2, status: 3, gateway: 2,
};

export class Network {
  constructor({ server, world, chance }) {
    Object.assign(this, { server, world, chance });
    this.bad = 0; // how likely a request meets a fault
    this.deliveries = 0;
    this.inThisStep = 0;
    this.heldOne = false; // since this was asked last
    this.told = new Map(); // by id, at which seq a phone was told that the clinic has it
    this.late = []; // requests that are still under way though nobody waits for them
    this.waiting = []; // requests or replies that are slow; whoever holds one lets it go on
    this.onWait = () => {};
    this.met = {};
  }

  async fetch(page, url, { body }) {
    const fault = this.chance.happens(this.bad) ? this.chance.weighted(FAULTS) : "good";
    this.met[fault] = (this.met[fault] || 0) + 1;
    const reply = await this[fault](page, url, body);
    if (!page.alive) return new Promise(() => {}); // who asked is gone
    this.#tell(reply);
    return { status: reply.status, ok: reply.status === 200, json: async () => JSON.parse(reply.text) };
  }

  async deliver(page, url, body) {
    this.deliveries += 1;
    if (++this.inThisStep > MANY) throw new TypeError("asked without end");
    const headers = { Cookie: page.phone.seat.cookie, Accept: JSON_TYPE, "x-now": this.world.now };
    return this.server.post(url, JSON_TYPE, body, headers);
  }

  #tell({ status, text, partial }) {
    if (status !== 200 || partial || !text.startsWith('{"v":1,"epoch"')) return;
    for (const { id, result, seq } of JSON.parse(text).verdicts) {
      if (result === "held") this.heldOne = true;
      else this.told.set(id, seq);
    }
  }

  good(page, url, body) {
    return this.deliver(page, url, body);
  }

  async refused() {
    throw new TypeError("refused");
  }

  async unheard(page, url, body) {
    await this.deliver(page, url, body);
    throw new TypeError("the reply was lost");
  }

  // Nobody waits for it any more, and it arrives all the same: after others that were sent later.
  async later(page, url, body) {
    this.late.push(() => this.deliver(page, url, body));
    throw new DOMException("too slow", "TimeoutError");
  }

  async doubled(page, url, body) {
    const [first, second] = await Promise.all([this.deliver(page, url, body), this.deliver(page, url, body)]);
    return this.chance.happens(0.5) ? first : second;
  }

  async slowRequest(page, url, body) {
    await this.#wait(page);
    return this.deliver(page, url, body);
  }

  async slowReply(page, url, body) {
    const reply = await this.deliver(page, url, body);
    await this.#wait(page);
    return reply;
  }

  holds(page) {
    return this.waiting.some((one) => one.page === page);
  }

  #wait(page) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ page, since: this.world.now, resolve, reject });
      this.onWait();
    });
  }

  // The first half arrives as though it were all.
  half(page, url, body) {
    return this.deliver(page, url, body.slice(0, body.length >> 1));
  }

  async cut(page, url, body) {
    const { status, text } = await this.deliver(page, url, body);
    return { status, text: text.slice(0, this.chance.whole(0, text.length - 1)), partial: true };
  }

  async captive() {
    return { status: 200, text: this.chance.one(CAPTIVE) };
  }

  async status() {
    return { status: this.chance.one(STATUSES), text: '{"error":{"code":"made_up","message":"No."}}' };
  }

  async gateway(page, url, body) {
    await this.deliver(page, url, body);
    return { status: this.chance.one([502, 504, 500]), text: "<h1>Bad gateway</h1>" };
  }

  // Lets go of what is slow: it goes on, or it took too long.
  release(all = false) {
    const going = all ? this.waiting : this.waiting.filter(() => this.chance.happens(0.5));
    this.waiting = this.waiting.filter((one) => !going.includes(one));
    for (const { since, resolve, reject } of going) {
      if (this.world.now - since < 15_000) resolve();
      else reject(new DOMException("too slow", "TimeoutError"));
    }
    return going.map((one) => one.page);
  }

  async deliverLate() {
    const late = this.late;
    this.late = [];
    for (const send of late) await send();
  }
}
