// The invitation's secret stands in the fragment; it leaves the address bar before anything else.
const field = document.querySelector("input[name=token]");
const found = /[A-Za-z0-9_-]{43}$/.exec(location.hash);
history.replaceState(null, "", location.pathname);
if (found) {
  field.value = found[0];
  document.querySelector("[data-languages]").action = `/language#${found[0]}`; // and comes back with the answer
}
field.closest(".field").hidden = field.value !== "";
