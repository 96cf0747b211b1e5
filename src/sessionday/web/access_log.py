"""Who of the clinic read whose record on a day: for leads."""

from starlette.requests import Request
from starlette.responses import Response

from sessionday import zones
from sessionday.web.access import clinic_of, lead_of
from sessionday.web.site import site_of
from sessionday.words import spoken


async def show(request: Request) -> Response:
    """GET /access?day=2026-12-01, today where none is given; 422 where that is no day."""
    site, lead = site_of(request), await lead_of(request)
    clinic = await clinic_of(site, lead)
    await site.accesses.flush()
    zone = zones.zone_named(clinic.zone)
    typed = request.query_params.get("day", zones.shown(site.now(), zone)[:10])
    words, status, error = spoken()["record"]["access"], 200, ""
    erased = spoken()["erasing"]["stage"]  # what stands for whom a record without a name was about
    try:
        since, until = zones.day_of(typed, zone)
    except zones.ZoneError:
        since, until, status, error = 0, 0, 422, words["no_day"]
    found = await site.store.accesses_from(clinic.id, since, until)
    rows = [
        {"when": zones.shown(one.at, zone)[11:], "name": one.name, "what": _what(one.what),
         "handle": handle, "path": "record" if client else "", "client": client or erased}
        for one, handle, client in found
    ]  # fmt: skip
    return site.pages.response("record/access.html", status, day=typed, error=error, rows=rows, member=lead)


def _what(what: str) -> str:
    """What was read; or which rule was made, with its number."""
    kinds = spoken()["record"]["access"]["kinds"]
    kind, _, years = what.partition(" ")
    if years:
        kind = f"{kind}_of"
    return str(kinds.get(kind, what)).replace("{years}", years)
