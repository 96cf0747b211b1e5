"""What stands on staff's pages alone: the board, the desk's part of a day, the time-out, protocols, a shared tablet."""

from collections.abc import Iterator
from typing import Any

from sessionday.protocols.checklist import texts_for
from sessionday.store import Seat
from sessionday.web.cards import card_of
from sessionday.web.protocol_flow import flow
from sessionday.web.views import lines_view
from tests.components.seats import (
    BEFORE,
    DOSED,
    HOUR,
    NAMES,
    START,
    Component,
    Context,
    W,
    as_shown,
    current,
    head,
    lozenge,
    pack_of,
    said,
    session,
    shown,
)

LEAD = {"id": "staff-1", "name": "Robin Lee", "role": "lead"}


def of_the_desk() -> Iterator[Component]:
    """All of them."""
    yield from board()
    yield from desk()
    yield from time_out()
    yield from ride()
    yield from arranging()
    yield from protocols()
    yield from tablet()


def board() -> Iterator[Component]:
    """A card of a session on the board."""
    asked = said(2, "client", "help", "yes", START + HOUR)
    for state, entries, now, held in (
        ("before", [], BEFORE, 0),
        ("a dose was given", DOSED, START + HOUR, 0),
        ("help is asked for, and something was kept aside", [*DOSED, asked], START + HOUR, 2),
        ("the day after", DOSED, START + 24 * HOUR, 0),
    ):
        card = card_of(pack_of("staff"), current(entries, now), session(), held)
        few = {**card, "alerts": card["alerts"][:2]}
        yield Component("A card on the board", state, "board/_card.html", {"card": few})


def desk() -> Iterator[Component]:
    """What staff have on a day's page besides."""
    staff = shown("staff", DOSED, START + HOUR)
    yield Component("Alerts", "none", "session/_desk_alerts.html", {**shown("staff", [], BEFORE), "alerts": []})
    yield Component("Alerts", "some", "session/_desk_alerts.html", {**staff, "alerts": staff["alerts"][:3]})
    yield Component("At hand", "while the medicine works", "session/_at_hand.html", staff)
    seats = [Seat("clinic", "example", f"person-{role}", role, NAMES[role], "", None, None, None) for role in NAMES]
    gone = [Seat("clinic", "example", "person-other", "support", "Kim", "", None, None, START, "ar")]
    kept = {
        "role": "client",
        "when": "Tue 1 Dec, 11:02",
        "message": W["why_held"]["moved"],
        "body": {"kind": "answer"},
        "written": None,
    }
    yield Component(
        "Who has a link",
        "a code that was just made",
        "session/_desk.html",
        {**staff, "seats": seats[:2], "held": [], "made_code": ("person-client", "NNKTJ2B8", "Tue 1 Dec, 11:40")},
    )
    yield Component(
        "Who has a link",
        "one was taken back, and something was kept aside",
        "session/_desk.html",
        {**staff, "seats": gone, "held": [kept], "made_code": None},
    )


def time_out() -> Iterator[Component]:
    """What two people read to each other, and what is prescribed."""
    planned = said(
        1, "prescriber", "dose_planned", {"mg_first": 100, "mg_most": 150, "lozenges_most": 2}, BEFORE - HOUR
    )
    for state, entries in (("nothing yet", []), ("as the prescriber said", [planned])):
        page = shown("staff", entries, BEFORE, "time_out")
        yield Component("What is prescribed", state, "steps/_prescribed.html", page)
    yield Component("The time-out", "before a dose", "steps/_read_aloud.html", page)


def ride() -> Iterator[Component]:
    """What was done where a ride fell through."""
    back_up = said(2, "staff", "way_home", "back_up", START + HOUR)
    for state, entries in (("nothing", DOSED), ("somebody else comes", [*DOSED, back_up])):
        page = shown("staff", entries, START + HOUR)
        way = lines_view(page["pack"], entries, [], "way_home")
        more = {"said": {"events": [], "way_home": way}, "any_done": bool(way), "leave_step": "leave"}
        yield Component("What was done about the ride", state, "ride/_done.html", {**page, **more})


def arranging() -> Iterator[Component]:
    """Where staff arrange something."""
    for role in ("lead", "nurse"):
        yield Component("Where staff go", role, "_staff_nav.html", {"staff": {**LEAD, "role": role}}, as_shown)
    yield Component("Above a page of the clinic's", "a lead's", "team/_top.html", {"staff": LEAD})
    yield Component(
        "Languages",
        "staff's, of one that nobody checked",
        "_languages.html",
        {"back": "/", "role": "staff", "w": {**W, "reviewed": None}},
    )
    yield Component("Signing out", "with unsent answers", "_sign_out.html", {}, as_shown)
    other = {"name": "Sammy", "start": "Tue 1 Dec, 13:00", "room": "2"}
    yield Component(
        "Names that are alike",
        "asked",
        "arrange/_alike.html",
        {"a": W["arrange"], "alike": [other], "asks": W["arrange"]["alike"]},
    )
    joining: Context = {"token": "", "error": None}
    yield Component("A field", "empty", "team/join.html", joining, field)
    yield Component(
        "A field",
        "with a mistake",
        "team/join.html",
        {"token": "half a link", "error": Wrong(W["team"]["join_link_hint"])},
        field,
    )
    numbers = [(W["record"]["numbers"]["emergency"], "911"), (W["record"]["numbers"]["on_call"], "")]
    yield Component("Numbers on paper", "one known, one to write in", "record/_numbers.html", {"numbers": numbers})


def protocols() -> Iterator[Component]:
    """What is shown of a protocol."""
    yield Component("Above a page of the clinic's", "of protocols", "protocols/_page.html", {"staff": LEAD}, head)
    checklist = lozenge()
    flows = flow(checklist, texts_for(checklist.words["en"], "staff")["steps"])
    yield Component("The way through a day", "a protocol's", "protocols/_flow.html", {"flow": flows})
    one: dict[str, Any] = {"version": "1", "steps": 56, "languages": "en, es", "running": 0, "built_in": True}
    own = {
        **one,
        "version": "2",
        "running": 3,
        "built_in": False,
        "made_by": "Robin Lee",
        "made_at": "Mon 30 Nov, 9:00",
    }
    yield Component("A version", "that came with the product", "protocols/_version.html", {"one": one})
    yield Component("A version", "a clinic's own", "protocols/_version.html", {"one": own})
    yield Component(
        "A version", "by a command", "protocols/_version.html", {"one": {**own, "made_by": None, "running": 1}}
    )


def tablet() -> Iterator[Component]:
    """Only at a shared tablet."""
    staff = shown("staff", DOSED, START + HOUR)
    yield Component("At a shared tablet", "its lock", "tablet/_lock.html", {}, as_shown)
    yield Component("At a shared tablet", "who are you: a PIN", "tablet/_proof.html", {"has_pin": True})
    yield Component("At a shared tablet", "who are you: no PIN yet", "tablet/_proof.html", {"has_pin": False})
    yield Component(
        "At a shared tablet", "what waits until somebody shows who they are", "session/_prove.html", staff, as_shown
    )


class Wrong(str):
    """A mistake in the first field."""

    field = "token"


def field(html: str) -> str:
    """The first field of a form."""
    start = html.index('<div class="field">')
    return html[start : html.index("</div>", start) + len("</div>")]
