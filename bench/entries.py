"""Entries committed a second: by sqlite3 alone in batches of 64, by the writer's task alone, and over HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median

from bench import clinic
from bench.contest import ENTRIES, Contestant, Plan, against
from bench.servers import ROOT
from bench.sync import sessionday
from bench.table import Row

# How each is committed: (way, entries a push). 64 pushes make one batch.
WAYS = {"raw": ("raw", 1), "raw of 3": ("raw", ENTRIES), "writer": ("writer", 1), "writer of 3": ("writer", ENTRIES)}


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Ours over HTTP and the writer's task alone, against what sqlite3 does with the same table."""
    mine = sessionday(plan)
    found: dict[str, list[float]] = {name: [] for name in (*WAYS, "HTTP")}
    with mine.server:
        mine.ready = mine.phones(mine.server)
        for number in range(plan.rounds):
            a_round(plan, mine, found)
            told = ", ".join(f"{name} {rates[-1]:,.0f}/s" for name, rates in found.items())
            say(f"entries committed, round {number + 1}: {told}")
    return told_as_rows(found)


def a_round(plan: Plan, mine: Contestant, found: dict[str, list[float]]) -> None:
    """One turn for each, every one over a fresh database, but for the server, which keeps its own."""
    for name, (way, entries) in WAYS.items():
        url = clinic.made(plan.folder).url
        found[name].append(committed(way, url, plan.seconds, entries))
    found["HTTP"].append(mine.turn(plan).load.rate * ENTRIES)


def committed(way: str, url: str, seconds: float, entries: int) -> float:
    """Entries a second, in a process of its own."""
    command = [sys.executable, "-m", "bench.committing", way, url, str(seconds), str(entries)]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return float(json.loads(done.stdout)["rate"])


def told_as_rows(found: dict[str, list[float]]) -> list[Row]:
    """Each against raw sqlite3 with batches of the same size."""
    note = ", ".join(f"{name} {median(rates):,.0f}/s" for name, rates in found.items())
    http, raw, raw_3 = found["HTTP"], found["raw"], found["raw of 3"]
    return [
        Row(
            "entries committed over HTTP", "raw sqlite3, 64 rows a transaction", against(http, raw), "≥ 0.10", "0.12",
            note,
        ),
        Row("entries committed over HTTP", "raw sqlite3, 64 × 3 rows a transaction", against(http, raw_3)),
        Row(
            "the writer's task alone, 64 pushes of one entry", "raw sqlite3, 64 rows a transaction",
            against(found["writer"], raw), "≥ 0.6", "0.78",
        ),
        Row(
            "the writer's task alone, 64 pushes of 3 entries", "raw sqlite3, 64 × 3 rows a transaction",
            against(found["writer of 3"], raw_3),
        ),
    ]  # fmt: skip
