// A sound for alerts that nobody answered. It begins with the first tap, as browsers want it; it can be silenced for a while,
// which everybody sees, and comes back by itself: for critical ones sooner. Silenced is not answered: the alert stays.

const MINUTE = 60_000;
const SILENT_MS = { critical: MINUTE, warn: 5 * MINUTE };
const KEY = "silence";
const bar = document.querySelector("[data-sound]");
const says = bar?.querySelector("[data-sound-says]");
const button = bar?.querySelector("button");
const news = document.querySelector("[data-alert-news]");
let rung = null; // the alerts that were heard, or seen when the page opened
let context = null;

export function begin() {
  if (!bar) return;
  // Not as the finger comes down: the words beside change then, and would move away what it is on.
  document.addEventListener("click", wake, { once: true });
  document.addEventListener("keydown", wake, { once: true });
  button.addEventListener("click", () => (silence() ? end() : hush()));
  look();
}

// Called whenever cards were drawn, and every second: from the times that are known, never counted.
export function look() {
  if (!bar) return;
  const open = [...document.querySelectorAll("[data-alert]")].map(({ dataset, textContent }) => ({ key: dataset.alert, level: dataset.level, textContent }));
  const fresh = open.filter(({ key, level }) => !rung?.has(key) && !isSilent(level));
  if (rung && fresh.length) {
    ring(fresh.some(({ level }) => level === "critical"));
    news.textContent = fresh.map((one) => one.textContent.trim().split("\n")[0]).join(". ");
  }
  rung = new Set([...open.filter(({ key }) => rung?.has(key) ?? true).map(({ key }) => key), ...fresh.map(({ key }) => key)]);
  paint();
}

function paint() {
  const hushed = silence();
  bar.dataset.silent = String(Boolean(hushed));
  const { offWords, onWords, silentWords, wakeWords, silenceWords } = bar.dataset;
  const at = hushed && new Date(hushed.at + SILENT_MS.warn).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const text = hushed ? silentWords.replace("{name}", hushed.by).replace("{when}", at) : context ? onWords : offWords;
  if (says.textContent !== text) says.textContent = text;
  button.textContent = hushed ? wakeWords : silenceWords;
}

function wake() {
  context ??= new AudioContext();
  context.resume().then(paint);
}

function hush() {
  localStorage.setItem(KEY, JSON.stringify({ by: bar.dataset.name, at: Date.now() }));
  rung = new Set(); // what nobody answers until then is heard again
  paint();
}

function end() {
  localStorage.removeItem(KEY);
  paint();
}

// On this device, whichever tab it was said in; a clock that was set back ends it.
function silence() {
  const known = JSON.parse(localStorage.getItem(KEY) ?? "null");
  const age = known && Date.now() - known.at;
  return known && age >= 0 && age < SILENT_MS.warn ? known : null;
}

function isSilent(level) {
  const known = silence();
  return Boolean(known) && Date.now() - known.at < (SILENT_MS[level] ?? SILENT_MS.warn);
}

function ring(isCritical) {
  if (!context) return;
  for (let beep = 0; beep < (isCritical ? 4 : 2); beep++) {
    const tone = new OscillatorNode(context, { frequency: isCritical ? 880 : 587 });
    const volume = new GainNode(context, { gain: 0.3 });
    const at = context.currentTime + beep * 0.35;
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}
