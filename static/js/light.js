// Hand-over by light, the phone's side: with no signal, what is unsent is shown as squares that the clinic's device reads. That
// changes nothing here: an entry is "Saved on this phone" until the clinic itself has answered.

import { bundleOf, keyFrom } from "./bundle.js";
import { squaresOf } from "./squares.js";
import { fill } from "./telling.js";

const EACH_MS = 1_200;
const QUIET_ZONE = 4; // modules

// Asks once for what this device seals with; a device that was renewed asks again.
export async function learnKey(log, handle) {
  const { light, device } = await log.facts();
  if (!crypto.subtle || light?.device === device) return;
  const headers = { Accept: "application/json" };
  const response = await fetch(`/s/${handle}/light?device=${device}`, { headers, cache: "no-store" });
  const told = response.ok ? await response.json() : null;
  if (told?.v === 1) await log.keep("light", { device, key: await keyFrom(told.key) });
}

export class Light {
  #card;
  #log;
  #pack;
  #encode = null;
  #squares = [];
  #shown = ""; // which entries they hold
  #place = 0;
  #timer = 0;
  #awake = null;

  constructor(card, log) {
    this.#card = card;
    this.#log = log;
    this.#on("open", () => this.#open());
    this.#on("close", () => this.#close());
    this.#on("next", () => this.#step(true));
  }

  // The card is there while something is unsent and the clinic does not answer; opened, until nothing is unsent.
  async update(pack, alone) {
    this.#pack = pack;
    const [waiting, { light, device }] = await Promise.all([this.#log.unsent(), this.#log.facts()]);
    const able = light?.device === device && waiting.length > 0;
    this.#card.hidden = !(able && (alone || this.#isOpen));
    if (this.#card.hidden && this.#isOpen) this.#close();
    else if (this.#isOpen && this.#shown !== idsOf(waiting)) await this.#make(waiting);
  }

  get #isOpen() {
    return !this.#part("shown").hidden;
  }

  async #open() {
    const { encodeQR } = await import("../vendor/qr/index.js");
    this.#encode = encodeQR;
    this.#turn(true);
    await this.#make(await this.#log.unsent());
    this.#card.scrollIntoView({ block: "start" });
    this.#awake = await navigator.wakeLock?.request("screen").catch(() => null);
  }

  #close() {
    clearInterval(this.#timer);
    this.#turn(false);
    this.#awake?.release();
  }

  #turn(open) {
    this.#part("shown").hidden = !open;
    for (const name of ["what", "open"]) this.#part(name).hidden = open;
  }

  async #make(waiting) {
    const { light, device, skew = 0 } = await this.#log.facts();
    const { handle, seat } = this.#pack;
    this.#squares = [];
    for (let rest = waiting; rest.length; ) {
      const { bytes, count } = await bundleOf(light.key, { handle, seat, device, skew }, rest, Date.now());
      this.#squares.push(...squaresOf(bytes));
      rest = rest.slice(count);
    }
    this.#shown = idsOf(waiting);
    this.#place = -1;
    this.#part("next").hidden = this.#squares.length === 1;
    this.#step(matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  // The next square; from then on by hand alone, where that is wanted.
  #step(byHand) {
    clearInterval(this.#timer);
    this.#draw();
    if (!byHand && this.#squares.length > 1) this.#timer = setInterval(() => this.#draw(), EACH_MS);
  }

  #draw() {
    this.#place = (this.#place + 1) % this.#squares.length;
    const canvas = this.#card.querySelector("[data-square]");
    paintSquare(canvas, this.#encode(this.#squares[this.#place], "raw", { ecc: "medium", border: QUIET_ZONE }));
    const said = { place: this.#place + 1, count: this.#squares.length };
    canvas.dataset.square = `${said.place}/${said.count}`;
    canvas.setAttribute("aria-label", fill(this.#pack.words.light.label, said));
    this.#card.querySelector('[data-tell="square"]').textContent = fill(this.#pack.words.light.place, said);
  }

  #part(name) {
    return this.#card.querySelector(`[data-light-${name}]`);
  }

  #on(name, act) {
    this.#part(name).addEventListener("click", act);
  }
}

function idsOf(entries) {
  return entries.map((entry) => entry.id).join(" ");
}

// Black on white, whatever the colours of the page are; whole pixels of the screen, so that every edge is sharp.
function paintSquare(canvas, rows) {
  const room = Math.min(canvas.parentElement.clientWidth, innerHeight * 0.75);
  const ratio = Math.max(1, Math.floor((room * devicePixelRatio) / rows.length));
  canvas.width = canvas.height = rows.length * ratio;
  canvas.style.inlineSize = `${canvas.width / devicePixelRatio}px`;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(x * ratio, y * ratio, ratio, ratio)));
}
