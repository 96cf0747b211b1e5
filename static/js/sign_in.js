// Somebody may have sat here before: their pages go before the next person comes in.

import { forgetPages } from "./worker.js";

forgetPages().catch(() => {});
if (document.body.dataset.tablet === "off") {
  // A tablet that a lead has ended locks no more.
  for (const key of ["tablet.shared", "tablet.locked"]) localStorage.removeItem(key);
} else {
  const nonce = crypto.randomUUID(); // comes back in the address by which the clinic opens it: see tablet.js
  localStorage.setItem("tablet.nonce", nonce);
  document.querySelector("[name=nonce]").value = nonce;
}
if (localStorage.getItem("tablet.waiting")) import("./waiting.js").then(({ keepSending }) => keepSending(), () => {});
