"""The board of a clinic's day, with 50, 500 and 5,000 sessions, as it is served: an entry came to one session before
each look. Against reading and reducing every session each time."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench import busy, clinic, load
from bench.contest import Plan, against
from bench.phone_talk import Talk
from bench.servers import ours
from bench.table import Row

from sessionday.core import evaluate
from sessionday.store import Store

SIZES = (50, 500, 5000)
DAY = 86_400_000


@dataclass(slots=True)
class Found:
    """Of one size, a number a round, in ms: reading and reducing; a look after an entry came; one where nothing did."""

    naive: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    still: list[float] = field(default_factory=list)
    bytes: int = 0


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Each size over a server of its own."""
    found = {size: measured(plan, size, say) for size in SIZES}
    return [row for size in SIZES for row in of_size(size, found[size], found[SIZES[0]])]


def of_size(size: int, one: Found, smallest: Found) -> list[Row]:
    """What is said of one size."""
    note = (
        f"{busy.ENTRIES} entries each: read and reduced {median(one.naive):,.1f} ms, served after an entry came"
        f" {median(one.served):,.2f} ms, with nothing new {median(one.still):,.2f} ms, {one.bytes:,} bytes"
    )
    work, peer = f"board of {size:,} sessions", "each session read and reduced each time"
    told = size == SIZES[1]
    goal = ("≥ 50", "130") if told else ("", "")
    made = [
        Row(f"{work}, after an entry came to one", peer, against(one.naive, one.served), *goal, note),
        Row(f"{work}, nothing new", peer, against(one.naive, one.still)),
    ]
    if size == SIZES[0]:
        return made
    each = [ratio * SIZES[0] / size for ratio in against(one.served, smallest.served)]
    goal = ("≤ 1.2", "0.83") if told else ("", "")
    return [*made, Row(f"{work}, after an entry came, time for each session", f"board of {SIZES[0]}", each, *goal)]


def measured(plan: Plan, size: int, say: Callable[[str], None]) -> Found:
    """All rounds of one size."""
    url, found = f"sqlite:///{plan.folder / f'board{size}.db'}", Found()
    opened = asyncio.run(busy.open_busy(url, size))
    with ours(url, plan.folder) as server:
        robin = Talk(server.port, load.get("/board", clinic.sign_in(server.port)))
        phone = Talk(server.port, clinic.phones(opened, server.port, 1)[0])
        found.bytes = len(robin.ask())
        if robin.ask().count(b"data-session=") != size:
            raise RuntimeError(f"not {size} cards")
        for number in range(plan.rounds):
            found.naive.append(asyncio.run(reduced(url, size)))
            found.served.append(looked(robin, phone, plan.seconds))
            found.still.append(looked(robin, None, plan.seconds / 2))
            told = f"{found.naive[-1]:,.1f}, {found.served[-1]:,.2f} and {found.still[-1]:,.2f} ms"
            say(f"board of {size}, round {number + 1}: reduced, served, nothing new: {told}")
    return found


def looked(robin: Talk, phone: Talk | None, seconds: float) -> float:
    """The median ms of a look at the board; before each, where there is a phone, it pushed."""
    until = time.perf_counter() + seconds
    took: list[float] = []
    while time.perf_counter() < until or len(took) < 3:
        if phone:
            phone.push()
        began = time.perf_counter()
        robin.ask()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def reduced(url: str, size: int) -> float:
    """The ms of reading each session's entries and evaluating them; nothing is drawn."""
    async with await Store.open(url, now=clinic.now_ms(), writer=False) as store:
        (home,) = await store.clinics()
        began, now = time.perf_counter(), clinic.now_ms()
        sessions = await store.sessions_from(home.id, now - DAY, now + DAY)
        body = await store.protocol(home.id, sessions[0].protocol_id, sessions[0].protocol_version)
        rules = json.loads(body or "{}")["rules"]
        for session in sessions:
            evaluate(rules, session.rules_form(), await store.entries(session), now)
        took = (time.perf_counter() - began) * 1000
    if len(sessions) != size:
        raise RuntimeError(f"{len(sessions)} of {size} sessions")
    return took
