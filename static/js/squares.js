// A bundle's bytes as the texts of square codes, and back. Each square says to which bundle it belongs and which part it is, so
// that they may be read in any order, again and again. Letters of the codes' own 45: any reader gives these back unchanged.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MARK = "SD1:";
const TAG = 6; // bytes: the end of the bundle's seal
const HEAD = TAG + 2; // then which part it is, of how many
const MOST = 400; // bytes in a square: more would be too fine for a shaky hand
const ROOM = MOST - HEAD;

export function squaresOf(bundle) {
  const count = Math.ceil(bundle.length / ROOM);
  return Array.from({ length: count }, (_, place) => {
    const part = bundle.subarray(place * ROOM, (place + 1) * ROOM);
    return MARK + asText(Uint8Array.of(...bundle.subarray(-TAG), place + 1, count, ...part));
  });
}

// The squares that were read, until a bundle is whole.
export class Reading {
  #parts = new Map(); // by tag

  // What a text adds: {tag, have, count, missing, bundle}; null where it is no square of ours.
  add(text) {
    const square = text.startsWith(MARK) ? asBytes(text.slice(MARK.length)) : null;
    if (!square || square.length <= HEAD) return null;
    const [place, count] = square.subarray(TAG, HEAD);
    if (place < 1 || place > count) return null;
    const tag = hex(square.subarray(0, TAG));
    const parts = this.#parts.get(tag) || new Map();
    this.#parts.set(tag, parts.set(place, square.subarray(HEAD)));
    const places = Array.from({ length: count }, (_, at) => at + 1);
    const missing = places.filter((one) => !parts.has(one));
    const bundle = missing.length ? null : Uint8Array.from(places.flatMap((one) => [...parts.get(one)]));
    return { tag, have: count - missing.length, count, missing, bundle };
  }
}

// Two bytes are three letters, a last one alone is two.
function asText(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    const value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    text += LETTERS[value % 45] + LETTERS[Math.floor(value / 45) % 45] + (pair ? LETTERS[Math.floor(value / 2025)] : "");
  }
  return text;
}

function asBytes(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const some = [...text.slice(at, at + 3)].map((letter) => LETTERS.indexOf(letter));
    const value = some.reduce((sum, one, place) => sum + one * 45 ** place, 0);
    if (some.includes(-1) || some.length < 2 || value > (some.length === 3 ? 65_535 : 255)) return null;
    bytes.push(...(some.length === 3 ? [value >> 8, value & 255] : [value]));
  }
  return Uint8Array.from(bytes);
}

export function hex(bytes) {
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
