// A shared tablet: it locks after three minutes without a touch, in every tab at once. A classic script that runs before the
// page is drawn: whoever goes back to a page while the tablet is locked sees the lock. On every other device it does nothing.
"use strict";
(() => {
  const IDLE_MS = 180_000;
  const AWAKE_MS = 45_000; // the clinic locks too, where no page tells it of a hand
  const BEAT_MS = 5_000;
  const SHARED = "tablet.shared";
  const LOCKED = "tablet.locked";
  const TOUCHED = "tablet.touched";
  const PERSON = "tablet.person";
  const NONCE = "tablet.nonce";
  const TYPED = ["TEXTAREA", "INPUT", "SELECT"];
  const NOT_TYPED = ["hidden", "password", "submit", "button"];
  let awake = 0;
  let written = 0;

  const memory = (work) => {
    try {
      return work();
    } catch {
      return undefined; // no storage: the clinic's own lock stands
    }
  };
  const told = (key) => memory(() => localStorage.getItem(key));
  const tell = (key, value) => memory(() => localStorage.setItem(key, value));
  const isLocked = () => told(SHARED) && told(LOCKED);

  // The lock screen chose the nonce, and only the clinic sends it back in an address, when it has opened the tablet. No page
  // that is kept for times without signal has such an address.
  const opened = told(NONCE) && new URLSearchParams(location.search).get("opened") === told(NONCE);
  if (opened) {
    for (const key of [LOCKED, NONCE]) memory(() => localStorage.removeItem(key));
    tell(TOUCHED, Date.now());
  }
  if (isLocked()) leave();
  else document.addEventListener("DOMContentLoaded", begin);

  function begin() {
    const sign = document.body.querySelector("[data-tablet]")?.dataset.tablet;
    if (sign === "off") memory(() => localStorage.removeItem(SHARED));
    if (sign === "on" && !told(SHARED)) {
      tell(TOUCHED, Date.now());
      tell(SHARED, "true");
    }
    if (!told(SHARED)) return;
    for (const form of document.querySelectorAll("[data-lock]")) form.hidden = false;
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-lock]")) return;
      event.preventDefault();
      lock();
    });
    for (const touch of ["pointerdown", "keydown", "wheel"]) addEventListener(touch, onTouch, { passive: true, capture: true });
    for (const event of ["pageshow", "focus"]) addEventListener(event, look);
    addEventListener("storage", look);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("tablet-locked", lock); // the clinic says so
    setInterval(look, BEAT_MS);
    look();
    if (told("tablet.waiting")) import("./waiting.js").then(({ keepSending }) => keepSending(), () => {});
    meet().then(keepLock, () => {});
    if (told(PERSON) === document.body.dataset.person) bringBack();
  }

  // Pages that were kept for who sat here before are not the next one's.
  async function meet() {
    const { person } = document.body.dataset;
    if (!person || (told(PERSON) && !opened) || told(PERSON) === person) return;
    tell(PERSON, person);
    await (await import("./leaving.js")).forgetPages();
  }

  // The lock must come up without signal too.
  async function keepLock() {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ type: "keep", urls: ["/locked"] });
  }

  // Also right after sleep: what counts is the clock, not how often this ran.
  function look() {
    if (isLocked()) leave();
    else if (told(SHARED) && isIdle(Date.now())) lock();
  }

  // A clock that was set back says nothing of how long nobody was here.
  function isIdle(now) {
    const since = now - Number(told(TOUCHED));
    return since >= IDLE_MS || since < -IDLE_MS;
  }

  function onTouch() {
    const now = Date.now();
    if (isLocked() || isIdle(now)) return look();
    if (now - written > 1_000) tell(TOUCHED, (written = now));
    if (now - awake < AWAKE_MS) return;
    awake = now;
    fetch("/awake", { method: "POST" }).then((answer) => answer.status === 401 && lock(), () => {});
  }

  function lock() {
    keepTyped();
    tell(LOCKED, "true");
    fetch("/lock", { method: "POST", keepalive: true }).catch(() => {});
    leave();
  }

  function leave() {
    location.replace(`/locked#${document.body?.dataset.back || location.pathname}`);
  }

  // What was being typed comes back to whoever typed it, on the same page. A password never does.
  function keepTyped() {
    const kept = document.body.dataset.page === "prove" ? brought() : typed();
    if (kept.length) memory(() => sessionStorage.setItem(place(), JSON.stringify(kept)));
  }

  function typed() {
    return inputs().filter(isTyped).map((one) => [nameOf(one), one.value, one.checked]);
  }

  function isTyped(field) {
    if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected);
    return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  }

  // The page that asks who is there has a form's words in hidden fields: they go back to that form, be it of words or choices.
  function brought() {
    const form = document.querySelector("[data-brought]");
    const said = Object.fromEntries(new FormData(form));
    return Object.entries(said).flatMap(([name, value]) =>
      ["", value].map((choice) => [[form.action, said.kind, said.step, name, choice].join(" "), value, true]),
    );
  }

  function bringBack() {
    const kept = memory(() => JSON.parse(sessionStorage.getItem(place())));
    if (!kept) return;
    memory(() => sessionStorage.removeItem(place()));
    const all = new Map(inputs().map((one) => [nameOf(one), one]));
    for (const [name, value, checked] of kept) {
      const field = all.get(name);
      if (!field) continue;
      if ("checked" in field) field.checked = checked;
      if (!["radio", "checkbox"].includes(field.type)) field.value = value;
      field.closest("details")?.setAttribute("open", "");
    }
  }

  function place() {
    const { person, back } = document.body.dataset;
    return `tablet.typed ${person} ${back || location.pathname}`;
  }

  function inputs() {
    return [...document.querySelectorAll("form")].flatMap((form) =>
      [...form.elements].filter((one) => TYPED.includes(one.tagName) && one.name && !NOT_TYPED.includes(one.type)),
    );
  }

  function nameOf(field) {
    const { action, dataset } = field.form;
    return [action, dataset.entry, dataset.stepOf, field.name, field.type === "radio" ? field.value : ""].join(" ");
  }
})();
