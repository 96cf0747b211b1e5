// A worker that leaves. Served in place of the other where that one does harm: it takes over at once, throws away what was kept,
// and unregisters itself. What people wrote is no business of a worker's: the logs stay.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) await caches.delete(name);
  await self.registration.unregister();
}
