// A link was opened: its secret stands in the fragment, which no server and no log sees. It leaves the address bar before anything
// else, and the page knows of it before it is drawn, so that nothing moves under a thumb. A classic script for that.
(() => {
  let secret = "";
  const take = () => {
    const found = /[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/.exec(location.hash);
    history.replaceState(null, "", location.pathname);
    if (!found) return;
    [secret] = found;
    document.documentElement.dataset.linked = "true";
    fill();
  };
  const fill = () => {
    const card = document.querySelector("[data-link]");
    const languages = document.querySelector("[data-languages]");
    if (!secret || !card || !languages) return;
    card.querySelector("input[name=token]").value = secret;
    languages.action = `/language#${secret}`; // and comes back with the answer
    card.hidden = false;
    document.querySelector("[data-no-link]").hidden = true;
  };
  take();
  document.addEventListener("readystatechange", fill);
  addEventListener("hashchange", take);
})();
