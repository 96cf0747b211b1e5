// What staff's device carries for phones without signal: bundles in a log of its own, which go to the clinic by themselves from
// any page of staff's.

import { openLog } from "./log.js";
import { Sync } from "./sync.js";

const FOLDER = "carry";

export async function carrier(person, onNews = () => {}) {
  const log = await openLog(FOLDER, person);
  const sync = new Sync({ url: "/carry", person, log, onNews, sent: ({ id, at, bundle }) => ({ id, at, bundle }) });
  for (const event of ["online", "pageshow"]) addEventListener(event, () => sync.kick());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync.kick());
  sync.kick();
  return { log, sync };
}

let going = false;

// On the other pages: only where there is something to carry at all.
export async function carryOn(person) {
  if (going) return;
  going = true;
  const known = (await indexedDB.databases?.()) || [];
  if (known.some((one) => one.name === `sessionday/${FOLDER}/${person}`)) await carrier(person);
}
