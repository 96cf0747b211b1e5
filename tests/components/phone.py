"""What stands around the pages of a session on a phone: whose page it is, what it lacks, and how one comes in."""

from collections.abc import Iterator

from sessionday.web.short_answers import CALL, answer_view
from sessionday.web.telling import fill
from sessionday.words import calls_for
from tests.components.seats import BEFORE, HOUR, Component, W, as_shown, dosed, foot, head, protocol, shown
from tests.protocols.good_day import START


def around_the_day() -> Iterator[Component]:
    """All of them."""
    yield from frame()
    yield from at_times()
    yield from ways_in()
    yield from short_answers()


def frame() -> Iterator[Component]:
    """What stands around each page of a session: who it is for, what is wrong, help, numbers, languages."""
    during = START + HOUR
    for role, entries, now in (("client", [], BEFORE), ("support", dosed(), during), ("staff", dosed(), during)):
        page = {**shown(role, entries, now), "made_code": None}
        yield Component("Above a page", f"of {role}, every notice", "session/_frame.html", page, notices)
        yield Component("Below a page", f"of {role}", "session/_frame.html", page, foot)
    yield Component("Above a page", "of short answers", "about/_frame.html", shown("client", [], BEFORE), head)


def notices(html: str) -> str:
    """The head of a page with all that its script may say there."""
    told = as_shown(head(html)).replace('data-tell="unsent"></p>', f'data-tell="unsent">{W["unsent"]["none"]}</p>')
    emptied = fill(W["unsent"]["emptied"], when="Tue 1 Dec, 10:40")
    return told.replace('data-tell="emptied"></span>', f'data-tell="emptied">{emptied}</span>')


def at_times() -> Iterator[Component]:
    """What a script shows when it is of use."""
    client = shown("client", [], BEFORE)
    yield Component("Dim", "before the tap", "session/_dim.html", client, as_shown)
    yield Component("As an app", "by hand", "session/_install.html", client, opened)
    yield Component("Without signal", "handing over by light is offered", "session/_light.html", client, opened)
    yield Component("Without signal", "the codes", "session/_light.html", client, handing_over)


def opened(html: str) -> str:
    """With the outermost part shown, and what it hides itself hidden."""
    return html.replace(" hidden", "", 1)


def handing_over(html: str) -> str:
    """Once the codes are asked for, the button that asks is away."""
    return as_shown(html).replace(" data-light-open>", " data-light-open hidden>")


def ways_in() -> Iterator[Component]:
    """How one comes to a page, and in which language."""
    yield Component("Ways in", "where the link was lost", "landing/_ways.html", {"phone": "+1 555 0100"})
    yield Component("Ways in", "to a clinic without a number", "landing/_ways.html", {"phone": ""})
    yield Component("Languages", "a client's", "_languages.html", {"back": "/", "role": "client"})


def short_answers() -> Iterator[Component]:
    """What the pages about the day are made of."""
    checklist, client = protocol().checklist, shown("client", [], BEFORE)
    told, call = answer_view(checklist, "client", "day"), answer_view(checklist, "client", CALL)
    head_line = next(line for line in told["says"] if line["kind"] == "head")
    claim = next(line for line in told["says"] if line["kind"] != "head")
    yield Component("A short answer", "a heading", "about/_line.html", {"line": head_line})
    yield Component("A short answer", "a claim", "about/_line.html", {"line": claim})
    yield Component("A short answer", "its sources", "about/_sources.html", {"a": W["about"], "shown": told})
    known = {**client, "shown": call, "calls": calls_for("en", checklist.steps)}
    nobody = {**client["pack"], "clinic": dict.fromkeys(client["pack"]["clinic"], "")}
    yield Component("When to call", "the clinic's numbers", "about/_calls.html", known)
    yield Component("When to call", "no number known", "about/_calls.html", {**known, "pack": nobody})
