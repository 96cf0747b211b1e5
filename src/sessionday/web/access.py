"""Who is asking: a session is looked up through the person, so not allowed is not found."""

from dataclasses import dataclass

from starlette.requests import Request

from sessionday.store import Staff
from sessionday.web.errors import Erased, NotSignedIn, NotYours
from sessionday.web.here import Here
from sessionday.web.security import digest
from sessionday.web.site import site_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff at this browser. `expired` ones can still push what they hold."""

    staff: Staff
    credential: str
    expired: bool


async def staff_at(request: Request) -> SignedIn | None:
    """The member of staff who is signed in at this browser, if any."""
    site = site_of(request)
    secret = site.sign_in_cookie.read(request)
    found = await site.known.staff(secret) if secret else None
    if secret is None or found is None:
        return None
    staff, expires_at, ended_at = found
    if ended_at is not None or staff.ended_at is not None:
        return None
    return SignedIn(staff, digest(secret), expired=site.now() >= expires_at)


async def here_of(request: Request) -> Here:
    """The session of the path, as whoever asks sits in it. Raises NotYours (404), for any reason whatever."""
    site = site_of(request)
    place = await site.known.place(request.path_params["handle"])
    signed_in = await staff_at(request)
    secret = site.seat_cookie.read(request)
    if place is None:
        raise NotYours
    if signed_in is not None and signed_in.staff.clinic == place.session.clinic:
        who = signed_in.staff
        return Here(place, "staff", who.id, who.name, signed_in.credential, expired=signed_in.expired)
    if place.session.erased_at is not None:
        raise NotYours
    credential = digest(secret) if secret else ""
    seat = await site.known.seat(credential, place.session) if secret else None
    if seat is None:
        raise NotYours
    over = site.now() > place.session.over_at
    revoked = seat.revoked_at is not None
    return Here(place, seat.role, seat.id, seat.name, credential, revoked=revoked, expired=over)


async def reader_of(request: Request, *, erased: bool = False) -> Here:
    """As `here_of`, for pages: who has been revoked or has expired reads nothing. `erased`: for what can show what is
    left of an erased record; all else of it raises Erased (410) to staff."""
    here = await here_of(request)
    if here.revoked or here.expired:
        raise NotYours
    if here.session.erased_at is not None and not erased:
        raise Erased
    return here


async def pusher_of(request: Request) -> Here:
    """As `here_of`, for sync: nobody known at all is 401; the expired may still push."""
    site = site_of(request)
    if site.seat_cookie.read(request) is None and site.sign_in_cookie.read(request) is None:
        raise NotSignedIn
    here = await here_of(request)
    if here.session.erased_at is not None:
        raise Erased  # nothing is taken in, nor kept aside: what the device holds stays there, and its page says so
    return here
