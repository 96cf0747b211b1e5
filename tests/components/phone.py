"""What stands around the pages of a session on a phone: whose page it is, what it lacks, and how one comes in."""

from collections.abc import Iterator

from sessionday.web.short_answers import CALL, answer_view
from sessionday.words import calls_for
from tests.components.seats import BEFORE, DOSED, HOUR, START, Component, W, as_shown, foot, head, lozenge, shown


def around_the_day() -> Iterator[Component]:
    """All of them."""
    yield from frame()
    yield from at_times()
    yield from ways_in()
    yield from short_answers()


def frame() -> Iterator[Component]:
    for role, entries, now in (
        ("client", [], BEFORE),
        ("support", DOSED, START + HOUR),
        ("staff", DOSED, START + HOUR),
    ):
        page = {**shown(role, entries, now), "made_code": None}
        yield Component(
            "Above a page", f"of {role}, every notice", "session/_frame.html", page, lambda html: as_shown(head(html))
        )
        yield Component("Below a page", f"of {role}", "session/_frame.html", page, lambda html: as_shown(foot(html)))
    yield Component("Above a page", "of short answers", "about/_frame.html", shown("client", [], BEFORE), head)


def at_times() -> Iterator[Component]:
    client = shown("client", [], BEFORE)
    yield Component("Dim", "before the tap", "session/_dim.html", client, as_shown)
    yield Component("As an app", "offered", "session/_install.html", client, as_shown)
    yield Component("Without signal", "handing over by light", "session/_light.html", client, as_shown)


def ways_in() -> Iterator[Component]:
    yield Component("Ways in", "where the link was lost", "landing/_ways.html", {"phone": "+1 555 0100"})
    yield Component("Ways in", "to a clinic without a number", "landing/_ways.html", {"phone": ""})
    yield Component("Languages", "a client's", "_languages.html", {"back": "/", "role": "client"})


def short_answers() -> Iterator[Component]:
    checklist, client = lozenge(), shown("client", [], BEFORE)
    told, call = answer_view(checklist, "client", "day"), answer_view(checklist, "client", CALL)
    nobody = {**client["pack"], "clinic": dict.fromkeys(client["pack"]["clinic"], "")}
    a = {"a": W["about"]}
    for kind in ("head", "say"):
        line = next(line for line in told["says"] if (line["kind"] == "head") == (kind == "head"))
        yield Component(
            "A short answer", "a heading" if kind == "head" else "a claim", "about/_line.html", {"line": line}
        )
    yield Component("A short answer", "its sources", "about/_sources.html", {**a, "shown": told})
    calls = calls_for("en", checklist.steps)
    yield Component(
        "When to call", "the clinic's numbers", "about/_calls.html", {**client, "shown": call, "calls": calls}
    )
    yield Component("When to call", "no number known", "about/_calls.html", {**client, "pack": nobody, "calls": calls})
