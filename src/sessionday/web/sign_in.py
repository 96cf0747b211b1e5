"""Staff sign in with e-mail and passphrase, and out again."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Staff, Tablet
from sessionday.web.access import staff_at
from sessionday.web.errors import Refused
from sessionday.web.proxies import place_of
from sessionday.web.reading import form_of
from sessionday.web.security import digest, new_secret
from sessionday.web.site import SIGN_IN_HOURS, site_of
from sessionday.words import spoken

NONCE = re.compile("[0-9a-f-]{1,64}")


async def form(request: Request) -> Response:
    """GET /sign-in"""
    site = site_of(request)
    if not await site.store.clinics():
        return RedirectResponse("/set-up", status_code=303)
    return await _form(request)


async def enter(request: Request) -> Response:
    """POST /sign-in: to the board, or the form again with one answer for every way of being wrong."""
    site, given = site_of(request), await form_of(request)
    email, passphrase = given.get("email", "").strip(), given.get("password", "")
    staff = await site.store.staff_by_email(email)
    known = staff if staff is not None and staff.ended_at is None else None
    if site.turns.full:  # asked with nothing awaited before the turn is taken: a flood arrives in one breath
        return await _form(request, 503, "busy", email)
    address, place = email.casefold(), place_of(request, site.settings.proxies)
    if site.tries.wait(address, place, site.now()):
        return await _form(request, 429, "slow", email)
    right = await site.turns.is_right(known.password_hash if known else None, passphrase)
    if known is None or not right:
        site.tries.wrong(
            address, place, site.now()
        )  # as many as are let in at once can be wrong before it slows: Turns
        return await _form(request, 422, "wrong", email)
    site.tries.right(address, place)
    return await signed_in_as(request, known, given.get("nonce", ""))


async def _form(request: Request, status: int = 200, error: str | None = None, email: str = "") -> Response:
    tablet = await tablet_at(request)
    return site_of(request).pages.response("sign_in/show.html", status, error=error, email=email, tablet=tablet)


async def tablet_at(request: Request, *, ended: bool = False) -> Tablet | None:
    """The shared tablet that this browser is; with `ended`, also one that it was."""
    site = site_of(request)
    secret = site.tablet_cookie.read(request)
    return await site.store.tablet(digest(secret), ended=ended) if secret else None


async def signed_in_as(request: Request, staff: Staff, nonce: str = "") -> Response:
    """To the board as somebody whose proof was right; whoever was signed in here before is not any more. `nonce`: of a
    shared tablet's page. Raises Refused 403 at another clinic's tablet, which would not lock for them."""
    site, tablet = site_of(request), await tablet_at(request)
    if tablet is not None and tablet.clinic != staff.clinic:
        raise Refused(403, "other_clinic", spoken()["locked"]["other_clinic"])
    if (before := await staff_at(request)) is not None:
        await site.store.end_sign_in(before.credential, site.now(), before.staff.clinic)
    secret, now = staff.clinic + new_secret(), site.now()
    await site.store.add_sign_in(
        staff, digest(secret), now, now + SIGN_IN_HOURS * 3_600_000, tablet.id if tablet else ""
    )
    response = RedirectResponse(opened("/board", nonce) if tablet else "/board", status_code=303)
    site.sign_in_cookie.write(response, secret)
    return response


def opened(path: str, nonce: str) -> str:
    """Where a shared tablet goes on. The nonce tells its pages that the clinic has opened it (tablet.js); the worker
    never answers such an address from what it kept."""
    return f"{path}?opened={nonce}" if NONCE.fullmatch(nonce) else f"{path}?opened"


async def leave(request: Request) -> Response:
    """POST /sign-out: ends this sign-in here and in the database."""
    site = site_of(request)
    response = RedirectResponse("/sign-in", status_code=303)
    if (signed_in := await staff_at(request)) is not None:
        await site.store.end_sign_in(signed_in.credential, site.now(), signed_in.staff.clinic)
    site.sign_in_cookie.clear(response)
    return response
