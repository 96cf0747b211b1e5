"""What staff arrange about a session that is booked: another time, who looks after it, its mark, whose pages are open;
and the limits, which the prescriber sets too, from outside."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.band import COLOURS, PATTERNS, Band, band_of
from sessionday.booking import pin
from sessionday.limits import STRICTER, offered
from sessionday.moved import last_move
from sessionday.record.arranged import sentence
from sessionday.store import Grown, Session
from sessionday.web.access import reader_of, staff_reader_of
from sessionday.web.errors import NotYours, Unclear
from sessionday.web.here import Here
from sessionday.web.moving import again, before_dose, may_move, reschedule
from sessionday.web.reading import form_of
from sessionday.web.sessions import Alike, mark_alike, read_limits_of
from sessionday.web.sharing import local_time
from sessionday.web.site import Site, site_of
from sessionday.words import language, spoken
from sessionday.zones import shown, zone_named


async def show(request: Request) -> Response:
    """GET /s/{handle}/arrange"""
    site, here = site_of(request), await _staff_at(request)
    return await _page(site, here)


async def change(request: Request) -> Response:
    """POST /s/{handle}/arrange: `do` is `reschedule`, `hand_over`, `take` or `band`; 422 where it is unclear, 409 where
    names or marks are alike, or something was recorded meanwhile."""
    site, here, form = site_of(request), await _staff_at(request), await form_of(request)
    ways = {"reschedule": reschedule, "hand_over": _hand_over, "take": _take, "band": _band}
    way = ways.get(form.get("do", ""))
    if way is None:
        raise NotYours
    try:
        await way(site, here, form)
    except Unclear as unclear:
        return await _page(site, here, 422, error=unclear, typed=form)
    except Alike as found:
        return await _page(site, here, 409, alike=_alike_view(here, found), typed=form)
    except Grown:
        grown = Unclear("", spoken()["arrange"]["errors"]["grown"])
        return await _page(site, await _staff_at(request), 409, error=grown, typed=form)
    return RedirectResponse(f"/s/{here.session.handle}/arrange", status_code=303)


async def limits(request: Request) -> Response:
    """GET /s/{handle}/limits: the prescriber and staff."""
    site, here = site_of(request), await _limiter_at(request)
    return await _limits_page(site, here)


async def set_limits(request: Request) -> Response:
    """POST /s/{handle}/limits: pins them into this session's protocol, until the first dose; 422 where unclear, 409
    where something was recorded meanwhile."""
    site, here, form = site_of(request), await _limiter_at(request), await form_of(request)
    try:
        decided_on = await before_dose(site, here)
        found = read_limits_of(here.checklist, form)
        _refuse_looser(here, found, form)
        await _pin_limits(site, here, found, decided_on)
    except Unclear as unclear:
        return await _limits_page(site, here, 422, error=unclear, typed=form)
    except Grown:
        grown = Unclear("", spoken()["arrange"]["errors"]["grown"])
        return await _limits_page(site, await _limiter_at(request), 409, error=grown)
    return RedirectResponse(f"/s/{here.session.handle}/limits?saved", status_code=303)


async def _pin_limits(site: Site, here: Here, found: dict[str, float], decided_on: Session) -> None:
    plain = await site.states.plain_checklist(here.session)
    move = last_move(await site.store.arrangements(here.session), here.session.start)
    pinned = await pin(site.store, here.clinic, plain, found, site.now(), move)
    await site.store.arrange(
        here.session, "limits", here.person, here.name or here.role, site.now(), body={"limits": found},
        changes={"version": pinned.version, "limits": found}, decided_on=decided_on,
    )  # fmt: skip


async def _staff_at(request: Request) -> Here:
    here = await staff_reader_of(request)
    site_of(request).accesses.note(here, "arrange")
    return here


async def _limiter_at(request: Request) -> Here:
    here = await reader_of(request)
    if here.role not in ("staff", "prescriber"):
        raise NotYours
    if here.role == "staff":
        site_of(request).accesses.note(here, "limits")
    return here


def _refuse_looser(here: Here, found: dict[str, float], form: dict[str, str]) -> None:
    """The prescriber's limits are theirs: staff only tighten them. Nobody sets any from a page that is out of date."""
    words = spoken()["arrange"]
    if form.get("version", here.session.protocol_version) != here.session.protocol_version:
        raise Unclear("", words["errors"]["changed"])
    if here.role == "prescriber":
        return
    for kind in offered(here.checklist):
        limit = here.session.limits.get(kind.id)
        if limit is not None and (kind.id not in found or STRICTER[kind.side](limit, found[kind.id]) != found[kind.id]):
            raise Unclear(kind.id, words["errors"]["looser"].replace("{label}", words["limits"][kind.id]))


async def _hand_over(site: Site, here: Here, form: dict[str, str]) -> None:
    staff = await site.store.staff(here.session.clinic, form.get("keeper", ""))
    if staff is None or staff.ended_at is not None:
        raise Unclear("keeper", spoken()["arrange"]["errors"]["keeper"])
    body = {"to": staff.id, "to_name": staff.name, "note": form.get("note", "").strip()[:2000]}
    await site.store.arrange(here.session, "handed_over", here.person, here.name, site.now(), body=body)


async def _take(site: Site, here: Here, form: dict[str, str]) -> None:
    """Whoever takes it over says so: until then the one who handed it over still looks after it."""
    await site.store.arrange(
        here.session, "taken", here.person, here.name, site.now(), body={}, changes={"keeper": here.person}
    )


async def _band(site: Site, here: Here, form: dict[str, str]) -> None:
    words = spoken()["arrange"]["errors"]
    if form.get("colour") not in COLOURS or form.get("pattern") not in PATTERNS:
        raise Unclear("colour", words["colour"])
    changes = {
        "initials": form.get("initials", "").strip()[:4],
        "room": form.get("room", "").strip()[:20],
        "colour": form["colour"],
        "pattern": form["pattern"],
    }
    like = await mark_alike(site, here.clinic, Band(**changes), here.session)
    if like and form.get("different") != "yes":
        raise Alike(like)
    await site.store.arrange(here.session, "band", here.person, here.name, site.now(), body=changes, changes=changes)


async def _page(site: Site, here: Here, status: int = 200, **more: Any) -> Response:
    current = await site.states.of(here.session, site.now())
    arranged = await site.store.arrangements(here.session)
    context = {
        "here": here,
        "session": here.session,
        "start": local_time(here.clinic, here.session.start),
        "start_typed": shown(here.session.start, zone_named(here.clinic.zone)),
        "stage": current.state["stage"],
        "movable": may_move(here, current, site.now()),
        "people": await site.store.staff_of(here.session.clinic),
        "waiting": _waiting(arranged),
        "history": [{**_told(here, one), "when": local_time(here.clinic, one.at)} for one in reversed(arranged)],
        "open_pages": await _open_pages(site, here),
        "band": band_of(here.session),
        "colours": COLOURS,
        "patterns": PATTERNS,
        "cancel_step": next((s["id"] for s in here.checklist.rules["steps"] if s["marks"] == "cancel"), None),
        "again": await again(site, here, language()),
        "alike": None,
        "error": None,
        "typed": {},
    }
    return site.pages.response("arrange/show.html", status, **{**context, **more})


def _alike_view(here: Here, found: Alike) -> list[dict[str, str]]:
    return [
        {"name": one.client, "start": local_time(here.clinic, one.start), "room": one.room} for one in found.sessions
    ]


def _waiting(arranged: Any) -> dict[str, Any] | None:
    """The last handing over, while nobody has said that they took it."""
    last = next((one for one in reversed(arranged) if one.kind in ("handed_over", "taken")), None)
    return None if last is None or last.kind == "taken" else {"by": last.name, **last.body}


def _told(here: Here, one: Any) -> dict[str, str]:
    """A change in words."""
    said = sentence(one.kind, one.body, lambda t: local_time(here.clinic, t))
    return {"by": one.name or spoken()["arrange"]["system"], "text": said}


async def _open_pages(site: Site, here: Here) -> list[dict[str, Any]]:
    """The browsers that hold a seat: which are open on this server now, and since when each has it."""
    seats = {seat.id: seat for seat in here.seats}
    return [
        {
            "seat": seats[claim.seat],
            "browser": claim.credential_hash,
            "since": local_time(here.clinic, claim.claimed_at),
            "open": site.open_pages[here.session.id, claim.credential_hash] > 0,
        }
        for claim in await site.store.claims(here.session)
        if claim.ended_at is None and seats[claim.seat].revoked_at is None
    ]


async def _limits_page(site: Site, here: Here, status: int = 200, **more: Any) -> Response:
    current = await site.states.of(here.session, site.now())
    context = {
        "here": here,
        "session": here.session,
        "kinds": offered(here.checklist),
        "band": band_of(here.session),
        "stage": current.state["stage"],
        "error": None,
        "typed": {kind: f"{value:g}" for kind, value in here.session.limits.items()},
    }
    return site.pages.response("arrange/limits.html", status, **{**context, **more})
