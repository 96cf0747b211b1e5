// Who sits where: a browser's cookie, and what its phone knows of the session.

const FORM = "application/x-www-form-urlencoded";
const STAFF = ["robin@example.org", "sky@example.org"];
const PASSPHRASE = "paper boat morning tea";

export class Seats {
  #server;
  #packs = new Map(); // by person or role: of one release and protocol they differ in the session alone

  constructor(server) {
    this.#server = server;
  }

  // A new browser in that seat. Members of staff take turns.
  async sit({ handle, links, people, form }, role, turn, now) {
    const email = role === "staff" ? STAFF[turn % STAFF.length] : null;
    const cookie = email ? await this.#signIn(email, now) : await this.#enter("/j", { token: links[role] }, now);
    const pack = await this.#pack(email || role, handle, cookie, now);
    const code = pack.session.pickup_code === null ? null : form.pickup_code;
    const person = email ? pack.seat.id : people[role];
    return { handle, role, email, cookie, person, pack, session: { ...form, pickup_code: code } };
  }

  async #pack(who, handle, cookie, now) {
    if (!this.#packs.has(who)) {
      const { status, text } = await this.#server.send("GET", `/s/${handle}/pack`, { Cookie: cookie, "x-now": now });
      if (status !== 200) throw new Error(`no pack: ${status} ${text}`);
      this.#packs.set(who, JSON.parse(text));
    }
    return this.#packs.get(who);
  }

  // A sign-in ends after some hours; whoever is signed out can send what they have, and hears nothing.
  async signInAgain(seat, now) {
    seat.cookie = await this.#signIn(seat.email, now);
  }

  #signIn(email, now) {
    return this.#enter("/sign-in", { email, password: PASSPHRASE }, now);
  }

  async #enter(path, fields, now) {
    const { status, headers } = await this.#server.post(path, FORM, new URLSearchParams(fields).toString(), { "x-now": now });
    if (status !== 303) throw new Error(`${path} answered ${status}`);
    return headers["set-cookie"][0].split(";")[0];
  }
}
