"""When the ride home falls through: what staff do next, one thing after another, each written into the record at once.

Oregon's rule is the model (clinical ground F43, F44, K44): arrange another way, keep the client from driving by
reasonable effort, call emergency services where the danger stays, and write down every instance. No branch is a dead
end: from each the others can still be taken. Nothing here opens a gate; that the entries do, by the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Fact
from sessionday.web import telling
from sessionday.web.access import reader_of, writer_of
from sessionday.web.errors import NotYours
from sessionday.web.here import Here, entries_for
from sessionday.web.proving import unless_proven
from sessionday.web.reading import form_of, seen_in
from sessionday.web.site import Site, site_of
from sessionday.web.telling import fill
from sessionday.web.views import lines_view
from sessionday.words import ENGLISH, WORDS, spoken, told_why

WAY, WRITTEN = "way_home", "events"  # the protocol's own steps that this path writes to
MOST = 2000


@dataclass(frozen=True, slots=True)
class Branch:
    """One thing that can be done or has happened: what it answers to `way_home` (None: nothing), and whom it calls."""

    id: str
    answer: str | None
    calls: str = ""
    leaves: bool = False  # the client is gone by then, whatever the gate says


BRANCHES = (
    Branch("back_up_comes", "back_up"),
    Branch("back_up_not", None),
    Branch("clinic_arranged", "clinic_arranged", calls="transport"),
    Branch("stays", "stays"),
    Branch("against_advice", "goes_alone", calls="on_call"),
    Branch("emergency", "goes_alone", calls="emergency"),
    Branch("gone", None, leaves=True),
)


async def show(request: Request) -> Response:
    """GET /s/{handle}/ride"""
    site, here = site_of(request), _on_the_way(await reader_of(request))
    return await _page(site, here)


async def record(request: Request) -> Response:
    """POST /s/{handle}/ride: writes what was done, and what it means for the way home; 422 where words are missing."""
    site, here, form = site_of(request), _on_the_way(await writer_of(request)), await form_of(request)
    if asks := await unless_proven(request, here, form, back=request.url.path):
        return asks
    branch = next((one for one in BRANCHES if one.id == form.get("branch")), None)
    if branch is None or (branch.leaves and _leave_step(here) is None):
        raise NotYours
    words = form.get("words", "").strip()
    if not words or len(words) > MOST:
        return await _page(site, here, 422, error=spoken()["ride"]["error"], at=branch.id, typed=words)
    current = await site.states.of(here.session, site.now())
    if branch not in _offered(here, current.state):  # nobody leaves before a dose, nor twice
        return await _page(site, here, 422, error=spoken()["ride"]["not_now"], at=branch.id, typed=words)
    facts = _facts(site, here, branch, words, form)
    if asks := await unless_proven(
        request, here, form, *((one.kind, one.step, one.answer) for one in facts), back=request.url.path
    ):
        return asks
    for fact in facts:
        verdict = await site.store.append(fact)
        if verdict.result == "held":
            return await _page(site, here, 422, error=told_why(verdict.why, verdict.message), at=branch.id, typed=words)
    return RedirectResponse(f"/s/{here.session.handle}/ride#done", status_code=303)


def _on_the_way(here: Here) -> Here:
    """Whoever of the clinic asks, where the protocol has a way home: at home there is none."""
    if here.role != "staff" or not {WAY, WRITTEN} <= here.checklist.steps.keys():
        raise NotYours
    return here


def _facts(site: Site, here: Here, branch: Branch, words: str, form: dict[str, str]) -> list[Fact]:
    """What was done in words, then the way home. Their ids follow from the form's: sent twice, it is written once."""
    given, now = form.get("id") or str(uuid4()), site.now()
    seen = seen_in(form)
    title = WORDS[ENGLISH]["ride"]["branches"][branch.id]["done"]  # the record speaks one language
    answers: list[tuple[str, Any]] = [(WRITTEN, f"{title} {words}")]
    answers += [(WAY, branch.answer)] if branch.answer else []
    answers += [(_leave_step(here) or "", "yes")] if branch.leaves else []
    return [
        Fact(
            clinic=here.session.clinic, session=here.session.id, by=here.person, role="staff", device=here.form_device,
            now=now, at=now, seen=seen, id=str(uuid5(NAMESPACE_URL, f"{given}/{step}")), kind="answer", step=step,
            answer=answer,
        )
        for step, answer in answers
    ]  # fmt: skip


def _leave_step(here: Here) -> str | None:
    return next((step["id"] for step in here.checklist.rules["steps"] if step["marks"] == "leave"), None)


def _offered(here: Here, state: Mapping[str, Any]) -> list[Branch]:
    """What can be done now: nobody has left before a dose, nor twice."""
    may_leave = state["stage"] == "during" and _leave_step(here) is not None
    return [branch for branch in BRANCHES if may_leave or not branch.leaves]


async def _page(site: Site, here: Here, status: int = 200, **more: Any) -> Response:
    site.accesses.note(here, "ride")
    pack = site.packs.of(here)
    current = await site.states.of(here.session, site.now())
    entries = entries_for(here, current.entries)
    looks = [{"name": look.name, "seq": look.seq} for look in here.place.looks]
    said = {step: lines_view(pack, entries, looks, step) for step in ("ride_details", "support_named", WAY, WRITTEN)}
    context = {
        "here": here,
        "pack": pack,
        "state": current.state,
        "gates": {"leave": telling.gate(pack, current.state, "leave")},
        "seq": current.seq,
        "said": said,
        "branches": [_told(here, one) for one in _offered(here, current.state)],
        "cancel_step": next((s["id"] for s in here.checklist.rules["steps"] if s["marks"] == "cancel"), None),
        "leave_step": _leave_step(here),
        "error": None,
        "at": "",
        "typed": "",
    }
    return site.pages.response("ride/show.html", status, **{**context, **more})


def _told(here: Here, branch: Branch) -> dict[str, str]:
    words: dict[str, str] = spoken()["ride"]["branches"][branch.id]
    filled = {key: fill(text, client=here.session.client) for key, text in words.items()}
    return {"id": branch.id, "number": _number(here, branch), **filled}


def _number(here: Here, branch: Branch) -> str:
    """Whom to call for it, where the clinic has said."""
    return str(getattr(here.clinic, branch.calls)) if branch.calls else ""
