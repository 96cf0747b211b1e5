"""GET /sessions: a clinic's sessions by name and day, newest first; all of one name is the history that there is."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday import zones
from sessionday.band import band_of, plain
from sessionday.store import Clinic, Session
from sessionday.web.access import clinic_of, staff_of
from sessionday.web.sharing import dated
from sessionday.web.site import Site, site_of
from sessionday.web.telling import fill
from sessionday.words import language, protocol_words, spoken

A_PAGE = 30
LOOKED_AT = 20_000  # sessions, the newest of the days that were asked for
FIRST, LAST = 0, 2**52


async def show(request: Request) -> Response:
    """GET /sessions?name=&from=2026-12-01&to=2026-12-31&page=1; 422 where a day is none."""
    site, staff = site_of(request), await staff_of(request)
    clinic = await clinic_of(site, staff)
    site.accesses.note_clinic(staff, "search")
    asked = {key: request.query_params.get(key, "").strip()[:60] for key in ("name", "from", "to", "page")}
    page = int(asked["page"]) if asked["page"].isdecimal() and len(asked["page"]) < 5 else 1
    try:
        since, until = _days(clinic, asked["from"], asked["to"])
    except zones.ZoneError:
        return site.pages.response(
            "sessions/found.html", 422, staff=staff, asked=asked, error=spoken()["finding"]["no_day"],
            rows=[], count=0, page=1, more=False, cut="",
        )  # fmt: skip
    name = plain(asked["name"])
    known = await site.store.sessions_newest(clinic.id, since, until, LOOKED_AT + 1)
    found = [one for one in known[:LOOKED_AT] if name in plain(one.client)]
    cut = fill(spoken()["finding"]["cut"], most=LOOKED_AT) if len(known) > LOOKED_AT else ""
    shown = found[(max(page, 1) - 1) * A_PAGE :][:A_PAGE]
    rows = [await _row(site, clinic, one) for one in shown]
    return site.pages.response(
        "sessions/found.html", staff=staff, asked=asked, error="", rows=rows, count=len(found), page=max(page, 1),
        more=len(found) > max(page, 1) * A_PAGE, cut=cut,
    )  # fmt: skip


def _days(clinic: Clinic, first: str, last: str) -> tuple[int, int]:
    """From the first day's midnight to the last one's end. Raises ZoneError."""
    zone = zones.zone_named(clinic.zone)
    since = zones.day_of(first, zone)[0] if first else FIRST
    return since, zones.day_of(last, zone)[1] if last else LAST


async def _row(site: Site, clinic: Clinic, session: Session) -> dict[str, Any]:
    words = spoken()
    erased = session.erased_at is not None
    stage = "" if erased else (await site.states.of(session, site.now())).state["stage"]
    checklist = await site.states.checklist(session)
    return {
        "handle": session.handle,
        "client": session.client,
        "band": band_of(session),
        "start": dated(clinic, session.start),
        "protocol": protocol_words(checklist.words, language())["title"],
        "stage": words["erasing"]["stage"] if erased else words["stages"][stage],
        "erased": erased,
    }
