// The page of an erased record takes off this device what is left of that record here, whoever used it: kept pages, what was being
// typed in this tab, and of every log what the clinic had too. What was never sent stays, for nobody else has it, until somebody
// says that it may go: the clinic takes nothing more in.

import { remove } from "./leaving.js";
import { isUnsent } from "./log.js";

const { handle, person } = document.body.dataset;
const notice = document.querySelector("[data-unsent-notice]");
const COUNTING = ["device", "n"]; // of the facts: what the unsent are numbered by

async function clear() {
  forgetTyped();
  await forgetPages();
  let unsent = 0;
  for (const name of await logs()) unsent += await forgetHeard(name);
  notice.hidden = unsent === 0;
  document.body.dataset.ready = "true";
}

async function discard() {
  await Promise.all((await logs()).map(remove));
  const left = (await logs()).length > 0 && Boolean(indexedDB.databases);
  notice.hidden = !left;
  document.querySelector("[data-discarded]").hidden = left;
}

function forgetTyped() {
  for (const key of Object.keys(sessionStorage)) if (key.includes(`/s/${handle}/`)) sessionStorage.removeItem(key);
}

async function forgetPages() {
  for (const name of globalThis.caches ? await caches.keys() : []) {
    const pages = await caches.open(name);
    for (const request of name.startsWith("pages ") ? await pages.keys() : []) {
      if (new URL(request.url).pathname.startsWith(`/s/${handle}/`)) await pages.delete(request);
    }
  }
}

// Everybody's who used this device; where the browser can't tell which there are, that of whoever is here.
async function logs() {
  const known = (await indexedDB.databases?.()) || [{ name: `sessionday/${handle}/${person}` }];
  return known.map((one) => one.name).filter((name) => name.startsWith(`sessionday/${handle}/`));
}

// Answers how many entries nobody else has; without any the whole log goes.
async function forgetHeard(name) {
  const database = await open(name);
  if (!database) return 0;
  const unsent = await keepUnsent(database).finally(() => database.close());
  if (unsent === 0) await remove(name);
  return unsent;
}

// In one transaction, so that what another tab writes meanwhile is not lost.
function keepUnsent(database) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(["log", "record", "facts"], "readwrite", { durability: "strict" });
    const [log, record, facts] = ["log", "record", "facts"].map((name) => transaction.objectStore(name));
    let unsent = 0;
    record.clear();
    log.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (isUnsent(cursor.value)) unsent += 1;
      else cursor.delete();
      cursor.continue();
    };
    facts.openKeyCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (!COUNTING.includes(cursor.key)) facts.delete(cursor.key);
      cursor.continue();
    };
    transaction.oncomplete = () => resolve(unsent);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

// The log as it is; null where there was none.
function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort();
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => (request.error?.name === "AbortError" ? resolve(null) : reject(request.error));
  });
}

function told(error) {
  console.error("not all was taken off this device:", error);
}

document.querySelector("[data-discard]").addEventListener("click", () => discard().catch(told));
clear().catch(told);
