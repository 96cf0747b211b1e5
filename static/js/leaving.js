// Signing out on a device that others use too: nothing of one person's is left for the next, and nothing unsent is lost.

import { Log } from "./log.js";

// How many of this person's entries, over all sessions on this device, the clinic does not have yet.
export async function unsentOf(person, handle) {
  let count = 0;
  for (const name of await logsOf(person, handle)) count += (await new Log(name).unsent()).length;
  return count;
}

// Takes this person's logs and every kept page off the device. `handle`: of the session that this page knows, for browsers that
// can't tell which logs there are.
export async function forget(person, handle) {
  await Promise.all((await logsOf(person, handle)).map(remove));
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(`tablet.typed ${person} `)) sessionStorage.removeItem(key);
  await forgetPages();
}

// Takes one session off the device: its kept pages, and this person's log of it, if the clinic has all that is in it. Whether it had.
export async function forgetSession(person, handle) {
  for (const name of globalThis.caches ? await caches.keys() : []) {
    const pages = await caches.open(name);
    for (const request of name.startsWith("pages ") ? await pages.keys() : []) {
      if (new URL(request.url).pathname.startsWith(`/s/${handle}/`)) await pages.delete(request);
    }
  }
  const name = `sessionday/${handle}/${person}`;
  if (!(await logsOf(person, handle)).includes(name)) return true;
  const log = new Log(name);
  if ((await log.unsent()).length > 0) return false;
  log.end();
  await remove(name);
  return true;
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

// Out at the clinic first, then off the device: whoever is still signed in must not look like one whose memory was emptied.
// With something unsent, or where nobody can say whether there is, the first tap says so, and the log is kept for this person's
// next sign-in. `sendNow` offers what is unsent; `end` makes sure that this page writes nothing into what is forgotten.
export function attach(form, person, sendNow, end) {
  const notice = form.querySelector("[data-unsent-notice]");
  form.addEventListener("submit", async (event) => {
    if (form.dataset.left) return;
    event.preventDefault();
    await Promise.race([sendNow?.(), new Promise((resolve) => setTimeout(resolve, 5_000))]).catch(() => {});
    const left = await unsentOf(person).catch(() => 1);
    if (left > 0 && notice.hidden) {
      notice.hidden = false;
      return;
    }
    const out = await fetch(form.action, { method: "POST", signal: AbortSignal.timeout(5_000) }).catch(() => null);
    end?.();
    await (out?.ok && !left ? forget(person) : forgetPages()).catch(() => {});
    form.dataset.left = "true";
    if (out?.ok) location.assign(out.url);
    else form.requestSubmit();
  });
}

async function logsOf(person, handle) {
  const known = (await indexedDB.databases?.()) || (handle ? [{ name: `sessionday/${handle}/${person}` }] : []);
  return known.map((one) => one.name).filter((name) => name.startsWith("sessionday/") && name.endsWith(`/${person}`));
}
