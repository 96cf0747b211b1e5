"""What staff read from the screen of a phone without signal: its key, the page that reads, the post that brings."""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday.store import Push, Seat, Session, Staff, Verdict
from sessionday.web.access import reader_of, staff_at, staff_of
from sessionday.web.errors import NotSignedIn, NotYours, Refused
from sessionday.web.light import Bundle, Unreadable, key_for, read_bundle
from sessionday.web.reading import SYNC_LIMIT, as_json, json_of
from sessionday.web.security import WITH_CAMERA
from sessionday.web.site import Site, site_of
from sessionday.web.sync import Ask, parse_ask, set_since

MAX_BUNDLES = 20
NOT_OURS = "It is not from a session of this clinic."
ERASED = "The record of this session was erased. Nothing more can be taken in."


async def key(request: Request) -> Response:
    """GET /s/{handle}/light?device=…: what this device of this seat seals with, when it has no signal."""
    site, here = site_of(request), await reader_of(request)
    device = request.query_params.get("device", "")
    if here.role == "staff" or not 0 < len(device) <= 64 or not device.isascii():
        raise NotYours
    made = key_for(site.settings.keys[-1], here.session.id, here.person, device)
    return as_json({"v": 1, "key": base64.b64encode(made).decode()})


async def page(request: Request) -> Response:
    """GET /carry: reads phones of any session of the clinic. The only page that may use the camera."""
    site, staff = site_of(request), await staff_of(request)
    if not site.release.light:
        raise NotYours
    response = site.pages.response("carry/show.html", staff=staff)
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response


async def carry(request: Request) -> Response:
    """POST /carry: a sync request whose entries are bundles; a verdict for each. Whose sign-in expired may still bring.

    Raises Refused 400, 401, 413 or 415 only for what is no such request at all.
    """
    site, signed_in = site_of(request), await staff_at(request)
    if signed_in is None:
        raise NotSignedIn
    ask = parse_ask(await json_of(request, SYNC_LIMIT))
    if len(ask.entries) > MAX_BUNDLES:
        raise Refused(413, "too_many", f"At most {MAX_BUNDLES} bundles at once. Send the rest after these.")
    staff = signed_in.staff
    # Another's page: what it holds waits for them.
    verdicts = [] if ask.person not in ("", staff.id) else [await _taken(site, staff, ask, one) for one in ask.entries]
    envelope = {"v": 1, "epoch": site.store.epoch, "now": site.now(), "build": site.release.build, "person": staff.id}
    ended = {"signed_out": True} if signed_in.expired or signed_in.locked else {}
    return as_json({**envelope, **ended, "seq": 0, "more": False, "entries": [], "verdicts": verdicts})


async def _taken(site: Site, staff: Staff, ask: Ask, given: Any) -> dict[str, Any]:
    """One bundle's verdict: pushed as from the device that its seal proves, or kept aside, or refused in a sentence."""
    given = given if isinstance(given, dict) else {}
    id = given.get("id") if isinstance(given.get("id"), str) else None
    try:
        bundle = read_bundle(given.get("bundle"))
    except Unreadable as error:
        return {"id": id, "result": "refused", "seq": None, "why": "unreadable", "message": str(error)}
    place = await site.known.place(bundle.handle)
    if place is None or place.session.clinic != staff.clinic:
        return {"id": id, "result": "refused", "seq": None, "why": "not_ours", "message": NOT_OURS}
    if place.session.erased_at is not None:
        return {"id": id, "result": "refused", "seq": None, "why": "erased", "message": ERASED}
    seat = next((one for one in place.seats if one.id == bundle.person), None)
    now = site.now()
    if seat is not None and bundle.is_from(place.session.id, site.settings.keys):
        push = _proven(place.session, seat, bundle, bundle.error(_scanned(ask, given, now)), now)
    else:
        push = _unproven(place.session, staff, ask, bundle, now)
    return {"id": id, **_together(await site.store.push(push))}


def _scanned(ask: Ask, given: dict[str, Any], now: int) -> int:
    """When staff's device read it: its clock, corrected by its error at this push; never after receipt."""
    at, since = given.get("at"), (ask.set or {}).get(str(given.get("id")), 0)
    return min(now, at + since + now - ask.sent_at) if type(at) is int else now


def _proven(session: Session, seat: Seat, bundle: Bundle, error: int, now: int) -> Push:
    return Push(
        clinic=session.clinic,
        session=session.id,
        by=seat.id,
        role=seat.role,
        device=bundle.device,
        sent_at=now - error,
        now=now,
        entries=bundle.entries,
        revoked=seat.revoked_at is not None,
        set=set_since(bundle.set),
    )


def _unproven(session: Session, staff: Staff, ask: Ask, bundle: Bundle, now: int) -> Push:
    """Whole, and as from who brought it: that is known. What the phone wrote stays free to come by itself."""
    return Push(
        clinic=session.clinic,
        session=session.id,
        by=staff.id,
        role="staff",
        device=ask.device,
        sent_at=ask.sent_at,
        now=now,
        entries=[bundle.claim()],
        aside="unproven",
    )


def _together(verdicts: list[Verdict]) -> dict[str, Any]:
    """One verdict for a bundle: held where any entry was, else stored where any is new."""
    counts = {result: sum(one.result == result for one in verdicts) for result in ("stored", "duplicate", "held")}
    held = next((one for one in verdicts if one.result == "held"), None)
    if held is not None:
        some = "" if counts["held"] == len(verdicts) else f"{counts['held']} of {len(verdicts)} answers. "
        return {"result": "held", "seq": None, "why": held.why, "message": f"{some}{held.message}", "counts": counts}
    result = "stored" if counts["stored"] else "duplicate"
    return {"result": result, "seq": max(one.seq or 0 for one in verdicts), "counts": counts}
