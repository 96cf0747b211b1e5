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
  await Promise.all((await logsOf(person)).map(remove));
  await forgetPages();
}

// A page of another tab closes its connection when it hears of this; one that sleeps is not waited for.
function remove(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
}

// Takes every kept page off the device.
export async function forgetPages() {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) if (name.startsWith("pages ")) await caches.delete(name);
}

// Before the form goes out: forget, where all is sent; else say so, and keep the log for this person's next sign-in.
// `sendNow` offers what is unsent; `end` makes sure that this page writes nothing into what is forgotten.
export function attach(form, person, sendNow, end) {
  const notice = form.querySelector("[data-unsent-notice]");
  form.addEventListener("submit", async (event) => {
    if (form.dataset.left) return;
    event.preventDefault();
    await Promise.race([sendNow?.(), new Promise((resolve) => setTimeout(resolve, 5_000))]).catch(() => {});
    const left = await unsentOf(person).catch(() => 0);
    if (left > 0 && notice.hidden) {
      notice.hidden = false;
      return;
    }
    end?.();
    await (left ? forgetPages() : forget(person)).catch(() => {});
    form.dataset.left = "true";
    form.requestSubmit();
  });
}

async function logsOf(person) {
  const known = (await indexedDB.databases?.()) || [];
  return known.map((one) => one.name).filter((name) => name.startsWith("sessionday/") && name.endsWith(`/${person}`));
}
