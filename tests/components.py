"""`python -m tests.components` writes docs/components.html: every component in every state, by the real partials."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sessionday.core.evaluate import evaluate
from sessionday.protocols.checklist import texts_for
from sessionday.protocols.shelf import load
from sessionday.web.pack import PHONE_WORDS
from sessionday.web.rendering import Pages
from sessionday.web.views import day_view, step_view
from sessionday.words import WORDS

DOCUMENT = Path(__file__).parents[1] / "docs" / "components.html"
START = 1_796_119_200_000  # Tue 1 Dec 2026, 10:00 in Toronto
HOUR = 3_600_000
STATUSES = ["todo", "done", "stop", "conflict", "overdue", "expired", "impaired", "locked", "waived", "off"]
# A step for each type of answer, and who is asked it.
ANSWERS = {
    "ride_confirmed": "support",
    "ride_plan": "client",
    "rules_understood": "client",
    "baseline_bp": "staff",
    "last_food": "client",
    "pickup": "staff",
    "intentions": "client",
}
W = WORDS["en"]
NAMES = {"client": "Sam", "support": "Alex", "staff": "Robin Lee"}
Context = dict[str, Any]


def pack_of(role: str) -> Context:
    """What a phone of this seat would know, of a session that nobody has."""
    checklist = load("kap-lozenge")
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


BEFORE = START - 2 * HOUR
DOSED = [said(1, "staff", "dose", {"mg": 100, "pieces": 1}, START)]


def shown(role: str, entries: list[Context], now: int, step: str | None = None) -> Context:
    """What a page of this seat draws from."""
    pack = pack_of(role)
    days = [
        {"midnight": START + (24 * day - 10) * HOUR, "morning": START + (24 * day - 4) * HOUR} for day in range(-1, 10)
    ]
    session = {"id": "example", "start": START, "days": days, "pickup_code": "4071"}
    state = evaluate(pack["protocol"], session, entries, now)
    looks = [{"name": "Robin Lee", "seq": 1}]
    view = step_view(pack, state, entries, looks, step) if step else day_view(pack, state, entries, looks)
    return {**view, "seq": len(entries), "error": None, "typed": {}, "pickup_code": "4071"}


def every_state() -> Iterator[tuple[str, str, str, Context]]:
    """Each component: its name, the state it is in, the partial that draws it, and from what."""
    yield from who_and_where()
    yield from gates_and_steps()
    yield from answers()
    yield from alarms()


def who_and_where() -> Iterator[tuple[str, str, str, Context]]:
    client, after = shown("client", [], BEFORE), shown("client", DOSED, START + 4 * HOUR)
    named = shown("client", [said(1, "client", "support_named", "Alex")], BEFORE)
    nothing = {"step": None, "title": W["next"]["none_before"], "what": "", "note": ""}
    yield "Who this is", "a client's mark", "session/_band.html", client
    yield "Dim", "before the tap", "session/_dim.html", client
    yield "Where you are", "on the way", "session/_place.html", named
    yield "Next", "a question", "session/_next.html", client
    yield "Next", "nothing", "session/_next.html", {**client, "next": nothing}
    yield "The hold", "before", "session/_hold.html", client
    yield "The hold", "runs", "session/_hold.html", after
    yield "Who takes you home", "not settled", "session/_taker.html", client
    yield "Who takes you home", "settled", "session/_taker.html", {**after, "taker": "Alex takes you home."}
    yield "For a support person", "whom to call, six lines", "session/_support.html", shown("support", [], BEFORE)
    yield (
        "Calm",
        "while the medicine works",
        "session/_calm.html",
        {**shown("client", DOSED, START + HOUR), "calm": True},
    )


def gates_and_steps() -> Iterator[tuple[str, str, str, Context]]:
    client, staff = shown("client", [], BEFORE), shown("staff", DOSED, START + HOUR)
    for gate in ("dose", "leave", "drive", "close"):
        yield "A gate", f"{gate}, shut", "session/_gate.html", {**staff, "name": gate}
    state = {**staff["state"], "gates": {**staff["state"]["gates"], "dose": {"open": True, "blockers": []}}}
    says = {**staff["gates"], "dose": {"title": "Dose", "says": W["gates"]["dose"]["open"], "reasons": []}}
    yield "A gate", "open", "session/_gate.html", {**staff, "state": state, "gates": says, "name": "dose"}
    item = {"id": "ride_plan", "title": "Your ride home", "who": ""}
    for status in STATUSES:
        note = W["statuses"][status]
        yield (
            "A step in the list",
            status,
            "session/_item.html",
            {**client, "item": {**item, "status": status, "note": note}},
        )
    theirs = {**item, "status": "todo", "note": W["statuses"]["todo"], "who": "Alex answers this"}
    yield "A step in the list", "somebody else's", "session/_item.html", {**client, "item": theirs}


def answers() -> Iterator[tuple[str, str, str, Context]]:
    for step, role in ANSWERS.items():
        yield "An answer", step.replace("_", " "), "steps/_form.html", shown(role, [], BEFORE, step)
    wrong = {**shown("client", [], BEFORE, "ride_plan"), "error": Mistake(W["errors"]["choose"])}
    yield "An answer", "with a mistake", "steps/_form.html", wrong
    driven = [said(1, "client", "ride_plan", "named_driver")]
    yield "What was said", "seen by somebody", "steps/_record.html", shown("client", driven, BEFORE, "ride_plan")


def alarms() -> Iterator[tuple[str, str, str, Context]]:
    client, staff = shown("client", [], BEFORE), shown("staff", DOSED, START + HOUR)
    for level, acked in (("warn", False), ("critical", False), ("critical", True)):
        text = "Sam asked for help, since Tue 1 Dec, 10:40"
        alert = {"key": "k", "level": level, "acked": acked, "since": 0, "step": None, "text": text}
        yield "An alert", f"{level}{', answered' if acked else ''}", "session/_alert.html", {**staff, "alert": alert}
    yield "Due next", "late and to come", "session/_due.html", staff
    yield "Help", "at rest", "session/_help.html", client
    call = {"when": "Tue 1 Dec, 10:40", "truth": W["truths"]["clinic"], "coming": W["go"]["help_coming"]}
    yield "Help", "asked for", "session/_help.html", {**client, "help": {**client["help"], "call": call}}
    yield "Call", "a client's", "session/_call.html", client
    high = said(2, "staff", "baseline_bp", {"systolic": 148, "diastolic": 84})
    yield "Vital signs", "one beyond a limit", "session/_vitals.html", shown("staff", [*DOSED, high], START + HOUR)


class Mistake(str):
    """What a form says beside the field that it is about."""

    field = "answer"


LISTS = {"A step in the list": '<div class="steps"><ul>{}</ul></div>', "An alert": '<ul class="alerts">{}</ul>'}


def piece(name: str, state: str, drawn: str) -> str:
    """A component with its heading, in the list that it belongs to."""
    return f'<section class="piece"><h3>{name}: {state}</h3>\n{LISTS.get(name, "{}").replace("{}", drawn)}</section>\n'


def document() -> str:
    """The page: ids are made the same in every run, so that a change of it is a change of a component."""
    pages = Pages("build", "https://clinic.example")
    drawn: dict[str, list[str]] = {}
    for name, state, partial, context in every_state():
        html = b"id".join(pages.piece(partial, **context).plain).decode()
        html = re.sub(r"/static/build/", "../static/", html)
        drawn.setdefault(name, []).append(piece(name, state, html))
    body = "".join(f"<h2>{name}</h2>\n<div class=pieces>\n{''.join(pieces)}</div>\n" for name, pieces in drawn.items())
    return HEAD + body + "</main></body></html>\n"


HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session Day: every component in every state</title>
<link rel="stylesheet" href="../static/css/day.css"><link rel="stylesheet" href="../static/css/desk.css">
<link rel="stylesheet" href="components.css"><script src="../static/js/dim.js" defer></script></head>
<body data-seat="client" data-stage="during">
<header class="band" data-role="client"><p class="band-who"><strong>Every component in every state</strong></p></header>
<main>
<p>Made by <code>python -m tests.components</code> from the partials that the product itself draws with. Light and dark
follow the browser; the button below dims it.</p>
"""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
