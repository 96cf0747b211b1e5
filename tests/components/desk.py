"""What stands on staff's pages alone: the board, the desk's part of a day, the time-out, protocols, a shared tablet."""

from collections.abc import Iterator

from sessionday.protocols.checklist import texts_for
from sessionday.store import Seat
from sessionday.web.cards import card_of
from sessionday.web.protocol_flow import flow
from sessionday.web.views import lines_view
from sessionday.words import WORDS
from tests.components.seats import (
    BEFORE,
    HOUR,
    NAMES,
    Component,
    Context,
    W,
    as_shown,
    current,
    dosed,
    head,
    left,
    pack_of,
    prepared,
    protocol,
    said,
    session,
    shown,
)
from tests.protocols.good_day import START

LEAD = {"id": "staff-1", "name": "Robin Lee", "role": "lead"}


def of_the_desk() -> Iterator[Component]:
    """All of them."""
    yield from board()
    yield from desk()
    yield from time_out()
    yield from ride()
    yield from ways()
    yield from arranging()
    yield from protocols()
    yield from tablet()


def board() -> Iterator[Component]:
    """A card of a session on the board."""
    start, home = START + HOUR, START + 3 * HOUR
    asked = said(len(dosed()) + 1, "client", "help", "yes", start)
    lost = said(len(prepared()) + 1, "support", "ride_confirmed", "no", START - HOUR)
    for state, entries, now, held in (
        ("nothing is answered yet", [], BEFORE, 0),
        ("all is there for the dose", prepared(), START, 0),
        ("the ride fell through", [*prepared(), lost], START, 0),
        ("help is asked for, and something was kept aside", [*dosed(), asked], start, 2),
        ("on the way home", left(), home, 0),
    ):
        card = card_of(pack_of("staff"), current(entries, now), session(), held)
        few = {**card, "alerts": card["alerts"][:2]}
        yield Component("A card on the board", state, "board/_card.html", {"card": few})


def desk() -> Iterator[Component]:
    """What staff have on a day's page besides."""
    none, some = shown("staff", prepared(), START), shown("staff", dosed(), START + HOUR)
    yield Component("Alerts", "none", "session/_desk_alerts.html", {**none, "alerts": []})
    yield Component("Alerts", "some", "session/_desk_alerts.html", {**some, "alerts": some["alerts"][:3]})
    yield Component("At hand", "while the medicine works", "session/_at_hand.html", some)
    seats = [Seat("clinic", "example", f"person-{role}", role, NAMES[role], "", None, None, None) for role in NAMES]
    gone = Seat("clinic", "example", "person-other", "support", "Kim", "", None, None, START, "ar")
    code = ("person-client", "NNKTJ2B8", "Tue 1 Dec, 11:40")
    with_code = {**some, "seats": seats[:2], "held": [], "made_code": code}
    yield Component("Who has a link", "a code that was just made", "session/_desk.html", with_code)
    ended = {**some, "seats": [gone], "held": kept_aside(), "made_code": None}
    yield Component("Who has a link", "one ended, and something was kept aside", "session/_desk.html", ended)


def kept_aside() -> list[Context]:
    """What came for another time, and what somebody wrote at a locked tablet."""
    why, head = W["why_held"], "Tablet 2, Tue 1 Dec, 11:10, Robin Lee:"
    moved = {"role": "client", "when": "Tue 1 Dec, 11:02", "message": why["moved"], "body": {"step": "ride_plan"}}
    locked = {"written": {"head": head, "fact": "Sam is asleep, breathes calmly."}, "message": why["locked"]}
    return [{**moved, "written": None}, locked]


def time_out() -> Iterator[Component]:
    """What two people read to each other, and what is prescribed."""
    nothing, ready = shown("staff", [], BEFORE, "time_out"), shown("staff", prepared(), START - HOUR // 4, "time_out")
    yield Component("What is prescribed", "nothing yet", "steps/_prescribed.html", nothing)
    yield Component("What is prescribed", "as the prescriber said", "steps/_prescribed.html", ready)
    yield Component("The time-out", "before a dose", "steps/_read_aloud.html", ready)


def ride() -> Iterator[Component]:
    """What was done where a ride fell through."""
    back_up = said(len(dosed()) + 1, "staff", "way_home", "back_up", START + HOUR)
    for state, entries in (("nothing", dosed()), ("somebody else comes", [*dosed(), back_up])):
        page = shown("staff", entries, START + HOUR)
        way = lines_view(page["pack"], entries, [], "way_home")
        more = {"said": {"events": [], "way_home": way}, "any_done": bool(way), "leave_step": "leave"}
        yield Component("What was done about the ride", state, "ride/_done.html", {**page, **more})


def ways() -> Iterator[Component]:
    """Where staff go, and what stands above the pages about the clinic."""
    for role in ("lead", "staff"):
        yield Component("Where staff go", role, "_staff_nav.html", {"staff": {**LEAD, "role": role}}, as_shown)
    yield Component("Above a page of the clinic's", "a lead's", "team/_top.html", {"staff": LEAD})
    yield Component("Above a page of the clinic's", "of protocols", "protocols/_page.html", {"staff": LEAD}, head)
    spanish = {"back": "/", "role": "staff", "lang": "es", "w": WORDS["es"]}
    yield Component("Languages", "staff's, one that nobody checked", "_languages.html", spanish)
    yield Component("Signing out", "with unsent answers", "_sign_out.html", {}, as_shown)


def arranging() -> Iterator[Component]:
    """What staff type into, and what is asked there."""
    other = {"name": "Sammy", "start": "Tue 1 Dec, 13:00", "room": "2"}
    alike = {"a": W["arrange"], "alike": [other], "asks": W["arrange"]["alike"]}
    yield Component("Names that are alike", "asked", "arrange/_alike.html", alike)
    wrong = {"token": "half a link", "error": Wrong(W["team"]["join_link_hint"])}
    yield Component("A field", "empty", "team/join.html", {"token": "", "error": None}, field)
    yield Component("A field", "with a mistake", "team/join.html", wrong, field)
    numbers = [(W["record"]["numbers"]["emergency"], "911"), (W["record"]["numbers"]["on_call"], "")]
    yield Component("Numbers on paper", "one known, one to write in", "record/_numbers.html", {"numbers": numbers})


def protocols() -> Iterator[Component]:
    """What is shown of a protocol."""
    checklist = protocol().checklist
    flows = flow(checklist, texts_for(checklist.words["en"], "staff")["steps"])
    yield Component("The way through a day", "a protocol's", "protocols/_flow.html", {"flow": flows})
    told = {"steps": len(checklist.steps), "languages": ", ".join(checklist.words), "running": 0}
    came: Context = {**told, "version": "1", "built_in": True}
    own = {**told, "version": "2", "built_in": False, "made_by": "Robin Lee", "made_at": "Mon 30 Nov, 9:00"}
    yield Component("A version", "that came with the product", "protocols/_version.html", {"one": came})
    for state, more in (("a clinic's own", {"running": 3}), ("by a command", {"made_by": None, "running": 1})):
        yield Component("A version", state, "protocols/_version.html", {"one": {**own, **more}})


def tablet() -> Iterator[Component]:
    """Only at a shared tablet."""
    staff = shown("staff", dosed(), START + HOUR)
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
    return html[start : html.index("</div>", start) + len("</div>")].replace(" autofocus", "")
