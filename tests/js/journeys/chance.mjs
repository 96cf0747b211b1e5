// Chance that can be repeated: the same seed, the same journey.

export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // From 0 to just below 1 (mulberry32).
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  // A whole number from `least` to `most`, both included.
  whole(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  happens(likelihood) {
    return this.next() < likelihood;
  }

  one(choices) {
    return choices[this.whole(0, choices.length - 1)];
  }

  // One of the names of `{name: weight}`.
  weighted(weights) {
    let left = this.next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    for (const [name, weight] of Object.entries(weights)) {
      left -= weight;
      if (left < 0) return name;
    }
    return Object.keys(weights)[0];
  }

  uuid() {
    const hex = Array.from({ length: 32 }, () => this.whole(0, 15).toString(16)).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }
}
