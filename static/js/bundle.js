// What a phone hands over by light, sealed with the key that the clinic gave this device. Its twin is src/sessionday/web/light.py.

import { asSent, byId } from "./sync.js";

const VERSION = 1;
const PLAIN = 0;
const DEFLATED = 1;
const SEAL = 16;
const MOST_ENTRIES = 200;
const MOST_TEXT = 48_000;

// The key can sign and do nothing else: no script can read it, not even ours.
export function keyFrom(base64) {
  const secret = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

// As many of the entries as one bundle takes, oldest first: {bytes, count}.
export async function bundleOf(key, { handle, seat, device, skew }, entries, now) {
  let count = Math.min(entries.length, MOST_ENTRIES);
  const written = () => {
    const some = entries.slice(0, count);
    const rows = some.map((entry) => Object.values(asSent(entry)));
    const said = [handle, seat.id, device, now, skew, rows, byId(some, "set"), seat.role, seat.name];
    return new TextEncoder().encode(JSON.stringify(said));
  };
  let plain = written();
  while (plain.length > MOST_TEXT && count > 1) {
    count = Math.ceil(count / 2);
    plain = written();
  }
  const small = await through("CompressionStream", plain);
  const sealed = Uint8Array.of(VERSION, small ? DEFLATED : PLAIN, ...(small || plain));
  const seal = new Uint8Array(await crypto.subtle.sign("HMAC", key, sealed)).subarray(0, SEAL);
  return { bytes: Uint8Array.of(...sealed, ...seal), count };
}

// What a bundle says of itself, for whoever read it: {handle, count, role, name}. Nobody but the server can tell whether it
// is true. Null where it can't be read here; it is carried all the same.
export async function said(bytes) {
  try {
    const body = bytes.subarray(2, -SEAL);
    const plain = bytes[1] === DEFLATED ? await through("DecompressionStream", body) : body;
    const [handle, , , , , rows, , role, name] = JSON.parse(new TextDecoder().decode(plain));
    return { handle, count: rows.length, role, name };
  } catch {
    return null;
  }
}

// Null where the browser is too old for it.
async function through(stream, bytes) {
  try {
    const piped = new Blob([bytes]).stream().pipeThrough(new globalThis[stream]("deflate-raw"));
    return new Uint8Array(await new Response(piped).arrayBuffer());
  } catch {
    return null;
  }
}

// Base64, as JSON can carry it.
export function asBase64(bytes) {
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}
