// From entries to squares and back: what a phone shows is what staff's device reads, whatever the order, and one bit off is seen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asBase64, bundleOf, keyFrom, said } from "../../../static/js/bundle.js";
import { Reading, squaresOf } from "../../../static/js/squares.js";
import { decodeQR } from "../../../static/vendor/qr/decode.js";
import { encodeQR } from "../../../static/vendor/qr/index.js";

const KEY = Buffer.alloc(32, 7).toString("base64");
const WHOSE = { handle: "h".repeat(38), seat: { id: "a1", role: "support", name: "Álex" }, device: crypto.randomUUID(), skew: -7000 };

function entry(n, answer = "yes") {
  const id = crypto.randomUUID();
  return { id, n, seen: 4, at: 1_796_137_200_000 + n, kind: "answer", step: "ride_confirmed", answer, of: null, reason: null };
}

function bytes(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

// A square as a camera would see it: black and white pixels in four colours each.
function seen(text) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const scale = 4;
  const width = rows.length * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[Math.floor(y / scale)][Math.floor(x / scale)]) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return decodeQR({ width, height: width, data });
}

test("what is drawn is what is read, in any order and more than once", () => {
  for (const length of [17, 18, 391, 392, 393, 2000, 20_001]) {
    const bundle = bytes(length);
    const squares = squaresOf(bundle);
    const reading = new Reading();
    const found = [...squares, ...squares].sort(() => Math.random() - 0.5).map((text) => reading.add(text));
    assert.deepEqual(found.at(-1).bundle, bundle, `${length} bytes`);
    assert.equal(found.at(-1).count, Math.ceil(length / 392));
  }
});

test("a square is read back by the library that drew it, and holds at most 600 bytes", () => {
  const squares = squaresOf(bytes(1000));
  assert.equal(squares.length, 3);
  for (const text of squares) {
    assert.equal(seen(text), text);
    assert.ok((text.length * 5.5) / 8 <= 600);
  }
});

test("what is missing is named, and two phones are not mixed", () => {
  const reading = new Reading();
  const [mine, other] = [squaresOf(bytes(1000)), squaresOf(bytes(1000))];
  reading.add(mine[0]);
  reading.add(other[1]);
  assert.deepEqual(reading.add(mine[2]).missing, [2]);
  assert.equal(reading.add(mine[2]).bundle, null);
  assert.deepEqual(reading.add(other[0]).missing, [3]);
});

test("what is no square of ours is nothing", () => {
  const reading = new Reading();
  for (const text of ["", "SD1:", "SD1:A", "SD1:::::::", "https://example.org", "SD1:" + "é".repeat(30), "SD1:" + "0".repeat(30)]) {
    assert.equal(reading.add(text), null, text);
  }
});

test("a bundle says whose it is and holds exactly what a sync would send", async () => {
  const entries = [entry(1), entry(2, { systolic: 120 }), entry(3, "x".repeat(900))];
  const { bytes: bundle, count } = await bundleOf(await keyFrom(KEY), WHOSE, entries, 1_796_137_300_000);
  assert.equal(count, 3);
  assert.deepEqual(await said(bundle), { handle: WHOSE.handle, count: 3, role: "support", name: "Álex" });
  assert.equal(asBase64(bundle), Buffer.from(bundle).toString("base64"));
});

test("where the browser can't compress, the bundle is larger and says the same", async () => {
  const before = globalThis.CompressionStream;
  globalThis.CompressionStream = undefined;
  const { bytes: bundle } = await bundleOf(await keyFrom(KEY), WHOSE, [entry(1)], 5);
  globalThis.CompressionStream = before;
  assert.equal(bundle[1], 0);
  assert.equal((await said(bundle)).count, 1);
});

test("no script can read the key", async () => {
  const key = await keyFrom(KEY);
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

test("what no bundle is says nothing", async () => {
  for (const length of [0, 1, 17, 300]) assert.equal(await said(bytes(length)), null);
});

test("more than a bundle takes stays behind, and the oldest go first", async () => {
  const entries = Array.from({ length: 40 }, (_, n) => entry(n + 1, "y".repeat(4000)));
  const { bytes: bundle, count } = await bundleOf(await keyFrom(KEY), WHOSE, entries, 5);
  assert.equal(count, 10);
  assert.equal((await said(bundle)).count, 10);
});
