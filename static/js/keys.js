// The board by keyboard: j and k between cards, Enter opens, a takes the first alert on, ? shows the keys. Tab reaches the same.

const help = document.querySelector("[data-keys]");

export function begin() {
  document.addEventListener("keydown", onKey);
  help?.querySelector("button").addEventListener("click", () => help.close());
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
  const act = { j: () => move(1), k: () => move(-1), a: take, "?": () => help?.showModal() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function links() {
  return [...document.querySelectorAll("[data-session] h2 a")];
}

function here() {
  const card = document.activeElement?.closest("[data-session]");
  return card ? links().findIndex((link) => card.contains(link)) : -1;
}

// To the name on the next card: Enter there opens it, as on every link.
function move(by) {
  const all = links();
  const from = here();
  all[from < 0 ? 0 : Math.max(0, Math.min(all.length - 1, from + by))]?.focus();
}

function take() {
  const card = document.activeElement?.closest("[data-session]");
  const form = card?.querySelector("form[data-ack]");
  if (!form) return;
  const says = form.closest("[data-alert]").querySelector("span").textContent;
  if (confirm(help.dataset.confirmWords.replace("{alert}", says))) form.requestSubmit();
}
