"""The hot path: a durable `/sync` of three entries, with 64 phones, against a bare echo of the same bytes."""

import sys
from collections.abc import Callable, Sequence
from statistics import median

from bench import clinic, load
from bench.contest import Contestant, Plan, against, contest, rates, told
from bench.servers import Server, ours
from bench.table import Row

UVICORN = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]


def echo_server(plan: Plan, **environment: str) -> Server:
    """The bare route on uvicorn, one process, with uvloop and httptools as ours."""
    command = [sys.executable, "-m", "uvicorn", "echo:app", "--port", "{port}", *UVICORN]
    return Server(command, plan.folder, name="echo", **environment)


def echo(plan: Plan) -> Contestant:
    """Sent what ours is sent, it sends it back: no sign-in, no JSON, no database."""
    return Contestant("echo", echo_server(plan), lambda server: stand_ins(clinic.PHONES), expect="")


def stand_ins(count: int) -> list[load.Phone]:
    """The same bytes as real phones send, to a server that knows nobody."""
    cookie = f"seat={'x' * 43}.{'y' * 43}"
    return [
        load.post(f"/s/{number:012d}/sync", clinic.push_body(clinic.ROLES[number % 2], "z" * 32), cookie)
        for number in range(count)
    ]


def sessionday(plan: Plan, name: str = "ours", *, phones: int = clinic.PHONES, **environment: str) -> Contestant:
    """Ours, over a fresh SQLite database with a session for every phone."""
    opened = clinic.made(plan.folder, phones)
    server = ours(opened.url, plan.folder, name=name, **environment)
    return Contestant(name, server, lambda server: clinic.phones(opened, server.port, phones))


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Rate, processor time a request, and p99 at half of the full load."""
    mine, bare = sessionday(plan), echo(plan)
    contest(plan, [mine, bare], say)
    note = f"{told(mine)}; {told(bare)}"
    cpu = [one.cpu_us / other.cpu_us for one, other in zip(mine.turns, bare.turns, strict=True)]
    work = "durable `/sync`, 3 entries a push, 64 phones"
    return [
        Row(f"{work}: rate", "bare Starlette echo", against(rates(mine), rates(bare)), "≥ 0.33", "0.41", note),
        Row(f"{work}: processor a request", "bare Starlette echo", cpu, "≤ 3", "2.5"),
        *half(plan, mine, bare, say),
    ]


def half(plan: Plan, mine: Contestant, bare: Contestant, say: Callable[[str], None]) -> Sequence[Row]:
    """p99 where requests are due at half of the rate that ours reached, whatever the server does."""
    rate = median(rates(mine)) / 2
    found: list[tuple[float, float]] = []
    with mine.server, bare.server:
        for number in range(plan.rounds):
            both = mine.turn(plan, rate=rate).load, bare.turn(plan, rate=rate).load
            found.append((both[0].p99 / 1000, both[1].p99 / 1000))
            say(f"at half of the load, round {number + 1}: p99 {found[-1][0]:.1f} and {found[-1][1]:.1f} ms")
    ours_ms, bare_ms = (median(each) for each in zip(*found, strict=True))
    note = f"at {rate:,.0f}/s: ours {ours_ms:.1f} ms, echo {bare_ms:.1f} ms"
    ratios = [one / other for one, other in found]
    return [Row("p99 of `/sync` at half of the full load", "echo at the same rate", ratios, "≤ 3", "", note)]
