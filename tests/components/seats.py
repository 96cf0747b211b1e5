"""What the components are drawn from: a session that nobody has, as each of its seats would see it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sessionday.core.evaluate import evaluate
from sessionday.protocols.checklist import Checklist, texts_for
from sessionday.protocols.shelf import load
from sessionday.store import Session
from sessionday.web.pack import PHONE_WORDS
from sessionday.web.states import Current
from sessionday.web.views import day_view, step_view
from sessionday.words import WORDS

START = 1_796_137_200_000  # Tue 1 Dec 2026, 10:00 in Toronto
HOUR = 3_600_000
BEFORE = START - 2 * HOUR
W = WORDS["en"]
NAMES = {"client": "Sam", "support": "Alex", "staff": "Robin Lee", "prescriber": "Dr. Ines Okafor"}
DAYS = [{"midnight": START + (24 * day - 10) * HOUR, "morning": START + (24 * day - 4) * HOUR} for day in range(-1, 10)]
Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Component:
    """One in one state: what both are called, the template that draws it, from what, and what of that it is."""

    name: str
    state: str
    template: str
    context: Context
    cut: Callable[[str], str] = str


def as_shown(html: str) -> str:
    """As it is once a script has shown it."""
    return html.replace(" hidden", "").replace("<dialog", "<dialog open")


def head(html: str) -> str:
    """What stands above a page's own part."""
    return html[html.index(">", html.index("<body")) + 1 : html.index("<main")]


def foot(html: str) -> str:
    """What stands below it."""
    return html[html.index("</main>") + len("</main>") : html.index("</body>")]


@cache
def lozenge() -> Checklist:
    """Its protocol, read once."""
    return load("kap-lozenge")


def pack_of(role: str) -> Context:
    """What a phone of this seat would know, of a session that nobody has."""
    checklist = lozenge()
    return {
        "handle": "example",
        "seat": {"id": f"person-{role}", "role": role, "name": NAMES.get(role, role)},
        "band": {"initials": "SA", "room": "3", "colour": "green", "pattern": "dots"},
        "people": NAMES,
        "clinic": {"name": "Maple House", "phone": "+1 555 0100", "emergency": "911", "on_call": "+1 555 0142"},
        "clock": [[0, -300]],
        "protocol": checklist.rules,
        "parts": checklist.parts,
        "steps": checklist.steps,
        "texts": texts_for(checklist.words["en"], role),
        "words": {key: W[key] for key in PHONE_WORDS},
        "session": {"start": START},
    }


def said(number: int, role: str, step: str, answer: Any, t: int = START - HOUR) -> Context:
    """An answer as the record has it."""
    fact = {"kind": "answer", "step": step, "answer": answer, "of": None, "reason": None}
    where = {"id": f"entry-{number}", "device": f"device-{role}", "n": number, "seen": number - 1, "seq": number}
    return {**where, "role": role, "name": NAMES[role], "t": t, **fact}


DOSED = [said(1, "staff", "dose", {"mg": 100, "pieces": 1}, START)]


def state_of(pack: Context, entries: list[Context], now: int) -> Context:
    """What the record says then."""
    return evaluate(
        pack["protocol"], {"id": "example", "start": START, "days": DAYS, "pickup_code": "4071"}, entries, now
    )


def shown(role: str, entries: list[Context], now: int, step: str | None = None) -> Context:
    """What a page of this seat draws from."""
    pack = pack_of(role)
    state = state_of(pack, entries, now)
    looks = [{"name": "Robin Lee", "seq": 1}]
    view = step_view(pack, state, entries, looks, step) if step else day_view(pack, state, entries, looks)
    return {**view, "seq": len(entries), "error": None, "typed": {}, "pickup_code": "4071"}


def current(entries: list[Context], now: int) -> Current:
    """The record of that session, and what it says then."""
    return Current(tuple(entries), state_of(pack_of("staff"), entries, now), len(entries), now)


def session() -> Session:
    """As the store has it."""
    return Session(
        clinic="clinic", id="example", handle="example", client="Sam", start=START, days=DAYS, pickup_code="4071",
        protocol_id="kap-lozenge", protocol_version="1", made_at=BEFORE, over_at=START + 240 * HOUR, seq=0, head="",
        held=0, initials="SA", room="3", colour="green", pattern="dots",
    )  # fmt: skip
