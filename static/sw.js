// The worker. Three lines stand before these when it is served: BUILD; FILES, the release's static files with their hashes; and
// STAFF, those that only the clinic's own devices need, which come with their page.
// It keeps one release and the pages drawn for it, and touches nothing else: no POST, no sync, no live, no landing page.

const STATIC = `static ${BUILD}`;
const PAGES = `pages ${BUILD}`;
// The installed app starts with a query of its own; any other asks the server first.
const KNOWN = /^(\?app)?$/;
// A tablet that was opened for somebody must not show what was kept for whoever sat there before.
const OPENED = /opened=/;
const CARRY = "/carry";
// Says who works here now: it is asked of the clinic first.
const LOCKED = "/locked";
const PAGE = /^\/(locked|carry|s\/[^/]+\/(steps\/[^/]+|about\/[^/]*)?)$/;

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(settle()));
self.addEventListener("message", (event) => {
  if (event.data?.type === "take") self.skipWaiting();
  if (event.data?.type === "keep") event.waitUntil(keep(event.data.urls).then((kept) => event.ports[0]?.postMessage(kept)));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate" && PAGE.test(url.pathname) && !OPENED.test(url.search)) event.respondWith(page(event, url));
});

// All files or none; and the pages that the release before kept, so that the swap is whole.
async function prepare() {
  await take(FILES);
  const known = new Set();
  for (const name of await caches.keys()) {
    if (name.startsWith("pages ") && name !== PAGES) {
      for (const request of await (await caches.open(name)).keys()) known.add(new URL(request.url).pathname);
    }
  }
  if (known.has(CARRY) || known.has(LOCKED)) await take(STAFF);
  const pages = await caches.open(PAGES);
  for (const path of known) {
    if ((await refresh(pages, path)) === "not now") throw new Error(`${path} can't be had now: the release before stays`);
  }
}

// None whose content is not the release's: a captive portal answers 200 too, and a download may be cut.
async function take(files) {
  const kept = await caches.open(STATIC);
  await kept.addAll(files.map(([name, integrity]) => new Request(name, { cache: "reload", integrity })));
}

async function settle() {
  for (const name of await caches.keys()) if (![STATIC, PAGES, "look"].includes(name)) await caches.delete(name);
  await self.clients.claim();
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

// From the cache at once, and fetched behind for the next time. What the clinic is asked first, the cache answers only where no
// answer comes at all.
async function page(event, { pathname: path, search }) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(path);
  if (!kept) return fetch(event.request);
  if (path === LOCKED || !KNOWN.test(search)) return fetch(event.request).catch(() => dimmed(kept));
  event.waitUntil(refresh(pages, path).catch(() => {}));
  return dimmed(kept);
}

// As this device chose it (dim.js), whatever it was when the page was kept.
async function dimmed(kept) {
  const scheme = await caches.match("/look").then((look) => look?.text()).catch(() => "");
  if (!scheme) return kept;
  return new Response((await kept.text()).replace(/data-scheme="\w+"/, `data-scheme="${scheme}"`), kept);
}

async function keep(urls) {
  if (urls.some((url) => url === CARRY || url === LOCKED) && !(await take(STAFF).then(() => true, () => false))) return false;
  const pages = await caches.open(PAGES);
  const got = [];
  for (let place = 0; place < urls.length; place += 6) {
    const some = urls.slice(place, place + 6);
    got.push(...(await Promise.all(some.map((url) => refresh(pages, url).catch(() => "not now")))));
  }
  return got.every((one) => one === "kept");
}

// Only a page of this release is kept, and only one of ours: a captive portal's answer has no such header.
async function refresh(pages, url) {
  const headers = { Accept: "text/html", "X-Refresh": "1" };
  const response = await fetch(url, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(20_000) });
  if (response.type === "opaqueredirect") return "gone";
  if (response.headers.get("X-Build") !== BUILD) return "not now";
  if (response.status === 410) await pages.delete(url); // erased: the next look asks the server, whose page says so
  if (!response.ok) return [404, 410].includes(response.status) ? "gone" : "not now";
  await pages.put(url, response);
  return "kept";
}
