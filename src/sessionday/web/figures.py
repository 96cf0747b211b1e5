"""GET /figures: what a month's or a day's sessions came to, each number with its sessions; also as a table."""

import asyncio
import calendar
import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday import zones
from sessionday.record.table import inert
from sessionday.store import Clinic, Session
from sessionday.web.access import clinic_of, staff_of
from sessionday.web.counts import KINDS, Waive, by_day, happened, waives
from sessionday.web.errors import NotYours
from sessionday.web.sharing import local_time
from sessionday.web.site import Site, site_of
from sessionday.web.telling import fill
from sessionday.words import spoken

MOST = 2_000  # sessions of one month
BAR, HIGH = 22, 200  # of the plot: a day's width, the highest bar


@dataclass(slots=True)
class Figures:
    """Of the sessions that were planned for some days: of `all`, no more than MOST are counted. `held`: what was kept
    aside in them."""

    days: list[str]
    all: int = 0
    held: int = 0
    sessions: dict[str, list[Session]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    waived: dict[Waive, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


async def show(request: Request) -> Response:
    """GET /figures?month=2026-12 or ?day=2026-12-01, this month where neither is given; 422 where it is none."""
    site, clinic, asked = await _asked(request)
    try:
        figures = await figures_of(site, clinic, asked)
    except zones.ZoneError:
        return site.pages.response("figures/show.html", 422, **_shown(site, clinic, asked, None))
    return site.pages.response("figures/show.html", **_shown(site, clinic, asked, figures))


async def table(request: Request) -> Response:
    """GET /figures.csv, with the same query: each session with what it counts for, then what was set aside and why."""
    site, clinic, asked = await _asked(request)
    try:
        figures = await figures_of(site, clinic, asked)
    except zones.ZoneError:
        raise NotYours from None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    words = spoken()["figures"]["kinds"]
    writer.writerow([spoken()["figures"]["session"], *(words[kind] for kind in KINDS)])
    counted = {kind: {one.id for one in found} for kind, found in figures.sessions.items()}
    for one in figures.sessions["planned"]:
        marks = ["1" if one.id in counted[kind] else "0" for kind in KINDS]
        writer.writerow([inert(f"{whose(one)}, {local_time(clinic, one.start)}"), *marks])
    for waive, count in figures.waived.items():
        writer.writerow([inert(waive.step), inert(waive.reason), inert(_by(waive)), count])
    if cut := _cut(figures):
        writer.writerow([cut])
    headers = {"Content-Disposition": f'attachment; filename="figures-{asked}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def figures_of(site: Site, clinic: Clinic, asked: str) -> Figures:
    """Reckons them from the records. Raises ZoneError where `asked` is neither a day nor a month."""
    zone = zones.zone_named(clinic.zone)
    days = days_of(asked)
    since, until = zones.day_of(days[0], zone)[0], zones.day_of(days[-1], zone)[1]
    found = await site.store.sessions_from(clinic.id, since, until)
    overdue = await site.store.alarmed(clinic.id, since, until, "overdue")
    figures, counted = Figures(days, len(found)), []
    for session in found[:MOST]:
        kinds, set_aside = await _counts(site, session, was_overdue=session.id in overdue)
        figures.held += session.held
        counted.append((zones.shown(session.start, zone)[:10], kinds))
        for kind in kinds:
            figures.sessions[kind].append(session)
        for waive in set_aside:
            figures.waived[waive] = figures.waived.get(waive, 0) + 1
        await asyncio.sleep(0)  # phones that sync meanwhile come first
    figures.rows = [{**row, "named": day_text(row["day"])} for row in by_day(days, counted)]
    return figures


async def _counts(site: Site, session: Session, *, was_overdue: bool) -> tuple[set[str], list[Waive]]:
    """What a session counts for. Of an erased one nobody knows any more what happened, only that it was."""
    if session.erased_at is not None:
        return {"planned", "erased", *(["held"] if session.held else [])}, []
    current = await site.states.of(session, site.now())
    kinds = happened(current.state, current.entries, session.held, was_overdue=was_overdue)
    return kinds, waives(current.entries)


def days_of(asked: str) -> list[str]:
    """The days of ‘2026-12’, or the one of ‘2026-12-01’. Raises ZoneError."""
    try:
        if len(asked) == 10:
            return [date.fromisoformat(asked).isoformat()]
        first = date.fromisoformat(f"{asked}-01")
        last = calendar.monthrange(first.year, first.month)[1]
        return [first.replace(day=day).isoformat() for day in range(1, last + 1)]
    except ValueError:
        raise zones.ZoneError(f"‘{asked}’ is neither a day nor a month.") from None


async def _asked(request: Request) -> tuple[Site, Clinic, str]:
    site, staff = site_of(request), await staff_of(request)
    clinic = await clinic_of(site, staff)
    site.accesses.note_clinic(staff, "figures")
    now = zones.shown(site.now(), zones.zone_named(clinic.zone))
    asked = request.query_params.get("day") or request.query_params.get("month") or now[:7]
    return site, clinic, asked[:10]


def _shown(site: Site, clinic: Clinic, asked: str, figures: Figures | None) -> dict[str, Any]:
    words = spoken()["figures"]
    context: dict[str, Any] = {"asked": asked, "error": "", "numbers": [], "waived": [], "bars": [], "rows": []}
    context |= {"named": asked, "held": 0, "cut": ""}
    if figures is None:
        return {**context, "error": words["no_days"], "wide": 0, "high": HIGH}
    numbers = [
        {"kind": kind, "label": words["kinds"][kind], "count": len(found),
         "sessions": [_line(clinic, one) for one in found]}
        for kind, found in figures.sessions.items()
    ]  # fmt: skip
    waived = [
        {"step": one.step, "reason": one.reason, "name": _by(one), "count": n} for one, n in figures.waived.items()
    ]
    wide = BAR * len(figures.rows)
    return {
        **context, "numbers": numbers, "waived": waived, "rows": figures.rows, "bars": bars(figures.rows),
        "wide": max(wide, BAR), "high": HIGH, "named": _named(asked), "held": figures.held, "cut": _cut(figures),
    }  # fmt: skip


def whose(one: Session) -> str:
    """Whose session it was, while anybody knows."""
    return one.client or str(spoken()["erasing"]["stage"])


def _by(waive: Waive) -> str:
    """Who set it aside: a name, else at least from which seat."""
    return waive.name or str(spoken()["roles"].get(waive.role, waive.role))


def _cut(figures: Figures) -> str:
    """That not all of it was counted; empty where it was."""
    if figures.all <= MOST:
        return ""
    return fill(spoken()["figures"]["cut"], all=figures.all, most=MOST)


def _named(asked: str) -> str:
    """A day with its weekday, or a month: ‘Tue 1 Dec 2026’, ‘Dec 2026’."""
    if len(asked) == 10:
        return f"{day_text(asked)} {asked[:4]}"
    return f"{spoken()['months'][int(asked[5:7]) - 1]} {asked[:4]}"


def day_text(day: str) -> str:
    """‘2026-12-01’ as people read it: ‘Tue 1 Dec’."""
    known, words = date.fromisoformat(day), spoken()
    return f"{words['weekdays'][known.weekday()]} {known.day} {words['months'][known.month - 1]}"


def _line(clinic: Clinic, one: Session) -> dict[str, str]:
    return {"handle": one.handle, "client": whose(one), "start": local_time(clinic, one.start)}


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The plot's rectangles: each day's sessions one on the other, closed below, still open on top."""
    most = max((row["planned"] for row in rows), default=0) or 1
    drawn = []
    for place, row in enumerate(rows):
        foot = float(HIGH)
        for kind in ("erased", "closed", "cancelled", "open"):
            height = round(HIGH * row[kind] / most, 2)
            foot -= height
            if height:
                drawn.append(
                    {"kind": kind, "x": place * BAR + 2, "y": round(foot, 2), "width": BAR - 4, "height": height}
                )
    return drawn
