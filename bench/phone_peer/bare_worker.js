// The least that opens a page without signal: two files kept, and handed out.

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("bare").then((files) => files.addAll(["/bare.html", "/bare.js"])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});
