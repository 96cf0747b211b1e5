// Enketo's form engine as its readme shows it: a form, its model, and a button that validates and sends.
import { Form } from "enketo-core/src/js/form";

const model = document.getElementById("model").textContent;
const form = new Form(document.querySelector("form.or"), { modelStr: model }, {});
form.init();
document.body.dataset.begun = "true";
document.getElementById("submit").addEventListener("click", async () => {
  if (!(await form.validate())) return;
  const sent = await fetch(location.pathname, { method: "POST", body: form.getDataStr() }).catch(() => null);
  document.body.dataset.taken = String(Boolean(sent?.ok));
  document.getElementById("said").textContent = sent?.ok ? "Saved" : "Not saved";
});
