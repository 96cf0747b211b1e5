"""What stands on the pages of a day: who it is, where one is, questions and answers, gates, alerts, help."""

from collections.abc import Iterator

from sessionday.band import COLOURS, PATTERNS
from tests.components.seats import BEFORE, DOSED, HOUR, START, Component, W, said, shown

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
    yield from gates_and_steps()
    yield from answers()
    yield from alarms()


def who_and_where() -> Iterator[Component]:
    client, after = shown("client", [], BEFORE), shown("client", DOSED, START + 4 * HOUR)
    named = shown("client", [said(1, "client", "support_named", "Alex")], BEFORE)
    nothing = {"step": None, "title": W["next"]["none_before"], "what": "", "note": ""}
    yield Component("Who this is", "a client's mark", "session/_band.html", client)
    for colour, pattern in zip(COLOURS[1:], PATTERNS[1:], strict=True):
        band = {"initials": "SA", "room": "", "colour": colour, "pattern": pattern}
        yield Component("Who this is", f"{colour}, {pattern}", "session/_band.html", {**client, "band": band})
    yield Component("Where you are", "on the way", "session/_place.html", named)
    yield Component("Next", "a question", "session/_next.html", client)
    yield Component("Next", "nothing", "session/_next.html", {**client, "next": nothing})
    yield Component("The hold", "before", "session/_hold.html", client)
    yield Component("The hold", "runs", "session/_hold.html", after)
    yield Component("Who takes you home", "not settled", "session/_taker.html", client)
    yield Component("Who takes you home", "settled", "session/_taker.html", {**after, "taker": "Alex takes you home."})
    yield Component(
        "For a support person", "whom to call, six lines", "session/_support.html", shown("support", [], BEFORE)
    )
    yield Component(
        "Calm",
        "while the medicine works",
        "session/_calm.html",
        {**shown("client", DOSED, START + HOUR), "calm": True},
    )


def gates_and_steps() -> Iterator[Component]:
    client, staff = shown("client", [], BEFORE), shown("staff", DOSED, START + HOUR)
    for gate in ("dose", "leave", "drive", "close"):
        yield Component("A gate", f"{gate}, shut", "session/_gate.html", {**staff, "name": gate})
    state = {**staff["state"], "gates": {**staff["state"]["gates"], "dose": {"open": True, "blockers": []}}}
    says = {**staff["gates"], "dose": {"title": "Dose", "says": W["gates"]["dose"]["open"], "reasons": []}}
    yield Component("A gate", "open", "session/_gate.html", {**staff, "state": state, "gates": says, "name": "dose"})
    item = {"id": "ride_plan", "title": "Your ride home", "who": ""}
    for status in STATUSES:
        note = W["statuses"][status]
        yield Component(
            "A step in the list",
            status,
            "session/_item.html",
            {**client, "item": {**item, "status": status, "note": note}},
        )
    theirs = {**item, "status": "todo", "note": W["statuses"]["todo"], "who": "Alex answers this"}
    yield Component("A step in the list", "somebody else's", "session/_item.html", {**client, "item": theirs})


def answers() -> Iterator[Component]:
    for step, role in ANSWERS.items():
        yield Component("An answer", step.replace("_", " "), "steps/_form.html", shown(role, [], BEFORE, step))
    wrong = {**shown("client", [], BEFORE, "ride_plan"), "error": Mistake(W["errors"]["choose"])}
    yield Component("An answer", "with a mistake", "steps/_form.html", wrong)
    driven = [said(1, "client", "ride_plan", "named_driver")]
    yield Component(
        "What was said", "seen by somebody", "steps/_record.html", shown("client", driven, BEFORE, "ride_plan")
    )


def alarms() -> Iterator[Component]:
    client, staff = shown("client", [], BEFORE), shown("staff", DOSED, START + HOUR)
    for level, acked in (("warn", False), ("critical", False), ("critical", True)):
        text = "Sam asked for help, since Tue 1 Dec, 10:40"
        alert = {"key": "k", "level": level, "acked": acked, "since": 0, "step": None, "text": text}
        yield Component(
            "An alert", f"{level}{', answered' if acked else ''}", "session/_alert.html", {**staff, "alert": alert}
        )
    yield Component("Due next", "late and to come", "session/_due.html", staff)
    yield Component("Help", "at rest", "session/_help.html", client)
    call = {"when": "Tue 1 Dec, 10:40", "truth": W["truths"]["clinic"], "coming": W["go"]["help_coming"]}
    yield Component("Help", "asked for", "session/_help.html", {**client, "help": {**client["help"], "call": call}})
    yield Component("Call", "a client's", "session/_call.html", client)
    high = said(2, "staff", "baseline_bp", {"systolic": 148, "diastolic": 84})
    yield Component(
        "Vital signs", "one beyond a limit", "session/_vitals.html", shown("staff", [*DOSED, high], START + HOUR)
    )


class Mistake(str):
    """What a form says beside the field that it is about."""

    field = "answer"
