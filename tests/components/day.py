"""What stands on the pages of a day: who it is, where one is, questions and answers, gates, alerts, help."""

from collections.abc import Iterator

from sessionday.band import COLOURS, PATTERNS
from sessionday.web.telling import fill
from tests.components.seats import (
    BEFORE,
    HOUR,
    Component,
    W,
    dosed,
    left,
    over,
    prepared,
    said,
    shown,
    watched,
)
from tests.protocols.good_day import START

DAY = 24 * HOUR
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


def of_the_day() -> Iterator[Component]:
    """All of them."""
    yield from who_and_where()
    yield from hold_and_ride()
    yield from gates()
    yield from steps()
    yield from answers()
    yield from alarms()
    yield from help_and_calls()
    yield from vital_signs()


def who_and_where() -> Iterator[Component]:
    """Whose page it is, how far they came, and what is next."""
    client = shown("client", [], BEFORE)
    named = shown("client", [said(1, "client", "support_named", "Alex", BEFORE - HOUR)], BEFORE)
    yield Component("Who this is", "a client's mark with a room", "session/_band.html", client)
    for colour, pattern in zip(COLOURS, PATTERNS, strict=True):
        band = {"initials": "SA", "room": "", "colour": colour, "pattern": pattern}
        yield Component("Who this is", f"{colour}, {pattern}", "session/_band.html", {**client, "band": band})
    yield Component("Where you are", "on the way", "session/_place.html", named)
    yield Component("Next", "a question", "session/_next.html", client)
    yield Component("Next", "nothing", "session/_next.html", shown("client", prepared(), START))
    yield Component("For a support person", "whom to call", "session/_support.html", shown("support", [], BEFORE))
    yield Component("Calm", "while the medicine works", "session/_calm.html", shown("client", dosed(), START + HOUR))


def hold_and_ride() -> Iterator[Component]:
    """The clinic's rule, and who takes the client home."""
    home, morning = START + 3 * HOUR, START + DAY
    for state, entries, now in (("before", [], BEFORE), ("runs", left(), home), ("over", over(), morning)):
        yield Component("The hold", state, "session/_hold.html", shown("client", entries, now))
    yield Component("The hold", "runs, on staff's page", "session/_hold.html", shown("staff", left(), home))
    yield Component("Who takes you home", "not settled", "session/_taker.html", shown("client", [], BEFORE))
    yield Component("Who takes you home", "settled", "session/_taker.html", shown("client", prepared(), START))


def gates() -> Iterator[Component]:
    """Each gate, shut and open."""
    for name, shut, open_, at_shut, at_open in (
        ("dose", [], prepared(), BEFORE, START),
        ("leave", dosed(), watched(), START + HOUR, START + 131 * HOUR // 60),
        ("drive", left(), over(), START + 3 * HOUR, START + DAY),
        ("close", left(), over(), START + 3 * HOUR, START + DAY),
    ):
        for state, entries, now in (("shut", shut, at_shut), ("open", open_, at_open)):
            context = {**shown("staff", entries, now), "name": name}
            assert context["state"]["gates"][name]["open"] == (state == "open"), (name, state)
            yield Component("A gate", f"{name}, {state}", "session/_gate.html", context)


def steps() -> Iterator[Component]:
    """A step in the list, in each status."""
    client = shown("client", [], BEFORE)
    item = {"id": "ride_plan", "title": "Your ride home", "who": ""}
    for status in STATUSES:
        told = {**item, "status": status, "note": W["statuses"][status]}
        yield Component("A step in the list", status, "session/_item.html", {**client, "item": told})
    theirs = {**item, "status": "todo", "note": W["statuses"]["todo"], "who": "Alex answers this"}
    yield Component("A step in the list", "somebody else's", "session/_item.html", {**client, "item": theirs})


def answers() -> Iterator[Component]:
    """A form for each type of answer, what is wrong with one, and what was said."""
    for step, role in ANSWERS.items():
        yield Component("An answer", step.replace("_", " "), "steps/_form.html", shown(role, [], BEFORE, step))
    wrong = {**shown("client", [], BEFORE, "ride_plan"), "error": Mistake(W["errors"]["choose"])}
    yield Component("An answer", "with a mistake", "steps/_form.html", wrong)
    rare = shown("staff", [], BEFORE, "baseline_bp")
    says = fill(W["errors"]["range"], label="Systolic", value=310, min=60, max=260, unit="mmHg")
    typed = {"error": Mistake(says), "typed": {"systolic": "310", "diastolic": "90"}}
    yield Component("An answer", "beyond what is likely", "steps/_form.html", {**rare, **typed})
    driven = said(1, "client", "ride_plan", "named_driver", BEFORE - HOUR)
    for state, seq in (("seen by somebody", 1), ("only on this phone", None)):
        page = shown("client", [{**driven, "seq": seq}], BEFORE, "ride_plan")
        yield Component("What was said", state, "steps/_record.html", page)


def alarms() -> Iterator[Component]:
    """What staff are told of, and what is due."""
    staff = shown("staff", dosed(), START + HOUR)
    late = "The ride home, today is overdue, since Tue 1 Dec, 09:00"
    helped = "Sam asked for help, since Tue 1 Dec, 10:40"
    for level, state, text, acked in (
        ("warn", "to look at", late, False),
        ("critical", "at once", helped, False),
        ("critical", "answered", helped, True),
    ):
        alert = {"key": "k", "level": level, "acked": acked, "since": 0, "step": None, "text": text}
        yield Component("An alert", state, "session/_alert.html", {**staff, "alert": alert})
    yield Component("Due next", "late", "session/_due.html", staff)
    yield Component("Due next", "to come", "session/_due.html", shown("staff", dosed(), START + 60_000))


def help_and_calls() -> Iterator[Component]:
    """The button, what it says once it was tapped, and the numbers."""
    client = shown("client", dosed(), START + HOUR)
    asked = said(len(dosed()) + 1, "client", "help", "yes", START + HOUR)
    yield Component("Help", "at rest", "session/_help.html", client)
    for state, seq in (("the clinic has it", asked["seq"]), ("only on this phone", None)):
        page = shown("client", [*dosed(), {**asked, "seq": seq}], START + HOUR)
        yield Component("Help", state, "session/_help.html", page)
    yield Component("Call", "a client's", "session/_call.html", client)


def vital_signs() -> Iterator[Component]:
    """The chart of a watch."""
    high = said(len(watched()) + 1, "staff", "baseline_bp", {"systolic": 148, "diastolic": 84}, START - HOUR // 4)
    for state, entries in (("within the limits", watched()), ("one beyond a limit", [*watched(), high])):
        yield Component("Vital signs", state, "session/_vitals.html", shown("staff", entries, START + 2 * HOUR))


class Mistake(str):
    """What a form says beside the field that it is about."""

    field = "answer"
