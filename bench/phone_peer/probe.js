// Put into each page before its own scripts: when it can be used, when a tap was made, durable, and painted, and every task that
// kept the page from answering for more than 50 ms. `signs` says by what the page shows it (selectors; set before this).

(() => {
  const { usable, told, store } = globalThis.signs;
  const probe = { usable: 0, tap: 0, durable: 0, told: 0, painted: 0, long: [] };
  globalThis.probe = probe;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) probe.long.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });

  // The end of the frame that shows what the document says now.
  function painted(done) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(null);
    });
  }

  function look() {
    if (!probe.usable && document.querySelector(usable)) {
      probe.usable = -1;
      painted((at) => (probe.usable = at));
    }
    if (probe.tap && !probe.told && document.querySelector(told)) {
      probe.told = performance.now();
      painted((at) => (probe.painted = at));
    }
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  addEventListener("click", (event) => (probe.tap ||= event.timeStamp), true);

  const plain = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function transaction(stores, mode, ...rest) {
    const made = plain.call(this, stores, mode, ...rest);
    if (mode === "readwrite" && probe.tap && String(stores) === store) {
      made.addEventListener("complete", () => (probe.durable ||= performance.now()));
    }
    return made;
  };
})();
