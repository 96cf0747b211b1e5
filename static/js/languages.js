// A tap on a language: taken once the clinic has it, and the page comes anew. Without signal it says so, and all stays.

import { bringBack, keepTyped } from "./typed.js";

// Addresses that only take forms: what they answered can't be asked for again.
const ANSWERS = /\/(entries|seats|installed|check|copy|prove|lock|sign-out|language)$/;

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.languages) return;
  event.preventDefault();
  const language = event.submitter.value;
  const body = new URLSearchParams({ language, back: location.pathname });
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return comeIn(language);
  form.querySelector("[role=status]").textContent = answer ? form.dataset.broken : form.dataset.words;
});

// With a query, so that the worker asks the clinic for the page. A link's secret stays in the fragment.
export function comeIn(language) {
  const form = document.querySelector("[data-languages]");
  if (!form) return; // it shows what is shown once
  const to = new URL(ANSWERS.test(location.pathname) ? form.elements.back.value : location.href, location.href);
  to.hash = new URL(form.action).hash || location.hash;
  to.searchParams.set("spoken", language);
  keep(to.pathname);
  location.replace(to);
}

function keep(path) {
  try {
    keepTyped(path);
  } catch {
    // no storage
  }
}

try {
  bringBack();
} catch {
  // no storage: there is nothing to bring
}
