// A draft of a protocol: its lines are numbered and checked while it is typed, and what is not saved yet is kept in this tab.
// A protocol holds nothing about a person. Without this module the form does the same, at each save.

const PAUSE_MS = 600;
const form = document.querySelector("[data-draft]");
const source = document.querySelector("[data-source]");
const numbers = document.querySelector("[data-numbers]");
const said = document.querySelector("[data-said]");
const verdict = document.querySelector("[data-verdict]");
const problems = document.querySelector("[data-list=problems]");
const notice = document.querySelector("[data-unsaved]");
const lineWords = document.querySelector("[data-problems]").dataset.lineWords;
const key = `draft:${form.dataset.draft}`;
let told = [];
let timer = 0;
let asked = 0;

const stored = source.defaultValue; // as the server sent it; the browser may have put back what was typed
const kept = sessionStorage.getItem(key);
const isRefused = Boolean(document.querySelector("main > .error")); // then the page holds what was typed already
if (isRefused) keep();
else if (source.value !== stored) changed();
else if (kept !== null && kept !== stored) notice.hidden = false;
else sessionStorage.removeItem(key);

source.addEventListener("input", changed);
problems.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]")?.dataset.line;
  if (line) goTo(Number(line));
});
numbers.addEventListener("click", (event) => {
  if (event.target.closest("a")) goTo(Number(event.target.textContent));
});
document.querySelector("[data-put-back]").addEventListener("click", () => {
  source.value = kept;
  notice.hidden = true;
  changed();
  source.focus();
});
document.querySelector("[data-forget]").addEventListener("click", () => {
  notice.hidden = true;
  sessionStorage.removeItem(key);
});

function changed() {
  keep();
  paint();
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
}

function keep() {
  try {
    sessionStorage.setItem(key, source.value);
  } catch {
    // No room: the text is still on the page.
  }
}

async function check() {
  const turn = ++asked;
  const answer = await fetch(`${form.action}/check`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ source: source.value }),
    signal: AbortSignal.timeout(15_000),
  }).catch(() => null);
  const found = answer && (await answer.json().catch(() => null));
  if (turn !== asked || !found) return; // typed on meanwhile, or no signal: the next pause asks again
  told = found.problems ?? [];
  verdict.textContent = found.says ?? found.error?.message ?? "";
  problems.replaceChildren(...told.map(item));
  paint();
}

function item({ line, step, message }) {
  const one = document.createElement("li");
  const link = document.createElement("a");
  one.dataset.line = line;
  link.href = `#line-${line}`;
  link.textContent = lineWords.replace("{line}", line);
  one.append(link, " ");
  if (step) one.append(Object.assign(document.createElement("code"), { textContent: step }), " ");
  one.append(Object.assign(document.createElement("span"), { textContent: message }));
  return one;
}

// The numbers and what is said of each line, beside the text: each line of all three is as high.
function paint() {
  const byLine = new Map();
  for (const one of told) byLine.set(one.line, [...(byLine.get(one.line) ?? []), one]);
  const count = Math.max(source.value.split("\n").length, ...byLine.keys());
  const left = [];
  const right = [];
  for (let number = 1; number <= count; number++) {
    const here = byLine.get(number);
    left.push(here ? wrong(number) : String(number), "\n");
    if (here) right.push(Object.assign(document.createElement("span"), { textContent: here.map((one) => one.message).join("; ") }));
    right.push("\n");
  }
  source.rows = count + 2;
  numbers.replaceChildren(...left);
  said.replaceChildren(...right);
}

function wrong(number) {
  const link = document.createElement("a");
  link.id = `line-${number}`;
  link.href = "#source";
  link.className = "wrong";
  link.ariaLabel = lineWords.replace("{line}", number);
  link.textContent = number;
  return link;
}

function goTo(number) {
  const lines = source.value.split("\n");
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  source.focus({ preventScroll: true });
  source.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
}
