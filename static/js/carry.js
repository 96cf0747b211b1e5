// Staff's page that reads phones without signal. It keeps what it read on this device first, and only then offers it.

import { asBase64, said } from "./bundle.js";
import { Camera } from "./camera.js";
import { carrier, carryOn } from "./carrier.js";
import { attach, forgetPages } from "./leaving.js";
import { Reading } from "./squares.js";
import { counted, fill } from "./telling.js";
import { keepCarry, offerUpdate } from "./worker.js";

const { person } = document.body.dataset;
const words = JSON.parse(document.body.dataset.words);
const roles = JSON.parse(document.body.dataset.roles);
const button = document.querySelector("[data-start]");
const reading = new Reading();
const camera = new Camera(document.querySelector("[data-camera]"), onText);
const kept = new Set(); // bundles that this page has put away
let carried = null;

start().catch((error) => console.error("nothing can be kept here:", error));

async function start() {
  carried = await carrier(person, { onNews });
  carryOn(person, person).catch(() => {});
  button.addEventListener("click", onButton);
  attach(document.querySelector("[data-sign-out]"), person, () => carried.sync.kick(), () => carried.log.end());
  offerUpdate(async () => false).catch(() => {});
  await show();
  document.body.dataset.ready = "true";
  document.body.dataset.kept = String(await keepCarry().catch(() => false));
}

async function onButton() {
  if (camera.on) {
    camera.stop();
    tell(document, "reading", "");
  } else {
    tell(document, "reading", words.looking);
    await camera.start().catch(() => tell(document, "reading", words.no_camera));
  }
  button.textContent = camera.on ? words.stop : words.start;
}

async function onText(text) {
  const found = reading.add(text);
  if (!found) return tell(document, "reading", words.strange);
  const { have, count, missing } = found;
  tell(document, "reading", fill(found.bundle ? words.whole : words.some, { have, count, missing: missing.join(", ") }));
  if (!found.bundle || kept.has(found.tag)) return;
  kept.add(found.tag);
  await keep(found).catch(() => kept.delete(found.tag));
}

async function keep({ tag, bundle }) {
  await carried.log.write({ id: tag, at: Date.now(), bundle: asBase64(bundle), said: await said(bundle) });
  navigator.vibrate?.(80);
  await show();
  carried.sync.kick();
}

async function onNews({ other, signedOut, status }) {
  if (other) {
    await forgetPages(); // somebody else works here now, and this page was kept for who did before
    return location.reload();
  }
  document.querySelector("[data-signed-out]").hidden = !(signedOut || status === 401);
  await show();
}

async function show() {
  const { own } = await carried.log.whole();
  const place = document.querySelector('[data-list="carried"]');
  place.replaceChildren(...own.sort((a, b) => b.n - a.n).map(line));
  document.querySelector("[data-none]").hidden = own.length > 0;
}

function line(one) {
  const item = document.querySelector('[data-template="carried"]').content.firstElementChild.cloneNode(true);
  item.dataset.carried = one.id;
  tell(item, "from", from(one.said));
  tell(item, "truth", truth(one));
  item.querySelector('[data-tell="truth"]').dataset.truth = one.seq === null && !one.held ? "phone" : "clinic";
  return item;
}

function from(told) {
  if (!told) return words.from_nobody;
  const role = roles[told.role] || "";
  return fill(counted(words.from, told.count, document.documentElement.lang), { name: told.name || role, role });
}

function truth({ seq, held, refused }) {
  if (refused) return fill(words.refused, { message: held });
  if (held) return fill(words.held, { message: held });
  return seq === null ? words.device : words.clinic;
}

function tell(within, name, text) {
  const place = within.querySelector(`[data-tell="${name}"]`);
  if (place.textContent !== text) place.textContent = text;
}
