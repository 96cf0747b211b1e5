"""News: a thousand and five thousand browsers with the board open, in one process, while phones push."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench import clinic, load, phone_talk
from bench.contest import Contestant, Plan
from bench.load import compiled
from bench.servers import Server
from bench.sync import sessionday
from bench.table import Row

CROWDS = (1000, 5000)
PUSHES = 4  # a round, one each second
QUIET = 1.0
BURST = 20
STEADY = 100  # pushes a second while the board is watched


@dataclass(slots=True)
class Crowd:
    """What was measured with so many listeners, a number a round (ms; bytes; seconds)."""

    memory: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)  # processor µs of the server, an event to one listener


class Listening:
    """So many open streams, and what they hear; `heard` is known when it has ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.heard: dict[str, Any] = {}

    def end(self) -> None:
        """Closes all streams."""
        said, _ = self._process.communicate("", timeout=120)
        self.heard = json.loads(said)


@contextmanager
def listening(plan: Plan, server: Server, cookie: str, count: int) -> Iterator[Listening]:
    """`count` boards that have heard how things stand."""
    request = plan.folder / "listeners-request"
    request.write_bytes(load.get("/board/live", cookie, Accept="text/event-stream").whole())
    command = [str(compiled("listen.c", plan.folder)), str(server.port), str(count), str(request), "300"]
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None  # noqa: S101
    try:
        if process.stdout.readline() != "ready\n":
            _, said = process.communicate("", timeout=20)
            raise RuntimeError(f"{count} listeners: {said.strip()}; {server.log()[-300:]}")
        yield Listening(process)
    finally:
        process.kill()
        process.wait(20)


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """From commit to delivery, memory a listener, and what it does to the phones that push."""
    found = {count: Crowd() for count in CROWDS}
    slowed: list[tuple[float, float]] = []
    for number in range(plan.rounds):
        for count, one in found.items():
            mine = sessionday(plan)
            with mine.server:
                mine.ready = mine.phones(mine.server)
                a_round(plan, mine, count, one)
                if count == CROWDS[0]:
                    slowed.append(steady(plan, mine, count))
            say(
                f"{count} listeners, round {number + 1}: p50 {one.p50[-1]:.0f}, p99 {one.p99[-1]:.0f} ms,"
                f" {one.memory[-1] / 1000:.1f} KB each, {one.told[-1]:.0f} µs an event told"
            )
        say(f"p99 of /sync at {STEADY}/s: {slowed[-1][0] / 1000:.1f} ms, with listeners {slowed[-1][1] / 1000:.1f} ms")
    return told_as_rows(found, slowed)


def a_round(plan: Plan, mine: Contestant, count: int, crowd: Crowd) -> None:
    """So many come; a few pushes, each when it has been quiet; then a burst."""
    server = mine.server
    cookie = clinic.sign_in(server.port)
    phones = [phone_talk.Talk(server.port, one) for one in mine.ready[:2]]
    phones[0].push()
    before = server.memory()
    with listening(plan, server, cookie, count) as streams:
        crowd.memory.append((server.memory() - before) / count)
        time.sleep(QUIET)
        cpu, pushed = server.cpu(), []
        for _ in range(PUSHES):
            pushed.append(phones[0].push())
            time.sleep(QUIET)
        cpu = server.cpu() - cpu
        burst = [phones[number % 2].push() for number in range(BURST)]
        time.sleep(2 * QUIET)
        streams.end()
    delays = delays_of(pushed, streams.heard, count)
    crowd.p50.append(delays[len(delays) // 2])
    crowd.p99.append(delays[int(len(delays) * 0.99)])
    crowd.told.append(cpu / len(delays) * 1e6)
    crowd.burst.append(max(0.0, max(streams.heard["at"]) - burst[-1][1]) / 1000)


def delays_of(pushed: Sequence[tuple[int, int]], heard: dict[str, Any], count: int) -> list[float]:
    """For each push and listener, the ms from the push's answer to the first event after it was sent; sorted."""
    first: dict[tuple[int, int], int] = {}
    for at, who in zip(heard["at"], heard["who"], strict=True):
        place = next((i for i in reversed(range(len(pushed))) if pushed[i][0] <= at), None)
        if place is not None and at < pushed[place][0] + 5_000_000:
            first.setdefault((place, who), at)
    if len(first) < count * len(pushed):
        raise RuntimeError(f"{len(first)} of {count * len(pushed)} events were heard")
    return sorted(max(0, at - pushed[place][1]) / 1000 for (place, _), at in first.items())


def steady(plan: Plan, mine: Contestant, count: int) -> tuple[float, float]:
    """p99 of `/sync` at a steady rate, alone and with that many listeners, in µs."""
    alone = mine.turn(plan, rate=STEADY).load.p99
    with listening(plan, mine.server, clinic.sign_in(mine.server.port), count):
        return alone, mine.turn(plan, rate=STEADY).load.p99


def told_as_rows(found: dict[int, Crowd], slowed: Sequence[tuple[float, float]]) -> list[Row]:
    """A row for each thing that was asked."""
    few, many = (found[count] for count in CROWDS)
    made: list[Row] = []
    for count, one in found.items():
        work = f"board news to {count:,} listeners"
        goals = ("≤ 100", "43 ms", "≤ 15", "10 KB") if count == CROWDS[0] else ("", "0.46 s", "", "")
        note = f"p50 {median(one.p50):.0f} ms; {median(one.told):.0f} µs of processor an event and listener"
        made += [
            Row(f"{work}: commit to delivery, p99", "", one.p99, goals[0], goals[1], note, "ms"),
            Row(f"{work}: memory each", "", [each / 1000 for each in one.memory], goals[2], goals[3], unit="KB"),
            Row(f"{work}: from the last of {BURST} pushes at once to the last delivery", "", one.burst, unit="ms"),
        ]
    growth = [more / less for more, less in zip(many.told, few.told, strict=True)]
    note = f"{median(a for a, _ in slowed) / 1000:.1f} and {median(b for _, b in slowed) / 1000:.1f} ms"
    return [
        *made,
        Row("processor an event and listener, with 5,000 listeners", "with 1,000", growth),
        Row(
            f"p99 of `/sync` at {STEADY}/s with 1,000 listeners to the same clinic", "with none",
            [b / a for a, b in slowed], "≤ 4", "3 to 7", note,
        ),
    ]  # fmt: skip
