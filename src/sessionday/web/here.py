"""Somebody at a session, and what they may know of it: entries whose answer is not theirs arrive as a verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sessionday.core.answers import verdict
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Seat, Session

ENTRY_KEYS = ("id", "device", "n", "seen", "seq", "role", "t", "kind", "step", "answer", "of", "reason")


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody at a session: which seat they sit in, and whether that has ended."""

    session: Session
    clinic: Clinic
    checklist: Checklist
    role: str
    person: str
    name: str
    seats: tuple[Seat, ...]
    credential: str
    revoked: bool = False
    expired: bool = False

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
    session = here.session.rules_form()
    rules = {step["id"]: step for step in here.checklist.rules["steps"]}
    return [_entry_for(here, entry, rules, session) for entry in entries]


def _entry_for(
    here: Here, entry: Mapping[str, Any], rules: Mapping[str, Any], session: dict[str, Any]
) -> dict[str, Any]:
    shown = {key: entry[key] for key in ENTRY_KEYS}
    if entry["role"] == "staff":
        shown["name"] = entry.get("name")
    step = entry["step"]
    if step is not None and here.sees(step):
        return shown
    shown["answer"] = None
    shown["reason"] = "-" if entry["kind"] == "waive" and (entry["reason"] or "").strip(" \t\n\r") else None
    if entry["kind"] == "answer":
        shown["verdict"] = verdict({"answer": entry["answer"]}, rules[step], session)
    return shown
