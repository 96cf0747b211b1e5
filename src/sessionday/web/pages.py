"""The session's pages: the day, one question, and the form that answers it without JavaScript."""

from collections.abc import Hashable
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.moved import is_for_another_time
from sessionday.store import Fact
from sessionday.web import telling
from sessionday.web.access import reader_of, writer_of
from sessionday.web.accesses import REFRESH
from sessionday.web.answers import BadAnswer, answer_from, happened_at
from sessionday.web.compression import Parts
from sessionday.web.erasing import left_of
from sessionday.web.errors import NotYours, Refused
from sessionday.web.here import Here, entries_for, session_for
from sessionday.web.proving import unless_proven
from sessionday.web.reading import form_of, seen_in
from sessionday.web.site import Site, site_of
from sessionday.web.states import Current
from sessionday.web.sync import look
from sessionday.web.views import day_view, step_view
from sessionday.words import spoken, told_why

KEPT_MS = 72 * 3_600_000  # after the end, what the clinic has may leave the phones
BEHIND = {"x-refresh", "sec-purpose", "purpose"}


async def day(request: Request) -> Response:
    """GET /s/{handle}/: what is next, the list, the gates and the hold, as this seat may see them."""
    site, here = site_of(request), await reader_of(request, erased=True)
    if here.session.erased_at is not None:
        return await left_of(site, here)
    current = await site.states.of(here.session, site.now())
    if is_long_over(here, current, site.now()):
        return site.pages.response("session/over.html", here=here, stage=current.state["stage"])

    async def draw() -> Parts:
        return site.pages.piece("session/show.html", **await day_context(site, here))

    page = await site.pages.kept(*drawn_from(site, here, current, ""), draw)
    # A worker that refreshes its copy behind the page is nobody looking, nor a browser that fetches ahead.
    if noted(request, here, "page"):
        await look(site, here, current.seq)
    return site.pages.given(request, page)


def noted(request: Request, here: Here, what: str) -> bool:
    """Notes that staff read it; answers whether somebody looks, or only a browser by itself."""
    if here.role != "staff" or request.method != "GET":
        return False
    by_itself = bool(BEHIND & set(request.headers))
    site_of(request).accesses.note(here, REFRESH if by_itself else what)
    return not by_itself


def is_long_over(here: Here, current: Current, now: int) -> bool:
    """Whether nothing of the session is to stay on this seat's phone: its page then brings and forgets (over.js)."""
    if here.role == "staff" or current.state["stage"] not in ("closed", "cancelled"):
        return False
    marks = {step["id"] for step in here.checklist.rules["steps"] if step["marks"] in ("close", "cancel")}
    ended: int = max(entry["t"] for entry in current.entries if entry["step"] in marks)
    return now >= ended + KEPT_MS


async def day_context(site: Site, here: Here) -> dict[str, Any]:
    """What the session page shows to whoever asks."""
    view = await view_of(site, here, None)
    return {**view, **await _desk(site, here)}


async def step(request: Request) -> Response:
    """GET /s/{handle}/steps/{step}: one question, one page."""
    site, here = site_of(request), await reader_of(request)
    name = _step_of(request, here)
    current = await site.states.of(here.session, site.now())
    if is_long_over(here, current, site.now()):
        return RedirectResponse(f"/s/{here.session.handle}/?over", status_code=303)
    noted(request, here, "step")

    async def draw() -> Parts:
        return site.pages.piece("steps/show.html", **await view_of(site, here, name))

    page = await site.pages.kept(*drawn_from(site, here, current, name), draw)
    return site.pages.given(request, page)


def drawn_from(site: Site, here: Here, current: Current, step: str) -> tuple[str, Hashable, Hashable]:
    """Of which session, which page it is, and all that it is drawn from."""
    key = (here.session.id, here.person, step)
    return here.session.id, key, (site.packs.version(here), current, here.place.looks, here.seats, here.session.held)


async def entries(request: Request) -> Response:
    """POST /s/{handle}/entries: a form becomes an entry; 422 with what was typed where it can't be one yet, 403 where a
    shared tablet first asks who is there."""
    site, here = site_of(request), await writer_of(request)
    form = await form_of(request)
    back = f"/s/{here.session.handle}/steps/{form.get('step')}"
    if asks := await unless_proven(request, here, form, back=back):
        return asks
    if form.get("person", here.person) != here.person:
        raise Refused(409, "other_person", spoken()["problem"]["other_person"])
    pack = site.packs.of(here)
    try:
        fact = _fact(site, here, pack, form)
    except BadAnswer as bad:
        return await _again(site, here, form, bad)
    if _is_late(here, form, fact):
        return await _again(site, here, form, BadAnswer("", spoken()["why_held"]["moved"]))
    if asks := await unless_proven(request, here, form, (fact.kind, fact.step, fact.answer), back=back):
        return asks
    verdict = await site.store.append(fact)
    if verdict.result == "held":
        why = telling.fill(pack["words"]["errors"]["held"], message=told_why(verdict.why, verdict.message))
        return await _again(site, here, form, BadAnswer("", why))
    return RedirectResponse(_after(here, pack, form), status_code=303)


def _step_of(request: Request, here: Here) -> str:
    step = str(request.path_params["step"])
    if not here.sees(step):
        raise NotYours
    return step


async def view_of(site: Site, here: Here, step: str | None) -> dict[str, Any]:
    pack = site.packs.of(here)
    current = await site.states.of(here.session, site.now())
    looks = [{"name": look.name, "seq": look.seq} for look in here.place.looks]
    entries = entries_for(here, current.entries)
    if step is None:
        view = day_view(pack, current.state, entries, looks)
    else:
        view = step_view(pack, current.state, entries, looks, step)
    shown_code = session_for(here)["pickup_code"] if here.role == "support" else None
    return {**view, "seq": current.seq, "pickup_code": shown_code, "error": None, "typed": {}}


async def _desk(site: Site, here: Here) -> dict[str, Any]:
    """What staff see besides: who has a link, and what was kept aside."""
    if here.role != "staff":
        return {"seats": (), "held": [], "made_code": None}
    pack = site.packs.of(here)
    held = [
        {
            "why": one.why,
            "message": told_why(one.why, one.message),
            "role": one.role,
            "when": telling.when(pack, one.received_at),
            "body": one.body,
            "written": _at_tablet(pack, one.body) if one.why == "locked" else None,
        }
        for one in await site.store.held(here.session)
    ]
    return {"seats": here.seats, "held": held, "made_code": None}


def _at_tablet(pack: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    """What somebody wrote at a locked tablet, and who they say they are."""
    words = spoken()["locked"]
    name = body["name"] or words["nobody"]
    head = telling.fill(words["at_tablet"], tablet=body["tablet"], when=telling.when(pack, body["at"]), name=name)
    return {"head": head, "fact": body["fact"]}


def _fact(site: Site, here: Here, pack: dict[str, Any], form: dict[str, str]) -> Fact:
    """The entry that a form asks for. Raises BadAnswer where it can't be one yet, NotYours for a step not seen."""
    kind, step = form.get("kind", "answer"), form.get("step") or None
    rules = next((one for one in pack["protocol"]["steps"] if one["id"] == step), None)
    if kind not in ("answer", "withdraw", "waive", "ack") or (rules is None and kind != "ack"):
        raise BadAnswer("", pack["words"]["errors"]["step_gone"])
    if rules is not None and not here.sees(rules["id"]):
        raise NotYours
    if kind == "waive" and not form.get("reason", "").strip():
        raise BadAnswer("reason", pack["words"]["errors"]["reason"])
    now = site.now()
    return Fact(
        clinic=here.session.clinic,
        session=here.session.id,
        by=here.person,
        role=here.role,
        device=here.form_device,
        id=form.get("id") or str(uuid4()),
        seen=seen_in(form),
        at=happened_at(pack, form, now) if here.role == "staff" else now,
        now=now,
        kind=kind,
        step=step,
        answer=answer_from(pack, rules, form) if kind == "answer" and rules is not None else None,
        of=form.get("of") or None,
        reason=form.get("reason") if kind == "waive" else None,
    )


def _is_late(here: Here, form: dict[str, str], fact: Fact) -> bool:
    """Whether the form's page showed another start, and this is promised for that one."""
    start = form.get("start", "")
    if not start.isdecimal() or len(start) > 15:
        return False
    entry = {"step": fact.step, "kind": fact.kind, "answer": fact.answer}
    return is_for_another_time(here.checklist, here.session.rules_form(), int(start), entry)


async def _again(site: Site, here: Here, form: dict[str, str], bad: BadAnswer) -> Response:
    """The page once more, with the error and what was typed."""
    step = form.get("step") or ""
    view = await view_of(site, here, step if here.sees(step) else None)
    if here.sees(step):
        return site.pages.response("steps/show.html", 422, **{**view, "error": bad, "typed": form})
    return site.pages.response("session/show.html", 422, **{**view, **await _desk(site, here), "error": bad})


def _after(here: Here, pack: dict[str, Any], form: dict[str, str]) -> str:
    """Where a saved form leads: to the question with its echo; a call for help and an ack back to the day."""
    if form.get("back") == "board":
        return "/board"
    rules = next((one for one in pack["protocol"]["steps"] if one["id"] == form.get("step")), None)
    if rules is None or rules["marks"] == "help" or form.get("kind") == "ack":
        return f"/s/{here.session.handle}/?saved"
    # With a query: the phone's worker answers such an address from the server, never from its memory.
    return f"/s/{here.session.handle}/steps/{rules['id']}?saved"
