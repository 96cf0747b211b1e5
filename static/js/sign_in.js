// Somebody may have sat here before: their pages go before the next person comes in.

import { forgetPages } from "./leaving.js";

forgetPages().catch(() => {});
// A tablet that a lead has ended locks no more.
if (document.body.dataset.tablet === "off") localStorage.removeItem("tablet.shared");
