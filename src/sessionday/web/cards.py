"""The board's cards: each drawn once, and again only when its record grew, its time has come, or its people changed.

What is kept in the database of a card (a summary, in English) saves the first look after a start; the record is what is
believed.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sessionday.band import band_of
from sessionday.store import Listed, News, Session, Store, Summary
from sessionday.web import telling
from sessionday.web.compression import Parts
from sessionday.web.due import due_view
from sessionday.web.here import Here
from sessionday.web.known import Known
from sessionday.web.pack import pack_for
from sessionday.web.rendering import Pages
from sessionday.web.states import Current, States
from sessionday.web.views import alerts_view
from sessionday.words import ENGLISH, WORDS, language

DAY_MS = 86_400_000
SHOWN_MS = 36 * 3_600_000  # a day that is over stays on the board until the next one is under way
# Held over from the days before: a hold can last, a record is open until it is closed, an alert until it is answered.
BACK_DAYS = 11  # as long as a session lasts
OVER = ("closed", "cancelled", "clear")
WRONG = ("conflict", "stop", "overdue", "impaired")
KEPT = 10_000
DUE = 3  # so many of what is due next stand on a card
FEW = 10  # so many are made from their records at once; for more, what is stored of them is read first


@dataclass(frozen=True, slots=True)
class Card:
    """A session on the board, drawn."""

    summary: Summary
    start: int
    drawn: Parts

    def holds(self, listed: Listed, release: str, now: int) -> bool:
        """Whether it still says what the record says, and what was arranged."""
        one = self.summary
        unchanged = (one.seq, one.held, one.release) == (listed.seq, listed.held, release)
        unchanged = unchanged and one.card.get("arranged") == listed.arranged
        return unchanged and one.at <= now and (one.changes_at is None or now < one.changes_at)

    def is_shown(self, now: int) -> bool:
        """Whether it belongs on the board: its day is not long ago, or something in it is still open."""
        card = self.summary.card
        return now - self.start < SHOWN_MS or bool(card["alerts"]) or card["stage"] not in OVER


class Cards:
    """Remembers the cards that were drawn."""

    def __init__(self, store: Store, known: Known, states: States, pages: Pages, release: str) -> None:
        self._store, self._known, self._states, self._pages = store, known, states, pages
        self._build = release
        self._kept: OrderedDict[tuple[str, str], Card] = OrderedDict()  # by session and language
        self._pasts = 0

    @property
    def _release(self) -> str:
        """What made a card: of another release, or in another epoch, it may say something else."""
        return f"{self._build} {self._store.epoch}"

    async def of(self, clinic: str, now: int) -> list[Card]:
        """The cards of the clinic's current sessions, most urgent first."""
        window = (clinic, now - BACK_DAYS * DAY_MS, now + SHOWN_MS)
        listed = await self._store.listed_from(*window)
        if language() == ENGLISH and sum(not self._has(one, now) for one in listed) > FEW:
            starts, past = {one.id: one.start for one in listed}, self._pasts
            for summary in await self._store.summaries_from(*window):
                if past == self._pasts and summary.release == self._release and summary.session in starts:
                    self._keep(self._drawn(summary, starts[summary.session]))
        cards = [await self.card(one, now) for one in listed]
        return sorted((card for card in cards if card.is_shown(now)), key=lambda card: card.summary.card["urgency"])

    async def card(self, listed: Listed, now: int) -> Card:
        """The card of one session, made from its record where what is remembered does not hold any more."""
        known = self._kept.get((listed.id, language()))
        if known is None or not known.holds(listed, self._release, now):
            past, known = self._pasts, await self._made(listed, now)
            if past == self._pasts:
                self._keep(known)
        return known

    def hear(self, news: News | None) -> None:
        """Forgets cards whose people may have changed, or whose record was erased, also those that are being drawn now;
        growth shows by itself."""
        if news is None:
            self._pasts += 1
            self._kept.clear()
        for _, session, seq in news or ():
            if not seq:
                self._pasts += 1
                for one in WORDS:
                    self._kept.pop((session, one), None)

    def _has(self, listed: Listed, now: int) -> bool:
        known = self._kept.get((listed.id, language()))
        return known is not None and known.holds(listed, self._release, now)

    async def _made(self, listed: Listed, now: int) -> Card:
        place = await self._known.place(listed.handle)
        assert place is not None  # noqa: S101 - it was listed, and no session is ever deleted
        current = await self._states.of(place.session, now)
        pack = pack_for(Here(place, "staff", "", "", ""), self._build)
        card = card_of(pack, current, place.session, listed.held)
        changes_at = current.state["changes_at"]
        summary = Summary(
            listed.clinic, listed.id, current.seq, listed.held, self._release, current.at, changes_at, card
        )
        return self._drawn(summary, listed.start)

    def _drawn(self, summary: Summary, start: int) -> Card:
        return Card(summary, start, self._pages.piece("board/_card.html", card=summary.card))

    def _keep(self, card: Card) -> None:
        key = (card.summary.session, language())
        self._kept[key] = card
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def card_of(pack: telling.Pack, current: Current, session: Session, held: int) -> dict[str, Any]:
    """What a card shows, as plain data."""
    state = current.state
    alerts = [one for one in alerts_view(pack, state, current.entries) if not one["acked"]]
    return {
        "handle": session.handle,
        "client": session.client,
        "band": asdict(band_of(session)),
        "start": telling.when(pack, session.start),
        "stage": state["stage"],
        "stage_text": pack["words"]["stages"][state["stage"]],
        "next": _next(pack, current),
        "due": due_view(pack, state, DUE),
        "gate": _gate(pack, current),
        "ride": _ride(current),
        "hold": _hold(pack, state),
        "alerts": alerts,
        "conflicts": sum(step["status"] == "conflict" for step in state["steps"].values()),
        "held": held,
        "changes_at": state["changes_at"],
        "seq": current.seq,
        "arranged": session.arranged,
        "urgency": _urgency(alerts, current, session),
    }


def _next(pack: telling.Pack, current: Current) -> list[dict[str, str]]:
    """What is next, and for whom."""
    found = [(role, step) for role, step in current.state["next"].items() if step is not None]
    return [{"who": telling.who(pack, {"role": role}), "title": telling.title(pack, step)} for role, step in found]


def _gate(pack: telling.Pack, current: Current) -> dict[str, Any] | None:
    """The gate that the session is heading for, with its reasons."""
    name = {"before": "dose", "during": "leave", "after": "drive", "clear": "close"}.get(current.state["stage"])
    if name is None:
        return None
    return {
        "name": name,
        "open": current.state["gates"][name]["open"],
        **telling.gate(pack, current.state, name),
    }


def _hold(pack: telling.Pack, state: Mapping[str, Any]) -> str:
    """The hold where there is one; where no dose is known, that it is only taken for granted."""
    blockers = state["gates"]["drive"]["blockers"]
    if state["dosed_at"] is None:
        return telling.blocker(pack, blockers[0]) if blockers else ""
    return telling.hold(pack, state)


def _ride(current: Current) -> str:
    """How the ride home stands: the worst of its confirmations that is known. Empty where the day is at home."""
    steps = current.state["steps"]
    names = (*telling.RIDE["steps"], telling.RIDE["promised"])
    status = {name: steps[name]["status"] for name in names if name in steps}
    if not status.keys() - {"home_safe"}:
        return ""
    if status.get("home_safe") == "done":
        return "home"
    noes = [steps[name]["by"] for name in status if status[name] in ("stop", "conflict") and name != "home_safe"]
    if noes:
        return "found" if _is_found_since(current, noes) else "no"
    if status.get("ride_reconfirmed", status.get("ride_confirmed")) in ("done", "waived"):
        return "confirmed"
    return "plan" if status.get("ride_plan") == "done" else "none"


def _is_found_since(current: Current, noes: list[str]) -> bool:
    """Whether staff have found a way home after the last of these answers."""
    way = current.state["steps"].get("way_home")
    if way is None or way["status"] != "done":
        return False
    said = {entry["id"]: entry["t"] for entry in current.entries}
    return bool(said[way["by"]] > max(said[no] for no in noes))


def _urgency(alerts: list[dict[str, Any]], current: Current, session: Session) -> list[int]:
    """Sorts first what must not wait: an unanswered critical alert, any alert, then by stage and start."""
    if any(one["level"] == "critical" for one in alerts):
        rank = 0
    elif alerts or any(step["status"] in WRONG for step in current.state["steps"].values()):
        rank = 1
    else:
        rank = {"during": 2, "before": 3, "after": 4}.get(current.state["stage"], 5)
    return [rank, session.start]
