// What can befall a transaction of the phone's storage, and what then stands on its disk.

const TROUBLES = {
  // The connection is dead already, and nobody said so: as on an iPhone that is short of memory.
  dead: (database) => database.close(),
  // After its requests succeeded, before it is complete.
  cut: (_, transaction) => abort(transaction, "AbortError"),
  full: (_, transaction) => abort(transaction, "QuotaExceededError"),
  // It is complete, and the word of it is lost with the connection.
  wordless: (_, transaction) => {
    Object.defineProperty(transaction, "oncomplete", { set: () => {} });
    transaction.addEventListener("complete", () => {
      transaction.error = new DOMException("the connection was lost", "AbortError");
      transaction.onabort();
    });
  },
};

export const TROUBLE_NAMES = Object.keys(TROUBLES);

// Begins a transaction with `begin`, and lets it come to `name`, if to anything.
export function beginWith(name, database, begin) {
  if (name === "dead") TROUBLES.dead(database);
  const transaction = begin();
  if (name && name !== "dead") TROUBLES[name](database, transaction);
  return transaction;
}

function abort(transaction, error) {
  const isOver = () => transaction._state === "finished";
  const wait = () => (transaction._requests.length ? setImmediate(wait) : !isOver() && transaction._abort(error));
  setImmediate(wait);
}
