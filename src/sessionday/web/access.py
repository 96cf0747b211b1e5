"""Who is asking: a session is looked up through the person, so not allowed is not found."""

from dataclasses import dataclass

from starlette.requests import Request

from sessionday.store import Clinic, SignIn, Staff
from sessionday.web.errors import Erased, NotSignedIn, NotYours, Refused, SignInFirst
from sessionday.web.here import Here
from sessionday.web.security import digest
from sessionday.web.site import Site, site_of
from sessionday.words import speak, spoken

# A shared tablet locks itself after three minutes (static/js/tablet.js). Where it could not, the server does, a minute
# later: it hears of a hand every 45 seconds at most.
IDLE_MS = 240_000
TOLD_MS = 30_000
BY_ITSELF = frozenset({"sync", "carry", "locked"})  # what pages post with nobody's hand on them


@dataclass(slots=True)
class SignedIn:
    """A member of staff at this browser. `expired` and `locked` ones read nothing, and can still push what they hold.
    `tablet`: which shared one it is; '' for none. `proved_at`: when they last showed who they are."""

    staff: Staff
    credential: str
    expired: bool
    locked: bool = False
    tablet: str = ""
    proved_at: int = 0

    @property
    def person(self) -> str:
        """Their id."""
        return self.staff.id

    @property
    def name(self) -> str:
        """What they are called."""
        return self.staff.name


async def staff_at(request: Request) -> SignedIn | None:
    """The member of staff who is signed in at this browser, if any."""
    site = site_of(request)
    secret = site.sign_in_cookie.read(request)
    found = await site.known.sign_in(secret) if secret else None
    if secret is None or found is None or found.ended_at is not None or found.staff.ended_at is not None:
        return None
    speak(found.staff.language)
    now, credential = site.now(), digest(secret)
    locked = _is_locked(found, now)
    if found.tablet and not locked and now - found.used_at >= TOLD_MS and _is_by_hand(request):
        await site.store.use(found.staff, credential, now)
        site.known.changed(secret)
    return SignedIn(found.staff, credential, now >= found.expires_at, locked, found.tablet, found.proved_at)


def _is_locked(found: SignIn, now: int) -> bool:
    return bool(found.tablet) and (found.locked_at is not None or now - found.used_at >= IDLE_MS)


def _is_by_hand(request: Request) -> bool:
    """Whether somebody uses the tablet: no request that a page makes by itself."""
    if request.method in ("GET", "HEAD"):
        if request.url.path == "/locked" or request.url.query == "again":  # a board without JavaScript
            return False
        return "x-refresh" not in request.headers and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return request.url.path.rsplit("/", 1)[-1] not in BY_ITSELF


async def staff_of(request: Request) -> Staff:
    """Whoever of the clinic asks. Raises SignInFirst where a page was asked for, else NotSignedIn."""
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.expired or signed_in.locked:
        if request.method not in ("GET", "HEAD"):
            raise NotSignedIn
        raise SignInFirst("/locked" if signed_in is not None and signed_in.locked else "/sign-in")
    return signed_in.staff


async def lead_of(request: Request) -> Staff:
    """Whoever asks, if they may change what the clinic works by."""
    staff = await staff_of(request)
    if staff.role != "lead":
        raise Refused(403, "leads_only", spoken()["problem"]["leads_only"])
    return staff


async def lead_at(request: Request) -> SignedIn:
    """As `lead_of`, with how they sit at this browser."""
    await lead_of(request)
    signed_in = await staff_at(request)
    if signed_in is None:
        raise NotSignedIn
    return signed_in


async def clinic_of(site: Site, staff: Staff) -> Clinic:
    """The clinic that somebody works at."""
    clinic = await site.store.clinic(staff.clinic)
    assert clinic is not None  # noqa: S101 - a member of staff has one
    return clinic


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
        return Here(
            place, "staff", who.id, who.name, signed_in.credential, expired=signed_in.expired,
            locked=signed_in.locked, tablet=signed_in.tablet, proved_at=signed_in.proved_at,
        )  # fmt: skip
    if place.session.erased_at is not None:
        raise NotYours
    credential = digest(secret) if secret else ""
    seat = await site.known.seat(credential, place.session) if secret else None
    if seat is None:
        raise NotYours
    speak(seat.language)
    over = site.now() > place.session.over_at
    revoked = seat.revoked_at is not None
    return Here(place, seat.role, seat.id, seat.name, credential, revoked=revoked, expired=over)


async def reader_of(request: Request, *, erased: bool = False) -> Here:
    """As `here_of`, for pages: who has been revoked or has expired reads nothing; who is locked is led to the lock.
    `erased`: for what can show what is left of an erased record; all else of it raises Erased (410) to staff."""
    here = await writer_of(request, erased=erased)
    if here.locked:
        raise SignInFirst("/locked") if request.method in ("GET", "HEAD") else NotSignedIn
    return here


async def staff_reader_of(request: Request, *, erased: bool = False) -> Here:
    """As `reader_of`, for what only the clinic's own people see of a session."""
    here = await reader_of(request, erased=erased)
    if here.role != "staff":
        raise NotYours
    return here


async def writer_of(request: Request, *, erased: bool = False) -> Here:
    """As `reader_of`, for forms: what was typed at a tablet that has locked meanwhile is not lost (proving.py)."""
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
        # Nothing is taken in, nor kept aside: what the device holds stays there, and its page says so. Whoever has to
        # sign in first is told that.
        raise NotYours if here.expired else Erased
    return here
