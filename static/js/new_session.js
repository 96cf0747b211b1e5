// The form for a new session asks only for the limits that mean something under the chosen protocol.
const chosen = () => document.querySelector("[name=protocol]:checked");

function show() {
  const wanted = (chosen()?.dataset.limits ?? "").split(" ");
  for (const one of document.querySelectorAll("[data-limit]")) one.hidden = Boolean(chosen()) && !wanted.includes(one.dataset.limit);
}

document.addEventListener("change", show);
show();
