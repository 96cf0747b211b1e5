"""A clinic's day for the pages and the board: sessions of about now with the entries of a believable day up to now."""

import asyncio
import copy
import uuid
from collections import defaultdict
from typing import Any

from bench import clinic
from bench.day import START, a_day

from sessionday.booking import Booked
from sessionday.store import Push, Store

AHEAD = 40 * 60_000  # a session's first hour is under way when its entries are offered
ENTRIES = 40  # of each session


async def open_busy(url: str, sessions: int, entries: int = ENTRIES) -> clinic.Opened:
    """A clinic with so many sessions of the day, each with its first `entries` entries."""
    opened = await clinic.open_clinic(url, sessions, start=clinic.now_ms() - AHEAD)
    async with await Store.open(url, now=clinic.now_ms()) as store:
        day = a_day()["entries"][:entries]
        for first in range(0, sessions, 64):
            await asyncio.gather(*(_lived(store, one, day) for one in opened.booked[first : first + 64]))
    return opened


async def _lived(store: Store, booked: Booked, day: list[dict[str, Any]]) -> None:
    """What was said in one session, offered by one device of each role."""
    session, now = booked.session, clinic.now_ms()
    by = {seat.role: seat.id for seat in await store.seats(session)}
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in copy.deepcopy(day):
        role = entry.pop("role")
        at = min(now, entry.pop("t") - START + session.start)
        own = said[role]
        rest = {key: entry[key] for key in ("id", "kind", "step", "answer", "of", "reason")}
        own.append({"n": len(own) + 1, "seen": 0, "at": at, **rest})
    for role, bodies in said.items():
        person = by.get(role, "staff")
        push = Push(
            clinic=session.clinic, session=session.id, by=person, role=role, device=str(uuid.uuid4()), sent_at=now,
            now=now, entries=bodies,
        )  # fmt: skip
        await store.push(push)
