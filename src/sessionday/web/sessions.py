"""Staff open a session: who, when, under which protocol and limits; then its links, shown once."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday import zones
from sessionday.band import Band, alike, band_of, same_mark
from sessionday.booking import LATEST_DAYS, book
from sessionday.limits import LimitError, offered, read_limits
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Session, Staff, StoreError
from sessionday.web.access import clinic_of, staff_of
from sessionday.web.errors import Unclear
from sessionday.web.reading import form_of
from sessionday.web.security import digest
from sessionday.web.sharing import local_time, share
from sessionday.web.shelf import shelf_of
from sessionday.web.site import Site, site_of
from sessionday.web.telling import fill
from sessionday.words import language, protocol_words, spoken

DAY_MS = 86_400_000
ALIKE_DAYS = 1  # names are compared with those of the same day, the day before and the day after
EARLIEST_DAYS = 1  # a session may be written down late, but not long ago


class Alike(ValueError):
    """Sessions whose client could be taken for this one: to be looked at first."""

    def __init__(self, sessions: list[Session]) -> None:
        super().__init__(sessions)
        self.sessions = sessions


@dataclass(slots=True)
class Wanted:
    """A session as the form asks for it."""

    client: str
    start: int
    checklist: Checklist
    limits: dict[str, float]
    names: dict[str, str]
    alike: list[Session] = field(default_factory=list)


async def new(request: Request) -> Response:
    """GET /sessions/new"""
    site, staff = site_of(request), await staff_of(request)
    return await _form(site, staff, {})


async def make(request: Request) -> Response:
    """POST /sessions/new: books it and shows its links; 422 where it is unclear; asks again where names are alike."""
    site, staff, form = site_of(request), await staff_of(request), await form_of(request)
    clinic = await clinic_of(site, staff)
    try:
        wanted = await _wanted(site, clinic, form)
    except Unclear as unclear:
        return await _form(site, staff, form, 422, error=unclear)
    if wanted.alike and form.get("different") != "yes":
        return await _form(site, staff, form, 409, others=wanted.alike)
    band = Band(form.get("initials", "").strip()[:4], form.get("room", "").strip()[:20])
    try:
        booked = await book(
            site.store, clinic, wanted.checklist, client=wanted.client, start=wanted.start, now=site.now(),
            url=site.settings.public_url, names=wanted.names, band=band, limits=wanted.limits, by=staff,
            asked=form.get("id", ""),
        )  # fmt: skip
    except StoreError:
        return await _made_already(site, clinic, form.get("id", ""))
    shared = share(site, clinic, booked.session, booked.links, booked.codes)
    return site.pages.response("arrange/links.html", session=booked.session, shared=shared)


def read_start(clinic: Clinic, typed: str, now: int) -> int:
    """The instant of a local time as a form sends it. Raises Unclear."""
    words = spoken()["arrange"]["errors"]
    try:
        start = zones.parse_local(typed, zones.zone_named(clinic.zone))
    except (zones.ZoneError, OverflowError, ValueError, OSError):
        raise Unclear("start", words["start"]) from None
    if not now - EARLIEST_DAYS * DAY_MS <= start <= now + LATEST_DAYS * DAY_MS:
        raise Unclear("start", words["start_far"])
    return start


def read_limits_of(checklist: Checklist, form: dict[str, str]) -> dict[str, float]:
    """The limits of a form. Raises Unclear with the limit's name in the sentence."""
    words = spoken()["arrange"]
    try:
        return read_limits(checklist, form)
    except LimitError as wrong:
        kind = next(one for one in offered(checklist) if one.id == wrong.kind)
        sentence = fill(
            words["errors"][wrong.why], label=words["limits"][kind.id], low=kind.low, high=kind.high, unit=kind.unit
        )
        raise Unclear(kind.id, sentence) from None


async def _wanted(site: Site, clinic: Clinic, form: dict[str, str]) -> Wanted:
    words = spoken()["arrange"]["errors"]
    client = " ".join(form.get("client", "").split())
    if not client or len(client) > 60:
        raise Unclear("client", words["client"])
    id, _, version = form.get("protocol", "").partition(" ")
    found = (await shelf_of(site.store, clinic.id, site.now())).get((id, version))
    if found is None:
        raise Unclear("protocol", words["protocol"])
    checklist = found.checklist
    start = read_start(clinic, form.get("start", ""), site.now())
    people = {role: " ".join(form.get(role, "").split())[:60] for role in ("support", "prescriber")}
    wanted = Wanted(client, start, checklist, read_limits_of(checklist, form), people)
    wanted.alike = alike(client, await _around(site, clinic, start))
    return wanted


async def alike_around(site: Site, clinic: Clinic, client: str, start: int, session: Session) -> list[Session]:
    """Whose client, about `start`, could be taken for that of `session`: by the name, or by the mark."""
    others = [one for one in await _around(site, clinic, start) if one.id != session.id]
    found = [*alike(client, others), *same_mark(band_of(session), others)]
    return list({one.id: one for one in found}.values())


async def mark_alike(site: Site, clinic: Clinic, band: Band, session: Session) -> list[Session]:
    """Who has that mark already, about the time of `session`."""
    others = await _around(site, clinic, session.start)
    return same_mark(band, [one for one in others if one.id != session.id])


async def _around(site: Site, clinic: Clinic, start: int) -> list[Session]:
    reach = (ALIKE_DAYS + 1) * DAY_MS
    return await site.store.sessions_from(clinic.id, start - reach, start + reach)


async def _made_already(site: Site, clinic: Clinic, asked: str) -> Response:
    """The form came twice: there is one session, and its links were shown to the first."""
    made = await site.store.session(clinic.id + digest(asked)[:12], clinic.id)
    if made is None or not asked:
        raise StoreError("The session could not be made. Nothing was stored; try again.")
    return RedirectResponse(f"/s/{made.handle}/arrange", status_code=303)


async def _form(
    site: Site,
    staff: Staff,
    typed: dict[str, str],
    status: int = 200,
    error: Unclear | None = None,
    others: list[Session] | None = None,
) -> Response:
    clinic = await clinic_of(site, staff)
    like = [{"name": one.client, "start": local_time(clinic, one.start), "room": one.room} for one in others or ()]
    shelf = await shelf_of(site.store, clinic.id, site.now())
    protocols = [_choice(one.checklist) for one in shelf.values()]
    kinds = list({kind.id: kind for one in shelf.values() for kind in offered(one.checklist)}.values())
    return site.pages.response(
        "arrange/new.html", status, typed=typed, error=error, others=like, protocols=protocols, kinds=kinds,
        zone=clinic.zone, staff=staff,
    )  # fmt: skip


def _choice(checklist: Checklist) -> dict[str, Any]:
    return {
        "id": f"{checklist.id} {checklist.version}",
        "title": protocol_words(checklist.words, language())["title"],
        "version": checklist.version,
        "limits": [kind.id for kind in offered(checklist)],
    }
