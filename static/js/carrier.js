// What staff's device carries for phones without signal: bundles in a log of its own, which go to the clinic by themselves from
// any page of staff's.

import { openLog } from "./log.js";
import { Sync } from "./sync.js";

const FOLDER = "carry";
let going = false;

// What `owner` has read here, brought by `person`, who is signed in now: a seal proves itself, whoever brings it.
export async function carrier(person, { owner = person, onNews = () => {} } = {}) {
  const log = await openLog(FOLDER, owner);
  const sync = new Sync({ url: "/carry", person, log, onNews, sent: ({ id, at, bundle }) => ({ id, at, bundle }) });
  for (const event of ["online", "pageshow"]) addEventListener(event, () => sync.kick());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync.kick());
  sync.kick();
  return { log, sync };
}

// All that anybody has read on this device (but for `but`), where there is something at all.
export async function carryOn(person, but = "") {
  if (going) return;
  going = true;
  const known = (await indexedDB.databases?.()) || [];
  const owners = known.map((one) => one.name.split("/")).filter(([, folder, owner]) => folder === FOLDER && owner !== but);
  for (const [, , owner] of owners) await carrier(person, { owner });
}
