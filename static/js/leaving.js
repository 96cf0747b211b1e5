// Signing out on a device that others use too: nothing of one person's is left for the next, and nothing unsent is lost.

import { Log } from "./log.js";
import { forgetPages } from "./worker.js";

export { forgetPages };

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

// A page of another tab closes its connection when it hears of this; one that sleeps is not waited for.
export function remove(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
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

export async function logsOf(person, handle) {
  const known = (await indexedDB.databases?.()) || (handle ? [{ name: `sessionday/${handle}/${person}` }] : []);
  return known.map((one) => one.name).filter((name) => name.startsWith("sessionday/") && name.endsWith(`/${person}`));
}
