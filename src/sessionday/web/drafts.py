"""Drafts of protocols: written in a page that keeps whatever is typed, checked as it is written, published for good."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.protocols import Checklist, Problem, ProtocolError, compile_text, copied, named, own_problems
from sessionday.store import Draft, DraftChanged, Staff, VersionTaken
from sessionday.web.access import lead_of
from sessionday.web.errors import NotYours, Refused
from sessionday.web.protocols import clock_of, version_of
from sessionday.web.reading import as_json, form_of, json_of, seen_in
from sessionday.web.shelf import shelf_of
from sessionday.web.site import Site, site_of
from sessionday.words import counted, language, spoken

LIMIT = 262_144  # of a protocol's text, in bytes
SENT_LIMIT = 4 * LIMIT  # a form writes what is no letter as three
SHOWN = 40  # problems in one list: one mistake at the top can make hundreds
FILE = "draft"


async def copy(request: Request) -> Response:
    """POST /protocols/{protocol}/{version}/copy: a draft that begins with that text."""
    site, staff = site_of(request), await lead_of(request)
    one = await version_of(site, staff, request.path_params["protocol"], request.path_params["version"])
    if one.source is None:
        raise Refused(422, "no_source", spoken()["protocols"]["no_source"])
    versions = (await shelf_of(site.store, staff.clinic, site.now())).keys()
    source = copied(one.source, one.checklist.id, versions)
    id = await site.store.add_draft(staff.clinic, source, staff.id, site.now())
    return RedirectResponse(f"/protocols/drafts/{id}", status_code=303)


async def form(request: Request) -> Response:
    """GET /protocols/drafts/{draft}: the text, and beside each line what is wrong with it."""
    site, staff = site_of(request), await lead_of(request)
    draft = await _draft_of(site, staff, request)
    return await _page(site, staff, draft, draft.source, 200)


async def save(request: Request) -> Response:
    """POST /protocols/drafts/{draft}: `do` is save, publish or discard. The text stays on the page whatever happens."""
    site, staff = site_of(request), await lead_of(request)
    draft = await _draft_of(site, staff, request)
    given = await form_of(request, SENT_LIMIT)
    source = given.get("source", "").replace("\r\n", "\n")
    seen = seen_in(given)
    if len(source.encode()) > LIMIT:
        return await _page(site, staff, draft, source, 422, error="too_big")
    try:
        if given.get("do") == "publish":
            return await _publish(site, staff, draft, source, seen)
        if given.get("do") == "discard":
            await site.store.discard_draft(staff.clinic, draft.id, seen)
            return RedirectResponse("/protocols", status_code=303)
        await site.store.save_draft(staff.clinic, draft.id, source, staff.id, seen, site.now())
    except DraftChanged:
        return await _page(site, staff, await _draft_of(site, staff, request), source, 409, error="changed")
    return RedirectResponse(f"/protocols/drafts/{draft.id}?saved", status_code=303)


async def check(request: Request) -> Response:
    """POST /protocols/drafts/{draft}/check: what is wrong with a text that is being typed; nothing is stored."""
    site, staff = site_of(request), await lead_of(request)
    await _draft_of(site, staff, request)
    given = await json_of(request, SENT_LIMIT)
    source = given.get("source") if isinstance(given, dict) else None
    if not isinstance(source, str) or len(source.encode()) > LIMIT:
        raise Refused(422, "no_text", spoken()["protocols"]["errors"]["too_big"])
    _, problems = await checked(source)
    return as_json({"says": _verdict(problems), "problems": [_told(one) for one in problems[:SHOWN]]})


async def checked(source: str) -> tuple[Checklist | None, tuple[Problem, ...]]:
    """What a draft compiles to, or what is wrong with it. In a thread: a long text takes a while."""
    try:
        made = await asyncio.to_thread(compile_text, source, FILE)
    except ProtocolError as error:
        return None, error.problems
    problems = own_problems(made, source, FILE)
    return (None if problems else made), problems


async def _publish(site: Site, staff: Staff, draft: Draft, source: str, seen: int) -> Response:
    made, _ = await checked(source)
    if made is None:
        return await _page(site, staff, draft, source, 422, error="wrong", seen=seen)
    protocol = (made.id, made.version, json.dumps(made.to_json()))
    try:
        await site.store.publish(staff.clinic, draft.id, protocol, source, staff.id, seen, site.now())
    except VersionTaken as taken:
        return await _page(site, staff, draft, source, 409, error="taken", sentence=str(taken), seen=seen)
    return RedirectResponse(f"/protocols/{made.id}/{made.version}", status_code=303)


async def _draft_of(site: Site, staff: Staff, request: Request) -> Draft:
    draft = await site.store.draft(staff.clinic, request.path_params["draft"])
    if draft is None:
        raise NotYours
    return draft


async def _page(
    site: Site,
    staff: Staff,
    draft: Draft,
    source: str,
    status: int,
    *,
    error: str = "",
    sentence: str = "",
    seen: int = 0,
) -> Response:
    """`seen` is which text the form replaces: after a conflict, the one that its reader has been shown."""
    _, problems = ((), ()) if error == "too_big" else await checked(source)
    tell = await clock_of(site, staff)
    return site.pages.response(
        "protocols/draft.html",
        status,
        staff=staff,
        draft=draft,
        changed_at=tell(draft.changed_at),
        seen=seen or draft.changed_at,
        source=source,
        named=named(source) or draft.id,
        error=error,
        sentence=sentence,
        says="" if error == "too_big" else _verdict(problems),
        problems=[_told(one) for one in problems[:SHOWN]],
        more=max(len(problems) - SHOWN, 0),
        rows=rows_of(source, problems),
    )


def rows_of(source: str, problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """The lines of the text by number, each with what is said of it."""
    said: dict[int, list[str]] = {}
    for one in problems:
        said.setdefault(one.line, []).append(one.message)
    count = max(source.count("\n") + 1, *said, 1)
    return [{"number": number, "said": "; ".join(said.get(number, ()))} for number in range(1, count + 1)]


def _told(one: Problem) -> dict[str, Any]:
    return {"line": one.line, "step": one.step, "message": one.message}


def _verdict(problems: tuple[Problem, ...]) -> str:
    words = spoken()["protocols"]["verdict"]
    count = len(problems)
    return counted(words, count, language()) if count else str(words["none"])
