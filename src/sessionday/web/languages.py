"""POST /language: one tap, and this person's pages are in another language, on every device of theirs."""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sessionday.store import Seat
from sessionday.web.access import staff_at
from sessionday.web.errors import Refused
from sessionday.web.known import Place
from sessionday.web.reading import form_of
from sessionday.web.security import digest
from sessionday.web.site import Site, site_of
from sessionday.words import ENGLISH, WORDS, speak, spoken

YEAR = 365 * 86_400
HERE = re.compile(r"/(?![/\\])[ -~]{0,500}")  # a path of this site, and of no other
SESSION = re.compile(r"/s/([^/]+)/")


class Speaking:
    """What a request is answered in until it is known who asks: what its browser chose before, or else accepts."""

    def __init__(self, app: ASGIApp, *, cookie: str) -> None:
        self._app, self._cookie = app, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            speak(ENGLISH)
            speak(asked_for(Headers(scope=scope), self._cookie))
        await self._app(scope, receive, send)


def cookie_of(*, secure: bool) -> str:
    """The name of the cookie that holds what a browser chose while nobody was known there."""
    return "__Host-language" if secure else "language"


def asked_for(headers: Headers, cookie: str) -> str:
    """The first language that we have of those that a browser names: by its cookie, then by what it accepts."""
    chosen = re.search(rf"(?:^|;\s*){cookie}=([a-z]{{2}})(?:;|$)", headers.get("cookie", ""))
    if chosen and chosen[1] in WORDS:
        return chosen[1]
    named = [_weighed(one) for one in headers.get("accept-language", "")[:500].split(",")]
    known = [(weight, tag) for weight, tag in named if tag in WORDS and weight > 0]
    return max(known, key=lambda one: one[0])[1] if known else ENGLISH


def _weighed(said: str) -> tuple[float, str]:
    tag, _, rest = said.strip().partition(";")
    quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
    return (float(quality[1]) if quality else 0.0 if rest else 1.0), tag.strip().lower().partition("-")[0]


async def language(request: Request) -> Response:
    """POST /language: `language`, and `back`, where the tap was made. 303 there; 422 for a language that is none."""
    site, form = site_of(request), await form_of(request)
    wanted, back = form.get("language", ""), form.get("back", "")
    if wanted not in WORDS:
        raise Refused(422, "no_language", spoken()["languages"]["unknown"])
    back = back if HERE.fullmatch(back) else "/"
    response = RedirectResponse(back, status_code=303)
    if not await _told(request, site, back, wanted):
        name, secure = cookie_of(secure=site.settings.secure), site.settings.secure
        response.set_cookie(name, wanted, max_age=YEAR, secure=secure, httponly=True, samesite="lax")
    return response


async def _told(request: Request, site: Site, back: str, wanted: str) -> bool:
    """Whether somebody is known here, whose language it now is: else it is the browser's, for whoever is not known.
    On a session's page it is whoever that page is drawn for, as `here_of` finds them."""
    found = SESSION.match(back)
    place = await site.known.place(found[1]) if found else None
    signed_in = await staff_at(request)
    if signed_in is not None and (place is None or signed_in.staff.clinic == place.session.clinic):
        if signed_in.locked:
            return False
        await site.store.speak_staff(signed_in.staff, wanted)
        return True
    seat = await _seat_at(request, site, place) if place is not None else None
    if seat is not None:
        await site.store.speak_seat(seat, wanted)
    return seat is not None


async def _seat_at(request: Request, site: Site, place: Place) -> Seat | None:
    """The seat that this browser holds in a session."""
    secret = site.seat_cookie.read(request)
    seat = await site.known.seat(digest(secret), place.session) if secret else None
    return seat if seat is not None and seat.revoked_at is None else None
