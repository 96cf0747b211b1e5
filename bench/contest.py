"""Contestants that take turns under the same load: each has its turn in each round, so all meet the same weather."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.load import Load, Phone, run
from bench.servers import Server

STORED = '"result":"stored"'
ENTRIES = 3  # a push


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, and where its files lie."""

    folder: Path
    rounds: int = 5
    seconds: float = 3.0

    @property
    def warm(self) -> float:
        """Seconds before counting begins."""
        return min(0.5, self.seconds / 4)


@dataclass(slots=True)
class Turn:
    """One contestant's turn: what the generator found, and the server's processor seconds meanwhile."""

    load: Load
    cpu: float

    @property
    def cpu_us(self) -> float:
        """Of the server, a request."""
        return self.cpu / max(1, self.load.all) * 1e6

    @property
    def own_share(self) -> float:
        """Of the processor time that was taken by both, the generator's."""
        return self.load.cpu / max(1e-9, self.load.cpu + self.cpu)


@dataclass(slots=True)
class Contestant:
    """A server and the phones that push to it. `expect` must stand `times` times in each reply on average."""

    name: str
    server: Server
    phones: Callable[[Server], Sequence[Phone]]
    expect: str = STORED
    times: int = ENTRIES
    ready: Sequence[Phone] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    def turn(self, plan: Plan, **options: float) -> Turn:
        """One run; raises where not all that was pushed was stored."""
        before = self.server.cpu()
        told = {"warm": plan.warm, **options}
        load = run(plan.folder, self.server.port, self.ready, plan.seconds, expect=self.expect, **told)
        turn = Turn(load, self.server.cpu() - before)
        if self.expect and load.expected < self.times * (load.all - load.errors):
            raise RuntimeError(f"{self.name}: {load.expected} × {self.expect} in {load.all} answers")
        return turn


def contest(plan: Plan, contestants: Sequence[Contestant], say: Callable[[str], None]) -> None:
    """All of them started, then `plan.rounds` rounds in which each has a turn, then all stopped."""
    with ExitStack() as stack:
        for one in contestants:
            stack.enter_context(one.server)
            one.ready = one.phones(one.server)
        for number in range(plan.rounds):
            for one in contestants:
                one.turns.append(one.turn(plan))
            told = ", ".join(f"{one.name} {one.turns[-1].load.rate:,.0f}/s" for one in contestants)
            say(f"round {number + 1} of {plan.rounds}: {told}")


def rates(one: Contestant) -> list[float]:
    """Requests a second, round by round."""
    return [turn.load.rate for turn in one.turns]


def against(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Ratios, round by round."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def told(one: Contestant) -> str:
    """Its plain figures: rate, p99, processor time a request, and the generator's own share."""
    turns = one.turns
    return (
        f"{one.name}: {median(rates(one)):,.0f}/s, p50 {median(t.load.p50 for t in turns) / 1000:.1f}"
        f" and p99 {median(t.load.p99 for t in turns) / 1000:.1f} ms, {median(t.cpu_us for t in turns):,.0f} µs of"
        f" processor a request, generator {median(t.own_share for t in turns):.0%}"
    )
