// The page of an erased record takes off this device what is left of that record here: its kept pages, and this person's log. What
// was never sent stays, and the page says so: the clinic takes nothing more in, and nobody else has it.

import { logsOf, remove } from "./leaving.js";
import { Log } from "./log.js";

const { handle, person } = document.body.dataset;

async function clear() {
  await forgetPages();
  const name = `sessionday/${handle}/${person}`;
  if ((await logsOf(person, handle)).includes(name)) {
    const log = new Log(name);
    const unsent = (await log.unsent()).length;
    if (unsent === 0) {
      log.end();
      await remove(name);
    }
    document.querySelector("[data-unsent-notice]").hidden = unsent === 0;
  }
  document.body.dataset.ready = "true";
}

async function forgetPages() {
  for (const name of globalThis.caches ? await caches.keys() : []) {
    const pages = await caches.open(name);
    for (const request of name.startsWith("pages ") ? await pages.keys() : []) {
      if (new URL(request.url).pathname.startsWith(`/s/${handle}/`)) await pages.delete(request);
    }
  }
}

clear().catch((error) => console.error("not all was taken off this device:", error));
