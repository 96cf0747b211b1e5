// The link's secret stands in the fragment, which no server and no log sees. It leaves the address bar before anything else.

const found = /[A-Za-z0-9_-]{43}/.exec(decodeURIComponent(location.hash));
history.replaceState(null, "", location.pathname);

const card = document.querySelector("[data-link]");
if (found && card) {
  card.querySelector("input[name=token]").value = found[0];
  card.hidden = false;
  document.querySelector("[data-no-link]").hidden = true;
}
