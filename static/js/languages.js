// A tap on a language: taken once the clinic has it, and the page comes anew. Without signal it says so, and all stays.

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.languages) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  body.set("language", event.submitter.value);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return again(form);
  form.querySelector("[role=status]").textContent = form.dataset.words;
});

// With a query, so that the worker asks the clinic for the page. A link's secret stays in the fragment.
function again({ dataset }) {
  const path = location.pathname.replace(/entries$/, "");
  location.replace(`${path}?spoken${dataset.secret || location.hash}`);
}
