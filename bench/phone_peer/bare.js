// The least that keeps an answer on a phone: one IndexedDB put, flushed to disk, and a line that says so.

const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open("bare", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("log", { keyPath: "id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

document.querySelector("button").addEventListener("click", ({ target }) => {
  const transaction = database.transaction(["log"], "readwrite", { durability: "strict" });
  transaction.objectStore("log").put({ id: crypto.randomUUID(), step: "ride_confirmed", answer: target.value, at: Date.now() });
  transaction.oncomplete = () => {
    const item = document.createElement("li");
    item.textContent = "Saved on this phone";
    document.querySelector("ul").append(item);
  };
});

document.body.dataset.ready = "true";
navigator.serviceWorker.register("/bare_worker.js");
