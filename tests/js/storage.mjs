// An IndexedDB in memory, and what can befall it: for the tests of the phone's log.

import { IDBDatabase, IDBFactory } from "fake-indexeddb";

const begin = IDBDatabase.prototype.transaction;
let troubles = [];

// A new, empty storage for one test. Everything that follows in it goes well.
export function emptyStorage() {
  troubles = [];
  globalThis.indexedDB = new IDBFactory();
}

// What befalls the next transactions, one after the other; "none" lets one pass.
export function trouble(...names) {
  troubles = names;
}

// What is stored, read past the log. Opens the database as it is.
export async function stored(name, store) {
  const database = await opened(indexedDB.open(name));
  const all = await opened(begin.call(database, [store], "readonly").objectStore(store).getAll());
  database.close();
  return all;
}

export function opened(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

IDBDatabase.prototype.transaction = function (...given) {
  const name = troubles.shift() || "none";
  if (name === "dead") this.close(); // without a word, as on an iPhone that is short of memory
  const transaction = begin.apply(this, given);
  if (name === "full") cutOff(transaction, "QuotaExceededError");
  if (name === "cut") cutOff(transaction, "AbortError");
  return transaction;
};

// After its requests succeeded, before it is complete: as a full disk does.
function cutOff(transaction, error) {
  const isOver = () => transaction._state === "finished";
  const wait = () => (transaction._requests.length ? setImmediate(wait) : !isOver() && transaction._abort(error));
  setImmediate(wait);
}
