// The page's side of the worker: registers it, asks it to keep this session's pages, offers a new release at a quiet moment.

let keeping = false;

// Keeps every page of this seat, once for each release and pack. Nothing waits for it: it may be slow, or never end where
// there is no worker. Another release's pages are the next worker's to keep.
export async function keepOffline(log, pack, build) {
  if (!navigator.serviceWorker || keeping) return;
  keeping = true;
  try {
    await keep(log, pack, build);
  } finally {
    keeping = false;
  }
}

async function keep(log, pack, build) {
  const wanted = `${build} ${pack.version}`;
  if ((await log.fact("kept")) === wanted && (await caches.match(`/s/${pack.handle}/`))) return markKept(true);
  const registration = await navigator.serviceWorker.ready;
  if (build !== document.body.dataset.build) return registration.update();
  const pages = ["", "pack", ...pack.about, ...Object.keys(pack.texts.steps).map((id) => `steps/${id}`)];
  const carry = document.querySelector("[data-carry]") ? ["/carry"] : [];
  const kept = await ask(registration.active, { type: "keep", urls: [...pages.map((page) => `/s/${pack.handle}/${page}`), ...carry] });
  if (kept) await log.keep("kept", wanted);
  markKept(kept);
}

// Staff's page that reads phones without signal must itself open without.
export async function keepCarry() {
  if (!navigator.serviceWorker) return false;
  return ask((await navigator.serviceWorker.ready).active, { type: "keep", urls: ["/carry"] });
}

// Under Trusted Types a script's address must come from a policy; this one knows a single address.
function workerAddress() {
  const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => "/sw.js" });
  return policy ? policy.createScriptURL("") : "/sw.js";
}

function markKept(kept) {
  document.body.dataset.kept = String(Boolean(kept));
}

function ask(worker, message) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data === true);
    setTimeout(() => resolve(false), 60_000);
    worker.postMessage(message, [port2]);
  });
}

// Takes every kept page off the device, but for a shared tablet's lock: it is nobody's, and must come up without signal.
export async function forgetPages() {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) {
    if (!name.startsWith("pages ")) continue;
    const lock = await (await caches.open(name)).match("/locked");
    await caches.delete(name);
    if (lock) await (await caches.open(name)).put("/locked", lock);
  }
}

// A waiting release is offered only while nothing is unsent, and taken only by a tap.
export async function offerUpdate(quiet) {
  if (!navigator.serviceWorker) throw new Error("no worker");
  const registration = await navigator.serviceWorker.register(workerAddress(), { updateViaCache: "none" });
  const offer = async () => {
    const place = document.querySelector("[data-update]");
    if (registration.waiting && navigator.serviceWorker.controller && place) place.hidden = !(await quiet());
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  document.querySelector("[data-take-update]")?.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage({ type: "take" });
  });
  document.addEventListener("visibilitychange", () => registration.update().catch(() => {}));
  await offer();
}
