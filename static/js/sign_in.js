// Somebody may have sat here before: their pages go before the next person comes in.

import { forgetPages } from "./leaving.js";

forgetPages().catch(() => {});
