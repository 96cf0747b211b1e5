"""The board: every session of the clinic's day, most urgent first. The cards are drawn here and nowhere else."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Session, Staff
from sessionday.web import telling
from sessionday.web.access import staff_at
from sessionday.web.errors import NotYours
from sessionday.web.here import Here
from sessionday.web.site import Site, site_of
from sessionday.web.states import Current
from sessionday.web.views import alerts_view

DAY_MS = 86_400_000
SHOWN_MS = 36 * 3_600_000  # a day that is over stays on the board until the next one is under way
# Held over from the days before: a hold can last, a record is open until it is closed, an alert until it is answered.
BACK_DAYS = 11  # as long as a session lasts
OVER = ("closed", "cancelled", "clear")
WRONG = ("conflict", "stop", "overdue", "impaired")


async def board(request: Request) -> Response:
    """GET /board: needs a sign-in."""
    site = site_of(request)
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.expired:
        return RedirectResponse("/sign-in", status_code=303)
    cards = await cards_of(site, signed_in.staff)
    return site.pages.response("board/show.html", cards=cards, staff=signed_in.staff, now=site.now())


async def cards_of(site: Site, staff: Staff) -> list[dict[str, Any]]:
    """The cards of the clinic's current sessions, most urgent first."""
    now = site.now()
    held = await site.store.held_counts(staff.clinic)
    sessions = await site.store.sessions_from(staff.clinic, now - BACK_DAYS * DAY_MS, now + SHOWN_MS)
    cards = [await _card(site, staff, session, held.get(session.id, 0), now) for session in sessions]
    return sorted((card for card in cards if card), key=lambda card: card["urgency"])


async def _card(site: Site, staff: Staff, session: Session, held: int, now: int) -> dict[str, Any] | None:
    current = await site.states.of(session, now)
    unanswered = any(not alert["acked"] for alert in current.state["alerts"])
    is_recent = now - session.start < SHOWN_MS
    if not is_recent and not unanswered and current.state["stage"] in OVER:
        return None
    here = await _as_staff(site, staff, session)
    pack, state = site.packs.of(here), current.state
    alerts = [one for one in alerts_view(pack, state, current.entries) if not one["acked"]]
    return {
        "handle": session.handle,
        "client": session.client,
        "start": telling.when(pack, session.start),
        "stage": state["stage"],
        "stage_text": pack["words"]["stages"][state["stage"]],
        "next": _next(pack, current),
        "gate": _gate(pack, current),
        "ride": _ride(current),
        "hold": _hold(pack, state),
        "alerts": alerts,
        "conflicts": sum(step["status"] == "conflict" for step in state["steps"].values()),
        "held": held,
        "changes_at": state["changes_at"],
        "seq": current.seq,
        "urgency": _urgency(alerts, current, session),
    }


async def _as_staff(site: Site, staff: Staff, session: Session) -> Here:
    place = await site.known.place(session.handle)
    if place is None:
        raise NotYours
    return Here(place, "staff", staff.id, staff.name, "")


def _next(pack: telling.Pack, current: Current) -> list[dict[str, str]]:
    """What is next, and for whom."""
    found = [(role, step) for role, step in current.state["next"].items() if step is not None]
    return [{"who": telling.who(pack, {"role": role}), "title": telling.title(pack, step)} for role, step in found]


def _gate(pack: telling.Pack, current: Current) -> dict[str, Any] | None:
    """The gate that the session is heading for, with its reasons."""
    name = {"before": "dose", "during": "leave", "after": "drive", "clear": "close"}.get(current.state["stage"])
    if name is None:
        return None
    return {
        "name": name,
        "open": current.state["gates"][name]["open"],
        **telling.gate(pack, name, current.state["gates"][name]),
    }


def _hold(pack: telling.Pack, state: Mapping[str, Any]) -> str:
    """The hold where there is one; where no dose is known, that it is only taken for granted."""
    blockers = state["gates"]["drive"]["blockers"]
    if state["dosed_at"] is None:
        return telling.blocker(pack, blockers[0]) if blockers else ""
    return telling.hold(pack, state)


def _ride(current: Current) -> str:
    """How the ride home stands: the worst of its confirmations that is known."""
    steps = current.state["steps"]
    status = {
        name: steps[name]["status"]
        for name in ("ride_plan", "ride_confirmed", "ride_reconfirmed", "home_safe")
        if name in steps
    }
    if status.get("home_safe") == "done":
        return "home"
    if any(status.get(name) in ("stop", "conflict") for name in status if name != "home_safe"):
        return "no"
    if status.get("ride_reconfirmed", status.get("ride_confirmed")) in ("done", "waived"):
        return "confirmed"
    return "plan" if status.get("ride_plan") == "done" else "none"


def _urgency(alerts: list[dict[str, Any]], current: Current, session: Session) -> tuple[int, int]:
    """Sorts first what must not wait: an unanswered critical alert, any alert, then by stage and start."""
    if any(one["level"] == "critical" for one in alerts):
        rank = 0
    elif alerts or any(step["status"] in WRONG for step in current.state["steps"].values()):
        rank = 1
    else:
        rank = {"during": 2, "before": 3, "after": 4}.get(current.state["stage"], 5)
    return rank, session.start
