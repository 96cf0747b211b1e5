// What time it is, as far as this phone can know. Its own clock may be wrong, and may jump while nobody looks.

const JUMP_MS = 5_000;

export class Clock {
  #heard = 0; // the clinic's clock as last heard,
  #since = 0; // and how long ago, by a count that nobody can set
  #drift = wallAhead();

  // The clinic's clock: never before what the clinic has told already and what has passed since, so that a clock that was set
  // back makes nothing unsaid. `latest`: the newest entry heard; the phone's own are no such proof, its clock may have been ahead.
  now(facts, latest) {
    return Math.max(Date.now() + (facts.skew || 0), this.certain(facts), latest);
  }

  // The time that has passed for certain: since the clinic was last heard, by this page's own count. (That count may stand
  // still while the phone sleeps; it never runs ahead.)
  certain({ heard_at: heard = 0 }) {
    if (heard > this.#heard) {
      this.#heard = heard;
      this.#since = performance.now();
    }
    return this.#heard + Math.round(performance.now() - this.#since);
  }

  // Whether the clock was set, or the phone slept, since this was asked last.
  jumped() {
    const drift = wallAhead();
    const jumped = Math.abs(drift - this.#drift) > JUMP_MS;
    this.#drift = drift;
    return jumped;
  }
}

function wallAhead() {
  return Date.now() - performance.now();
}
