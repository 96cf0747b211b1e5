// Signing out on a device that others use too: nothing of one person's is left for the next, and nothing unsent is lost.

import { Log } from "./log.js";

// How many of this person's entries, over all sessions on this device, the clinic does not have yet.
export async function unsentOf(person) {
  let count = 0;
  for (const name of await logsOf(person)) count += (await new Log(name).unsent()).length;
  return count;
}

// Takes this person's logs and every kept page off the device.
export async function forget(person) {
  for (const name of await logsOf(person)) indexedDB.deleteDatabase(name);
  await forgetPages();
}

// Takes every kept page off the device.
export async function forgetPages() {
  const worker = navigator.serviceWorker?.controller;
  if (worker) await new Promise((resolve) => tell(worker, resolve));
}

// Before the form goes out: forget, where all is sent; else say so, and keep the log for this person's next sign-in.
export function attach(form, person, sendNow) {
  const notice = form.querySelector("[data-unsent-notice]");
  form.addEventListener("submit", async (event) => {
    if (form.dataset.left) return;
    event.preventDefault();
    await sendNow?.();
    const left = await unsentOf(person).catch(() => 0);
    if (left > 0 && notice.hidden) {
      notice.hidden = false;
      return;
    }
    if (left === 0) await forget(person).catch(() => {});
    form.dataset.left = "true";
    form.requestSubmit();
  });
}

async function logsOf(person) {
  const known = (await indexedDB.databases?.()) || [];
  return known.map((one) => one.name).filter((name) => name.startsWith("sessionday/") && name.endsWith(`/${person}`));
}

function tell(worker, done) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  setTimeout(done, 2_000);
  worker.postMessage({ type: "forget" }, [port2]);
}
