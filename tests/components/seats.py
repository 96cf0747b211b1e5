"""What the components are drawn from: a session that nobody has, as each of its seats would see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sessionday.core.evaluate import evaluate
from sessionday.protocols.checklist import texts_for
from sessionday.store import Session
from sessionday.web.pack import PHONE_WORDS
from sessionday.web.states import Current
from sessionday.web.views import day_view, step_view
from sessionday.words import WORDS
from tests.protocols import good_day
from tests.protocols.built_in import BuiltIn, built_in
from tests.protocols.good_day import SESSION, START, Day

HOUR = 3_600_000
BEFORE = START - 2 * HOUR  # Tue 1 Dec 2026, 08:00
W = WORDS["en"]
NAMES = {"client": "Sam", "support": "Alex", "staff": "Robin Lee", "prescriber": "Dr. Ines Okafor"}
Context = dict[str, Any]
LIKELY: Context = {
    "dose_planned": {"mg_first": 100, "mg_most": 150, "lozenges_most": 2},
    "dose": {"mg": 100, "lozenges": 1},
}


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


def protocol() -> BuiltIn:
    """Its protocol."""
    return built_in("kap-lozenge")


def record(day: Day) -> list[Context]:
    """A day's entries with the names of who wrote them, and doses that a clinician would believe."""
    likely = [{**entry, "answer": LIKELY.get(entry["step"], entry["answer"])} for entry in day.entries]
    return [{**entry, "name": NAMES[entry["role"]]} for entry in likely]


def pack_of(role: str) -> Context:
    """What a phone of this seat would know, of a session that nobody has."""
    checklist = protocol().checklist
    return {
        "handle": "example",
        "seat": {"id": f"person-{role}", "role": role, "name": NAMES.get(role, role)},
        "band": {"initials": "SA", "room": "3", "colour": "green", "pattern": "dots"},
        "people": NAMES,
        "clinic": {"name": "Maple House", "phone": "+1 555 0100", "emergency": "911", "on_call": "+1 555 0142"},
        "clock": [[0, 0]],
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


def prepared() -> list[Context]:
    """All is answered up to the dose."""
    return record(good_day.prepared(protocol()))


def dosed() -> list[Context]:
    """And the dose was given, at the start."""
    return record(good_day.dosed(protocol()))


def watched() -> list[Context]:
    """And all that leaving asks for."""
    return record(good_day.watched(protocol()))


def left() -> list[Context]:
    """And the client is on the way home, two hours and twelve minutes after the start."""
    return record(good_day.left(protocol()))


def over() -> list[Context]:
    """And all is answered up to the end of the hold."""
    return record(good_day.over(protocol()))


def state_of(pack: Context, entries: list[Context], now: int) -> Context:
    """What the record says then."""
    return evaluate(pack["protocol"], SESSION, entries, now)


def shown(role: str, entries: list[Context], now: int, step: str | None = None) -> Context:
    """What a page of this seat draws from."""
    pack = pack_of(role)
    state = state_of(pack, entries, now)
    looks = [{"name": "Robin Lee", "seq": 1}]
    view = step_view(pack, state, entries, looks, step) if step else day_view(pack, state, entries, looks)
    return {**view, "seq": len(entries), "error": None, "typed": {}, "pickup_code": SESSION["pickup_code"]}


def current(entries: list[Context], now: int) -> Current:
    """The record of that session, and what it says then."""
    return Current(tuple(entries), state_of(pack_of("staff"), entries, now), len(entries), now)


def session() -> Session:
    """As the store has it."""
    return Session(
        clinic="clinic", id="example", handle="example", client="Sam", start=START, days=SESSION["days"],
        pickup_code=SESSION["pickup_code"], protocol_id="kap-lozenge", protocol_version="1", made_at=BEFORE,
        over_at=START + 240 * HOUR, seq=0, head="", held=0, initials="SA", room="3", colour="green", pattern="dots",
    )  # fmt: skip
