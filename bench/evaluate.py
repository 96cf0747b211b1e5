"""How long the rules take over a full day, in Python and in JavaScript, and what of it is left as it is served.

Processor time, so that waiting for others is not counted; beside a fixed piece of plain work (reading and writing the
same entries as JSON), whose ratio stays comparable where a busy machine's milliseconds do not.
"""

import asyncio
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import busy, clinic
from bench.contest import Plan
from bench.day import a_day
from bench.table import Row

from sessionday.app import create_app
from sessionday.core import evaluate
from sessionday.settings import Settings
from sessionday.store import Store

CALLS = 40  # of each kind in a round, in turns


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """The rules alone in both languages; as served with nothing new."""
    day = a_day()
    steps, entries = len(day["protocol"]["steps"]), len(day["entries"])
    text = json.dumps(day["entries"])
    work = f"evaluation of a day, {steps} steps, {entries} entries"
    python = [a_round(lambda: evaluate(**day), lambda: json.dumps(json.loads(text))) for _ in range(plan.rounds)]
    script = json.loads(_in_node({"day": day, "rounds": plan.rounds, "calls": CALLS}))
    served = asyncio.run(_served(plan))
    say(f"{work}: {median(each for each, _ in python):.2f} ms, as served {median(served):.4f} ms")
    plain = "reading and writing its entries as JSON"
    return [
        Row(f"{work}, Python", "", [each for each, _ in python], "≤ 1", "0.4 to 1 (simpler rules)", unit="ms"),
        Row(f"{work}, Python", plain, [each / other for each, other in python]),
        Row(f"{work}, as served (nothing new)", "", served, "≤ 0.1", "0.007", unit="ms"),
        Row(f"{work}, JavaScript", "", [each for each, _ in script], unit="ms"),
        Row(f"{work}, JavaScript", plain, [each / other for each, other in script]),
    ]


def a_round(asked: Callable[[], object], plain: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, taken in turns so that both meet the same weather."""
    times = [(milliseconds(asked), milliseconds(plain)) for _ in range(CALLS)]
    return [median(each) for each in zip(*times, strict=True)]


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    started = process_time()
    work()
    return (process_time() - started) * 1000


def _in_node(asked: dict[str, Any]) -> str:
    twin = Path(__file__).with_name("evaluate.mjs")
    command = ["node", str(twin)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    return done.stdout


async def _served(plan: Plan) -> list[float]:
    """What a page waits for to have the state of a session with a whole day's entries, in ms."""
    url = f"sqlite:///{plan.folder / 'evaluate.db'}"
    opened = await busy.open_busy(url, 1, entries=10_000)
    app = create_app(Settings(database=url, keys=("k" * 48,)))
    async with app.router.lifespan_context(app):
        store: Store = app.state.site.store
        session = await store.session(opened.booked[0].session.handle)
        assert session is not None  # noqa: S101
        states, found = app.state.site.states, []
        known = await states.of(session, clinic.now_ms())
        if known.seq < 300:  # the day's slips of the tongue are held aside
            raise RuntimeError(f"only {known.seq} entries were stored of the day's")
        for _ in range(plan.rounds):
            began = perf_counter()
            for _ in range(CALLS):
                await states.of(session, clinic.now_ms())
            found.append((perf_counter() - began) / CALLS * 1000)
    return found
