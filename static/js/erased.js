// The page of an erased record takes off this device what is left of that record here: its kept pages, and this person's log. What
// was never sent stays, and the page says so: the clinic takes nothing more in, and nobody else has it.

import { forgetSession } from "./leaving.js";

const { handle, person } = document.body.dataset;

forgetSession(person, handle)
  .then((gone) => {
    document.querySelector("[data-unsent-notice]").hidden = gone;
    document.body.dataset.ready = "true";
  })
  .catch((error) => console.error("nothing was taken off this device:", error));
