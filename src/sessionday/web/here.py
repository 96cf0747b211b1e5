"""Somebody at a session, and what they may know of it: entries whose answer is not theirs arrive as a verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sessionday.core.answers import verdict
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Seat, Session
from sessionday.web.known import Place

ENTRY_KEYS = ("id", "device", "n", "seen", "seq", "role", "t", "kind", "step", "answer", "of", "reason")
_values = itemgetter(*ENTRY_KEYS)


@dataclass(slots=True)
class Here:
    """Somebody at a session: which seat they sit in, and whether that has ended. Of staff at a shared tablet (`tablet`
    is its id) also whether it is locked, and when they last showed who they are."""

    place: Place
    role: str
    person: str
    name: str
    credential: str
    revoked: bool = False
    expired: bool = False
    locked: bool = False
    tablet: str = ""
    proved_at: int = 0

    @property
    def form_device(self) -> str:
        """The device that plain forms of this browser count as: it has no log of its own."""
        return str(uuid5(NAMESPACE_URL, f"{self.session.id}/{self.person}/{self.credential}"))

    @property
    def session(self) -> Session:
        """The session, as its row was when it was read."""
        return self.place.session

    @property
    def clinic(self) -> Clinic:
        """The clinic that the session belongs to."""
        return self.place.clinic

    @property
    def checklist(self) -> Checklist:
        """The protocol that the session is pinned to, with its words."""
        return self.place.checklist

    @property
    def seats(self) -> tuple[Seat, ...]:
        """All seats of the session."""
        return self.place.seats

    def sees(self, step: str) -> bool:
        """Whether this seat may know what is answered to `step`."""
        known = self.checklist.steps.get(step)
        return known is not None and self.role in known["visible_to"]


def session_for(here: Here) -> dict[str, Any]:
    """The session in RULES.md's form for this seat: only who shows or checks the pick-up code has it."""
    form = here.session.rules_form()
    if here.role not in ("support", "staff"):
        form["pickup_code"] = None
    return form


def entries_for(here: Here, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries as this seat may know them: where the answer is not theirs, its verdict stands in for it."""
    return [_entry_for(here, entry) for entry in entries]


def _entry_for(here: Here, entry: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(zip(ENTRY_KEYS, _values(entry), strict=True))
    if entry["role"] == "staff":
        shown["name"] = entry.get("name")
    step = entry["step"]
    if step is not None and here.sees(step):
        return shown
    shown["answer"] = None
    shown["reason"] = "-" if entry["kind"] == "waive" and (entry["reason"] or "").strip(" \t\n\r") else None
    if entry["kind"] == "answer":
        rules = next(one for one in here.checklist.rules["steps"] if one["id"] == step)
        shown["verdict"] = verdict({"answer": entry["answer"]}, rules, here.session.rules_form())
    return shown
