// What is being typed on a page stays over a reload: it comes back once, on the same page. A password never does.

const NOT_TYPED = ["hidden", "password", "submit", "button", "file"];

export function isAnythingTyped() {
  return [...fields().values()].some(isTyped);
}

// A page that says what is missing was drawn with what had been typed.
export function keepTyped(path) {
  const all = Boolean(document.querySelector("main .error:not([hidden])"));
  const kept = [...fields()].filter(([, one]) => all || isTyped(one)).map(([name, one]) => [name, one.value, one.checked]);
  if (kept.length) sessionStorage.setItem(place(path), JSON.stringify(kept));
}

export function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(place(location.pathname)) || "[]");
  sessionStorage.removeItem(place(location.pathname));
  const all = fields();
  for (const [name, value, checked] of kept) {
    const field = all.get(name);
    if (!field) continue;
    if (isChoice(field)) field.checked = checked;
    else field.value = value;
    if (isTyped(field)) field.closest("details")?.setAttribute("open", "");
  }
}

// It begins as leaving.js looks for it.
function place(path) {
  return `tablet.typed ${document.body.dataset.person} over ${path}`;
}

// By names that only one field of the page has: what was typed into one must not come back in another.
function fields() {
  const found = new Map();
  const twice = new Set();
  for (const one of document.querySelectorAll("input, textarea, select")) {
    if (!one.form || !one.name || NOT_TYPED.includes(one.type)) continue;
    const name = nameOf(one);
    if (found.has(name)) twice.add(name);
    found.set(name, one);
  }
  for (const name of twice) found.delete(name);
  return found;
}

function nameOf(field) {
  const { dataset } = field.form;
  return [field.form.getAttribute("action"), dataset.entry, dataset.stepOf, field.name, isChoice(field) ? field.value : ""].join(" ");
}

function isTyped(field) {
  if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return isChoice(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

function isChoice({ type }) {
  return type === "radio" || type === "checkbox";
}
