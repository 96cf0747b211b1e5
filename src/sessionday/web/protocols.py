"""The clinic's protocols as people read them: the shelf, one version, and two beside each other."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday import zones
from sessionday.protocols import Checklist, named
from sessionday.store import Staff
from sessionday.web.access import clinic_of, staff_of
from sessionday.web.errors import NotYours
from sessionday.web.protocol_compare import compared, text_changes
from sessionday.web.protocol_flow import flow
from sessionday.web.protocol_words import LONG, facts, head_facts, label
from sessionday.web.shelf import OnShelf, on_shelf, shelf_of
from sessionday.web.site import Site, site_of
from sessionday.web.telling import when
from sessionday.words import language, protocol_words, spoken


async def shelf(request: Request) -> Response:
    """GET /protocols"""
    site, staff = site_of(request), await staff_of(request)
    found = await shelf_of(site.store, staff.clinic, site.now())
    tell = await clock_of(site, staff)
    drafts = [
        {"draft": one, "named": named(one.source), "when": tell(one.changed_at)}
        for one in await site.store.drafts(staff.clinic)
    ]
    shown = [_row(one, tell) for _, one in sorted(found.items())]
    return site.pages.response("protocols/shelf.html", staff=staff, shelf=shown, drafts=drafts)


async def show(request: Request) -> Response:
    """GET /protocols/{protocol}/{version}: all that a version says, in words."""
    site, staff = site_of(request), await staff_of(request)
    one = await version_of(site, staff, request.path_params["protocol"], request.path_params["version"])
    texts = protocol_words(one.checklist.words, language())
    found = await shelf_of(site.store, staff.clinic, site.now())
    others = [key for key in found if key[0] == one.checklist.id and key[1] != one.checklist.version]
    return site.pages.response(
        "protocols/show.html",
        staff=staff,
        one=_row(one, await clock_of(site, staff)),
        flow=flow(one.checklist, texts["steps"]),
        head=[(label(fact), text) for fact, text in head_facts(one.checklist).items()],
        parts=_parts(one.checklist, texts),
        others=others,
    )


async def compare(request: Request) -> Response:
    """GET /protocols/{protocol}/compare?from=&to=: two versions of one protocol, by what they mean."""
    site, staff = site_of(request), await staff_of(request)
    id, asked = request.path_params["protocol"], request.query_params
    before, after = [await version_of(site, staff, id, asked.get(end, "")) for end in ("from", "to")]
    sources = (before.source, after.source)
    text = text_changes(*sources) if None not in sources else ""  # type: ignore[arg-type]
    return site.pages.response(
        "protocols/compare.html",
        staff=staff,
        before=before.checklist,
        after=after.checklist,
        found=compared(before.checklist, after.checklist),
        text=text,
    )


async def version_of(site: Site, staff: Staff, id: str, version: str) -> OnShelf:
    """Raises NotYours for what is not on this clinic's shelf."""
    found = await on_shelf(site.store, staff.clinic, id, version, site.now())
    if found is None:
        raise NotYours
    return found


async def clock_of(site: Site, staff: Staff) -> Callable[[int], str]:
    """Tells instants as the clinic's clocks show them."""
    zone = zones.zone_named((await clinic_of(site, staff)).zone)
    return lambda t: when({"words": spoken(), "clock": zones.clock(t, zone)}, t)


def _row(one: OnShelf, tell: Callable[[int], str]) -> dict[str, Any]:
    checklist = one.checklist
    return {
        "id": checklist.id,
        "version": checklist.version,
        "title": protocol_words(checklist.words, language())["title"],
        "languages": ", ".join(checklist.words),
        "steps": len(checklist.steps),
        "running": one.running,
        "built_in": one.built_in,
        "made_by": one.made_by,
        "made_at": tell(one.made_at) if one.made_at is not None else "",
        "can_copy": one.source is not None,
    }


def _parts(checklist: Checklist, texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts in order with their steps: the question and why it is asked, and all the rest as a list."""
    own = {(key, language()) for key in LONG}
    parts = [{**part, "title": texts["parts"][part["id"]], "steps": []} for part in checklist.parts]
    by_id: dict[str, dict[str, Any]] = {part["id"]: part for part in parts}
    for rule in checklist.rules["steps"]:
        listed = [(label(fact), text) for fact, text in facts(checklist, rule).items() if fact not in own]
        step = {"id": rule["id"], "texts": texts["steps"][rule["id"]], "gate": rule["gate"], "facts": listed}
        by_id[checklist.steps[rule["id"]]["part"]]["steps"].append(step)
    return parts
