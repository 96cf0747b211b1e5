"""The landing page of a link, and the tap that opens a seat. Looking changes nothing: scanners look too."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Seat, Session
from sessionday.web.access import reader_of, staff_at
from sessionday.web.errors import NotYours
from sessionday.web.reading import form_of
from sessionday.web.security import digest, new_secret, tidy_code
from sessionday.web.site import Site, site_of

SECRET = re.compile(r"[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
WRONG_CODES = 30
WRONG_WINDOW_MS = 600_000


async def landing(request: Request) -> Response:
    """GET /j: the same page for everybody; the secret stands in the fragment, which no server sees."""
    site = site_of(request)
    return site.pages.given(request, site.pages.piece("landing/show.html", **await _shown(site)))


async def claim(request: Request) -> Response:
    """POST /j: a tap with the link's secret, or a code, opens the seat on this device."""
    site, form = site_of(request), await form_of(request)
    token, code = form.get("token", "") or _secret_in(form.get("link", "")), form.get("code", "")
    if not token and too_many_wrong(site):
        return await _page(site, 429, error="slow")
    found = await _found(site, token, code)
    if found is None:
        return await _page(site, 404, error="wrong")
    seat, session = found
    other = await _other(request, site, seat, session)
    if other is not None and form.get("change") != "yes":
        return await _page(site, 409, other=(other, seat.name or seat.role), token=token, code=code)
    return await _opened(request, site, seat, session)


async def installed(request: Request) -> Response:
    """POST /s/{handle}/installed: an app that was given a copy of its browser's cookie takes a credential of its own:
    the two are two devices. 204."""
    site, here = site_of(request), await reader_of(request)
    seat = next((one for one in here.seats if one.id == here.person), None)
    if seat is None:
        raise NotYours
    secret, response = new_secret(), Response(status_code=204)
    await site.store.claim(digest(secret), seat, site.now())
    site.seat_cookie.write(response, secret)
    return response


def _secret_in(pasted: str) -> str:
    """The secret of a link that was pasted, whatever stands around it."""
    found = SECRET.findall(pasted)
    return str(found[-1]) if found else ""


def too_many_wrong(site: Site) -> bool:
    """Whether so many wrong codes came lately that codes are not looked at; links still are."""
    since = site.now() - WRONG_WINDOW_MS
    site.wrong_codes[:] = [at for at in site.wrong_codes if at > since]
    return len(site.wrong_codes) >= WRONG_CODES


async def _found(site: Site, token: str, code: str) -> tuple[Seat, Session] | None:
    now = site.now()
    if not token and not code.strip():
        return None
    if token:
        found = await site.store.seat_by_link(digest(token.strip()))
    else:
        found = await site.store.seat_by_code(digest(tidy_code(code)), now)
        if found is None:
            site.wrong_codes.append(now)
    if found is None or found[0].revoked_at is not None or now > found[1].over_at:
        return None
    return found


async def _other(request: Request, site: Site, seat: Seat, session: Session) -> str | None:
    """Who else holds a page of this session on this device: one device, one seat."""
    signed_in = await staff_at(request)
    if signed_in is not None and signed_in.staff.clinic == session.clinic:
        return signed_in.staff.name
    secret = site.seat_cookie.read(request)
    held = await site.known.seat(digest(secret), session) if secret else None
    return (held.name or held.role) if held is not None and held.id != seat.id else None


async def _opened(request: Request, site: Site, seat: Seat, session: Session) -> Response:
    response = RedirectResponse(f"/s/{session.handle}/", status_code=303)
    if (signed_in := await staff_at(request)) is not None:
        await site.store.end_sign_in(signed_in.credential, site.now(), signed_in.staff.clinic)
        site.sign_in_cookie.clear(response)
    secret = site.seat_cookie.read(request) or new_secret()
    await site.store.claim(digest(secret), seat, site.now())
    site.seat_cookie.write(response, secret)
    return response


async def _page(site: Site, status: int = 200, **shown: object) -> Response:
    return site.pages.response("landing/show.html", status, **{**await _shown(site), **shown})


async def _shown(site: Site) -> dict[str, object]:
    """What the page shows to everybody, before anything was typed."""
    return {"error": None, "other": None, "token": "", "code": "", "phone": await site.known.only_phone()}
