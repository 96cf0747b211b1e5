"""Moves a session to another time: until its time has come, with a look at who else comes then, and asking again what
was promised for the old one."""

from dataclasses import replace

from sessionday.booking import days_of, over_at, pin
from sessionday.moved import asked_again, move_to
from sessionday.store import Session
from sessionday.web.errors import Unclear
from sessionday.web.here import Here
from sessionday.web.sessions import Alike, alike_around, read_start
from sessionday.web.site import Site
from sessionday.web.states import Current
from sessionday.words import ENGLISH, protocol_words, spoken


async def before_dose(site: Site, here: Here) -> Session:
    """The session as it may be changed now; raises Unclear after the first dose. From then on the day runs under what
    was agreed: changing it would rewrite what was right at the time."""
    current = await site.states.of(here.session, site.now())
    if current.state["stage"] != "before":
        raise Unclear("", spoken()["arrange"]["errors"]["begun"])
    return replace(here.session, seq=current.seq)


async def reschedule(site: Site, here: Here, form: dict[str, str]) -> None:
    """Raises Unclear, Alike, or Grown where something was recorded since it was allowed."""
    decided_on, now = await before_dose(site, here), site.now()
    await _refuse_once_begun(site, here)
    start = read_start(here.clinic, form.get("start", ""), now)
    _refuse_too_soon(here, start, now)
    if form.get("different") != "yes":
        await _refuse_alike(site, here, start)
    arranged = await site.store.arrangements(here.session)
    move = move_to(arranged, here.session.start, start, now)
    plain = await site.states.plain_checklist(here.session)
    pinned = await pin(site.store, here.clinic, plain, here.session.limits, now, move)
    body = {"from": here.session.start, "to": start, "why": form.get("why", "").strip()[:500]}
    if move is not None and move.at == now:
        body |= {"again": now, "asked": await again(site, here)}
    days = days_of(here.clinic, here.checklist, start)
    await site.store.arrange(
        here.session, "rescheduled", here.person, here.name, now, body=body, decided_on=decided_on,
        changes={"start": start, "days": days, "over_at": over_at(days), "version": pinned.version},
    )  # fmt: skip


async def again(site: Site, here: Here, language: str = ENGLISH) -> list[str]:
    """The titles of what was said for the present time: a move asks it again. (What is noted of it stays English.)"""
    current = await site.states.of(here.session, site.now())
    texts = protocol_words(here.checklist.words, language)["steps"]
    return [texts[step]["title"] for step in asked_again(here.checklist) if _was_said(current, step)]


def _was_said(current: Current, step: str) -> bool:
    return any(entry["step"] == step and entry["kind"] in ("answer", "waive") for entry in current.entries)


def _refuse_too_soon(here: Here, start: int, now: int) -> None:
    """From a while before its start on, a day of which nothing is heard counts as begun: it could not be moved back."""
    words = spoken()["arrange"]["errors"]
    if start == here.session.start:
        raise Unclear("start", words["same"])
    if now >= start + here.checklist.rules["assume"]["from_minutes"] * 60_000:
        raise Unclear("start", words["too_soon"])


async def _refuse_once_begun(site: Site, here: Here) -> None:
    """Nor where a dose is taken for granted because nothing is heard: moving the day would lift the hold from every
    phone while the dose may lie on a tablet without signal."""
    current = await site.states.of(here.session, site.now())
    if not may_move(here, current, site.now()):
        raise Unclear("", spoken()["arrange"]["errors"]["started"])


def may_move(here: Here, current: Current, now: int) -> bool:
    """Whether nobody can have been given a dose yet."""
    state = current.state
    return state["stage"] == "before" and state["hold_until"] is None and now < here.session.start


async def _refuse_alike(site: Site, here: Here, start: int) -> None:
    """As when it is booked: names that could be taken for each other, and here also a mark that is there already."""
    around = await alike_around(site, here.clinic, here.session.client, start, here.session)
    if around:
        raise Alike(around)
