// The board draws nothing by itself: it asks for the server's cards again when there is news, and greys itself when there is none.

import { carryOn } from "./carrier.js";
import * as keys from "./keys.js";
import { attach } from "./leaving.js";
import { keepReckoning, reckon } from "./due.js";
import { Live } from "./live.js";
import * as sound from "./sound.js";
import { keepCarry, offerUpdate } from "./worker.js";

const STALE_MS = 20_000;
const sign = document.querySelector("[data-live]");
let loading = false;
let again = false;
let loadedAt = Date.now();

const live = new Live("/board/live", ({ news, number }) => {
  reckon();
  if (news || number >= firstChange()) load();
});
setInterval(look, 1_000);
keepReckoning();
sound.begin();
keys.begin();
const leaving = document.querySelector("[data-sign-out]"); // a wall has none
if (leaving) attach(leaving, document.body.dataset.person);
carryOn(document.body.dataset.person).catch(() => {});
if (document.querySelector("[data-carry]")) offerUpdate(async () => false).then(keepCarry).catch(() => {});

// The earliest instant at which a card changes with no news at all.
function firstChange() {
  const known = [...document.querySelectorAll("[data-changes-at]")].map((card) => Number(card.dataset.changesAt || Infinity));
  return Math.min(Infinity, ...known);
}

function load() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  const request = new XMLHttpRequest();
  request.open("GET", location.pathname); // the board, or the wall
  request.responseType = "document"; // parsed as a page, with no script of it run
  request.timeout = 10_000;
  request.onloadend = () => {
    loading = false;
    const tiles = request.status === 200 && request.responseXML?.querySelector("[data-tiles]");
    if (tiles) {
      loadedAt = Date.now();
      swap(document.querySelector("[data-tiles]"), [...tiles.children]);
      reckon();
    } else if (request.responseURL.endsWith("/sign-in")) location.assign("/sign-in");
    else if (request.responseURL.endsWith("/locked")) document.dispatchEvent(new Event("tablet-locked"));
    if (again) {
      again = false;
      load();
    }
  };
  request.send();
}

// What a card says, and its mark, which is said by colour alone.
function shown(card) {
  return card.textContent + (card.querySelector(".mark")?.className ?? "");
}

// Card by card: one that says the same stays as it is, under the finger that is about to touch it.
function swap(place, cards) {
  const known = new Map([...place.children].map((card) => [card.dataset.session, card]));
  const focused = document.activeElement;
  const at = focused.closest("[data-session]")?.dataset.session;
  place.replaceChildren(
    ...cards.map((card) => {
      const before = known.get(card.dataset.session);
      if (!before || shown(before) !== shown(card)) return document.adoptNode(card);
      before.dataset.changesAt = card.dataset.changesAt;
      return before;
    }),
  );
  if (!at) return;
  // Whoever goes by keyboard stays where they are: a card that is put in its place again has lost the focus.
  const card = [...place.children].find((one) => one.dataset.session === at);
  (card?.contains(focused) ? focused : card?.querySelector("h2 a"))?.focus({ preventScroll: true });
}

function look() {
  sound.look();
  const stale = live.quietFor() > STALE_MS;
  if (stale === (document.body.dataset.stale === "true")) return;
  document.body.dataset.stale = String(stale);
  const at = new Date(loadedAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  sign.textContent = stale ? sign.dataset.staleWords.replace("{when}", at) : sign.dataset.liveWords;
  if (!stale) load();
}
