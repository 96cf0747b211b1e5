// Long after the end of a session: what is still unsent goes to the clinic, then everything leaves the phone.

import { forget, unsentOf } from "./leaving.js";
import { openLog } from "./log.js";
import { Sync } from "./sync.js";

const { handle, person } = document.body.dataset;
const waiting = document.querySelector("[data-unsent-notice]");

async function begin() {
  if ((await unsentOf(person, handle)) === 0) return forgetAll();
  waiting.hidden = false;
  const log = await openLog(handle, person);
  const sync = new Sync({ handle, person, log, onNews: ({ heard, left }) => heard && left === 0 && forgetAll(log) });
  addEventListener("online", () => sync.kick());
  await sync.kick();
}

async function forgetAll(log) {
  log?.end();
  await forget(person, handle);
  waiting.hidden = true;
  document.querySelector("[data-forgotten]").hidden = false;
}

begin().catch((error) => console.error("nothing was taken off this phone:", error));
