"""A record is erased, or kept from it, by a lead's word; and the page that says of an erased one what is left."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.band import band_of, plain
from sessionday.record.formats import FORMATS
from sessionday.store import Arrangement, Damaged, NotErasable
from sessionday.web.access import reader_of, staff_at
from sessionday.web.errors import NotYours, Refused, Unclear
from sessionday.web.here import Here
from sessionday.web.named import names_any
from sessionday.web.proving import unless_proven
from sessionday.web.reading import form_of
from sessionday.web.sharing import dated
from sessionday.web.site import Site, site_of
from sessionday.words import language, protocol_words, spoken

LONGEST = 500  # letters of a reason
DONE = ("closed", "cancelled")


async def show(request: Request) -> Response:
    """GET /s/{handle}/erase: what would go, and what stays."""
    site, here = site_of(request), await _lead_at(request)
    site.accesses.note(here, "page")
    return await _page(site, here)


async def change(request: Request) -> Response:
    """POST /s/{handle}/erase: `do` is `erase` (with the client's name, typed), `keep` or `let_go`, each with a reason;
    422 where it is unclear."""
    site, here, form = site_of(request), await _lead_at(request), await form_of(request)
    ways = {"erase": _erase, "keep": _keep, "let_go": _let_go}
    way = ways.get(form.get("do", ""))
    if way is None:
        raise NotYours
    if asked := await unless_proven(request, here, form, always=True, back=request.url.path):
        return asked
    try:
        await way(site, here, form)
    except Unclear as unclear:
        return await _page(site, here, 422, error=unclear, typed=form)
    # With a query, so that the phone's worker asks the server and not its memory.
    where = "?erased" if way is _erase else "erase"
    return RedirectResponse(f"/s/{here.session.handle}/{where}", status_code=303)


async def left_of(site: Site, here: Here) -> Response:
    """The page of an erased record, for staff: 410, so that no worker keeps it in place of what it had."""
    if here.role != "staff":
        raise NotYours
    site.accesses.note(here, "page")
    last = _last(await site.store.arrangements(here.session), "erased")
    words = spoken()["erasing"]
    by_rule = last is None or "years" in last.body
    said = words["by_rule" if by_rule else "by_name"]
    values = {"name": last.name, **last.body} if last else {}
    for key, value in values.items():
        said = said.replace("{" + key + "}", str(value))
    when = dated(here.clinic, here.session.erased_at or 0)
    checklist = protocol_words(here.checklist.words, language())["title"]
    return site.pages.response(
        "session/erased.html", 410, here=here, session=here.session, when=when, said=said,
        start=dated(here.clinic, here.session.start), protocol=f"{checklist} ({here.session.protocol_version})",
    )  # fmt: skip


async def _lead_at(request: Request) -> Here:
    here = await reader_of(request)
    if here.role != "staff":
        raise NotYours
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.staff.role != "lead":
        raise Refused(403, "leads_only", spoken()["erasing"]["errors"]["lead"])
    return here


async def _erase(site: Site, here: Here, form: dict[str, str]) -> None:
    words = spoken()["erasing"]["errors"]
    why = _reason(here, form)
    if not plain(here.session.client) or plain(form.get("name", "")) != plain(here.session.client):
        raise Unclear("name", words["name"])
    try:
        await site.store.erase(here.session, here.person, here.name, site.now(), body={"why": why})
    except NotErasable as problem:
        raise Unclear("", words[problem.why]) from None


async def _keep(site: Site, here: Here, form: dict[str, str]) -> None:
    body = {"why": _reason(here, form)}
    changes = {"kept_at": site.now()}
    await site.store.arrange(here.session, "kept", here.person, here.name, site.now(), body=body, changes=changes)


async def _let_go(site: Site, here: Here, form: dict[str, str]) -> None:
    body = {"why": _reason(here, form)}
    changes = {"kept_at": None}
    await site.store.arrange(here.session, "let_go", here.person, here.name, site.now(), body=body, changes=changes)


def _reason(here: Here, form: dict[str, str]) -> str:
    """Why. It stays when all else is gone, so it must not name whom the record was about."""
    words, why = spoken()["erasing"]["errors"], " ".join(form.get("why", "").split())
    if not 0 < len(why) <= LONGEST:
        raise Unclear("why", words["why"])
    names = [here.session.client, *(seat.name for seat in here.seats if seat.role != "prescriber")]
    if names_any(why, names):
        raise Unclear("why", words["why_names"])
    return why


async def _page(site: Site, here: Here, status: int = 200, **more: Any) -> Response:
    arranged = await site.store.arrangements(here.session)
    kept = _last(arranged, "kept") if here.session.kept_at is not None else None
    context: dict[str, Any] = {
        "here": here,
        "session": here.session,
        "band": band_of(here.session),
        "formats": FORMATS.values(),
        "over": site.now() > here.session.over_at,
        "over_at": dated(here.clinic, here.session.over_at),
        "unfinished": await _is_unfinished(site, here),
        "kept": kept and {"by": kept.name, "why": kept.body.get("why", ""), "when": dated(here.clinic, kept.at)},
        "typed": {},
        "error": None,
    }
    return site.pages.response("record/erase.html", status, **{**context, **more})


async def _is_unfinished(site: Site, here: Here) -> bool:
    """Whether the day was never closed; of a record that can't be read nobody knows."""
    try:
        current = await site.states.of(here.session, site.now())
    except Damaged:
        return False
    return current.state["stage"] not in DONE


def _last(arranged: list[Arrangement], kind: str) -> Arrangement | None:
    return next((one for one in reversed(arranged) if one.kind == kind), None)
