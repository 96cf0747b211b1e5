// An IndexedDB in memory for the tests of the phone's log, in which things go wrong on request.

import { IDBDatabase, IDBFactory } from "fake-indexeddb";

import { beginWith } from "./troubles.mjs";

const begin = IDBDatabase.prototype.transaction;
let troubles = [];

// A new, empty storage for one test. Everything that follows in it goes well.
export function emptyStorage() {
  troubles = [];
  globalThis.indexedDB = new IDBFactory();
}

// What befalls the next transactions, one after the other (see troubles.mjs).
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
  return beginWith(troubles.shift(), this, () => begin.apply(this, given));
};
