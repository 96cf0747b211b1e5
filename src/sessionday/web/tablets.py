"""A tablet that several of the staff share: its lock screen, which opens by PIN or passkey, and from which anybody can
call for help or write down a fact all the same (security ground, H14: locked out must not mean unrecorded).
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sessionday.band import band_of
from sessionday.store import Fact, Push, Staff, Tablet
from sessionday.web.access import staff_at, staff_of
from sessionday.web.errors import NotSignedIn, NotYours, SignInFirst
from sessionday.web.known import Place
from sessionday.web.proving import has_pin, proof_fails, wrong_pin
from sessionday.web.reading import form_of
from sessionday.web.security import digest, new_secret
from sessionday.web.sharing import local_time
from sessionday.web.sign_in import opened, signed_in_as, tablet_at
from sessionday.web.site import site_of
from sessionday.web.telling import fill
from sessionday.words import spoken

MOST = 2000
ID = re.compile(r"[A-Za-z0-9-]{1,64}")
BACK = re.compile(r"/board|/s/[A-Za-z0-9_-]+/(ride|steps/[A-Za-z0-9_-]+)?")


async def lock(request: Request) -> Response:
    """POST /lock: by hand, or by the page where nobody touched it for three minutes."""
    site, signed_in = site_of(request), await staff_at(request)
    if signed_in is None:
        raise NotSignedIn
    if signed_in.tablet:
        await site.store.lock(signed_in.staff, signed_in.credential, site.now())
    return RedirectResponse("/locked" if signed_in.tablet else "/me", status_code=303)


async def awake(request: Request) -> Response:
    """POST /awake: a hand is on the tablet. (Asking who is signed in notes it.) 204, or 401 where it is locked."""
    await staff_of(request)
    return Response(status_code=204)


async def share_this(request: Request, staff: Staff, credential: str, name: str) -> Response:
    """Makes this browser a shared tablet; it is one until a lead ends that."""
    site, secret = site_of(request), new_secret()
    await site.store.add_tablet(staff, credential, digest(secret), name, site.now())
    response = RedirectResponse("/me?saved=tablet", status_code=303)
    site.tablet_cookie.write(response, secret)
    return response


async def screen(request: Request) -> Response:
    """GET /locked: what the tablet shows while it is locked. Changes nothing."""
    return await _screen(request, await _tablet_of(request))


async def act(request: Request) -> Response:
    """POST /locked: `do` is `open` (with `who` and `pin`), `help` or `fact`; 422 where something is missing."""
    form = await form_of(request)
    match form.get("do"):
        case "open":
            return await _open(request, await _tablet_of(request), form)
        case "help":
            return await _help(request, await _tablet_of(request, ended=True), form)
        case "fact":
            return await _fact(request, await _tablet_of(request, ended=True), form)
    raise NotYours


async def _tablet_of(request: Request, *, ended: bool = False) -> Tablet:
    """Raises SignInFirst where this browser is no shared tablet: a passphrase is the only way in then. With `ended` it
    may have been one: what was written there before is not lost."""
    tablet = await tablet_at(request, ended=ended)
    if tablet is None:
        raise SignInFirst("/sign-in") if request.method in ("GET", "HEAD") else NotSignedIn
    return tablet


async def _open(request: Request, tablet: Tablet, form: Mapping[str, str]) -> Response:
    site, who, pin = site_of(request), form.get("who", ""), form.get("pin", "")
    staff = await site.store.staff(tablet.clinic, who)
    if staff is None or staff.ended_at is not None:
        return await _screen(request, tablet, 422, error=spoken()["locked"]["who_first"], at="open")
    here = await staff_at(request)
    same = here is not None and here.staff.id == staff.id and here.tablet == tablet.id and not here.expired
    why = await (proof_fails(site, here, pin) if here and same and pin else wrong_pin(site, staff, tablet.id, pin))
    if why:
        return await _screen(request, tablet, 422, error=why, at="open", chosen=staff.id)
    if not same:
        return await signed_in_as(request, staff, form.get("nonce", ""))
    back = form.get("back", "")
    where = opened(back if BACK.fullmatch(back) else "/board", form.get("nonce", ""))
    return RedirectResponse(where, status_code=303)


async def _help(request: Request, tablet: Tablet, form: Mapping[str, str]) -> Response:
    """An entry like any call for help, in the tablet's own name: an alarm needs no proof of who raised it."""
    site, place = site_of(request), await _place(request, tablet, form)
    if place is None:
        return await _screen(request, tablet, 422, error=spoken()["locked"]["whom_first"], at="help")
    step = next((one["id"] for one in place.checklist.rules["steps"] if one["marks"] == "help"), "")
    verdict = await site.store.append(
        Fact(
            clinic=tablet.clinic, session=place.session.id, by=tablet.id, role="staff",
            device=_device(tablet, place), now=site.now(), id=_id(form), kind="answer", step=step, answer="yes",
        )
    )  # fmt: skip
    if verdict.result == "held":
        return await _screen(request, tablet, 422, error=spoken()["locked"]["help_call"], at="help")
    return await _screen(request, tablet, said=_said("helped", place, site.now()))


async def _fact(request: Request, tablet: Tablet, form: Mapping[str, str]) -> Response:
    """Kept aside, for nobody knows who wrote it: staff see it at the session and record it themselves, if it is so."""
    site, place = site_of(request), await _place(request, tablet, form)
    words = {key: form.get(key, "").strip()[:MOST] for key in ("fact", "name")}
    if place is None or not words["fact"]:
        why = spoken()["locked"]["whom_first" if place is None else "fact_first"]
        return await _screen(request, tablet, 422, error=why, at="fact", typed=words)
    at = form.get("at", "")
    happened = min(int(at), site.now()) if at.isdecimal() and len(at) < 15 else site.now()
    body = {"id": _id(form), "fact": words["fact"], "name": words["name"], "at": happened, "tablet": tablet.name}
    await site.store.push(
        Push(
            clinic=tablet.clinic, session=place.session.id, by=tablet.id, role="staff",
            device=_device(tablet, place), sent_at=site.now(), now=site.now(), entries=[body], aside="locked",
        )
    )  # fmt: skip
    return await _screen(request, tablet, said=_said("written", place, site.now()))


async def _place(request: Request, tablet: Tablet, form: Mapping[str, str]) -> Place | None:
    """The session that was chosen, if it is of the tablet's clinic."""
    place = await site_of(request).known.place(form.get("session", ""))
    is_ours = place is not None and place.session.clinic == tablet.clinic and place.session.erased_at is None
    return place if is_ours else None


def _device(tablet: Tablet, place: Place) -> str:
    return str(uuid5(NAMESPACE_URL, f"{place.session.id}/{tablet.id}"))


def _id(form: Mapping[str, str]) -> str:
    given = form.get("id", "")
    return given if ID.fullmatch(given) else str(uuid4())


async def _screen(
    request: Request, tablet: Tablet, status: int = 200, *, error: str | None = None, said: str = "", **more: Any
) -> Response:
    """The lock screen with what came of a form; to its own script only that, in a sentence."""
    site, here = site_of(request), await staff_at(request)
    if "json" in request.headers.get("accept", ""):
        told = {"error": {"code": "locked", "message": error}} if error else {"said": said}
        return JSONResponse(told, status)
    context: dict[str, Any] = {
        "tablet": tablet,
        "clinic": await site.store.clinic(tablet.clinic),
        "people": [one for one in await site.store.staff_of(tablet.clinic) if has_pin(one)],
        "sessions": [card.summary.card for card in await site.cards.of(tablet.clinic, site.now())],
        "person": here.staff.id if here else "",
        "locked": here is None or here.locked,
        "chosen": here.staff.id if here else "",
        "at": "",
        "typed": {},
    }
    return site.pages.response("tablet/locked.html", status, **{**context, "error": error, "said": said, **more})


def _said(key: str, place: Place, now: int) -> str:
    """What was done, when, and for whom: by initials and room, for others see this screen too."""
    band = band_of(place.session)
    room = fill(spoken()["band"]["room"], room=band.room) if band.room else ""
    return fill(
        spoken()["locked"][key],
        who=" ".join(filter(None, (band.initials, room))),
        when=local_time(place.clinic, now),
    )
