"""POST /language: one tap, and this person's pages are in another language, on every device of theirs."""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sessionday.store import Seat
from sessionday.web.access import staff_at
from sessionday.web.errors import Refused
from sessionday.web.reading import form_of
from sessionday.web.security import digest
from sessionday.web.site import Site, site_of
from sessionday.words import ENGLISH, WORDS, speak, spoken

COOKIE = "language"
YEAR = 365 * 86_400
HERE = re.compile(r"/(?![/\\])[ -~]{0,500}")  # a path of this site, and of no other
SESSION = re.compile(r"/s/([^/]+)/")


class Speaking:
    """What a request is answered in until it is known who asks: what its browser chose before, or else accepts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            speak(ENGLISH)
            speak(asked_for(Headers(scope=scope)))
        await self._app(scope, receive, send)


def asked_for(headers: Headers) -> str:
    """The first language that we have of those that a browser names: by its cookie, then by what it accepts."""
    chosen = re.search(rf"(?:^|;\s*){COOKIE}=([a-z]{{2}})(?:;|$)", headers.get("cookie", ""))
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
    signed_in = await staff_at(request)
    if signed_in is not None and not signed_in.locked:
        await site.store.speak_staff(signed_in.staff, wanted)
    elif seat := await _seat_at(request, site, back):
        await site.store.speak_seat(seat, wanted)
    response = RedirectResponse(back, status_code=303)
    response.set_cookie(COOKIE, wanted, max_age=YEAR, secure=site.settings.secure, httponly=True, samesite="lax")
    return response


async def _seat_at(request: Request, site: Site, back: str) -> Seat | None:
    """The seat that this browser holds in the session of a page."""
    found, secret = SESSION.match(back), site.seat_cookie.read(request)
    place = await site.known.place(found[1]) if found and secret else None
    seat = await site.known.seat(digest(secret), place.session) if place and secret else None
    return seat if seat is not None and seat.revoked_at is None else None
