"""On PostgreSQL: ours against asyncpg with a transaction a request, against ours on SQLite; two processes to one.

The cluster lies on the same disk as the SQLite files do, with its own defaults: every commit waits for the disk.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import clinic, contenders
from bench.contest import Contestant, Plan, Turn, against, contest, rates, told
from bench.load import Phone
from bench.peers import plain
from bench.servers import Server, ours
from bench.sync import sessionday
from bench.table import Row
from tests.cluster import Cluster, name_of


class OnDisk(Cluster):
    """A cluster whose data lies beside the SQLite files, not in memory: what is compared waits for the same disk."""

    def __init__(self, *, tcp: bool = False, settings: Sequence[str] = ()) -> None:
        super().__init__(tcp=tcp, settings=settings)
        shutil.rmtree(self.folder)
        self.folder = Path(tempfile.mkdtemp(prefix="sessionday-bench-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """One cluster, a database for each contestant."""
    with OnDisk.new() as cluster:
        mine, lite = on_postgres(plan, cluster), sessionday(plan, "ours on SQLite")
        pooled = pool(plan, cluster)
        contest(plan, [mine, pooled, lite], say)
        work = "durable `/sync` on PostgreSQL"
        return [
            Row(work, pooled.name, against(rates(mine), rates(pooled)), "≥ 3", "3.9", f"{told(mine)}; {told(pooled)}"),
            Row(work, lite.name, against(rates(mine), rates(lite)), "≥ 0.6", "1.15", told(lite)),
            *processes(plan, cluster, say),
        ]


def on_postgres(plan: Plan, cluster: Cluster) -> Contestant:
    """One process of ours."""
    opened = asyncio.run(clinic.open_clinic(cluster.database()))
    server = ours(opened.url, plan.folder, name="ours-postgresql")
    return Contestant("ours on PostgreSQL", server, lambda server: clinic.phones(opened, server.port))


def pool(plan: Plan, cluster: Cluster) -> Contestant:
    """asyncpg, ten connections, a transaction a request, the peers' tables."""
    url = cluster.database(empty=True)
    handles = ", ".join(f"('{handle}', 0)" for handle in contenders.HANDLES)
    cluster.sql(plain.SCHEMA + f"INSERT INTO session VALUES {handles}", name_of(url))  # noqa: S608
    command = contenders.uvicorn("pooled:app")
    server = Server(command, plan.folder, name="asyncpg", BENCH_DATABASE=url, BENCH_KEY=plain.KEY)
    return Contestant("asyncpg, a transaction a request, 10 connections", server, contenders.phones)


def processes(plan: Plan, cluster: Cluster, say: Callable[[str], None]) -> list[Row]:
    """Two processes of ours over one database, half of the phones at each, against one process with all of them: a
    session's phones kept at one process, as a proxy does that goes by the handle; or one of them at each."""
    opened = asyncio.run(clinic.open_clinic(cluster.database()))
    parted: dict[str, list[float]] = {"kept at one process": [], "one at each process": []}
    busy: list[float] = []
    with ExitStack() as stack:
        both = [stack.enter_context(ours(opened.url, plan.folder, name=f"ours-{n}")) for n in (1, 2)]
        phones = clinic.phones(opened, both[0].port)
        middle = len(phones) // 2
        for number in range(plan.rounds):
            one = at(both[0], phones).turn(plan).load.rate
            for how, halves in zip(
                parted, ((phones[:middle], phones[middle:]), (phones[::2], phones[1::2])), strict=True
            ):
                two = together(plan, [at(server, half) for server, half in zip(both, halves, strict=True)])
                parted[how].append(sum(turn.load.rate for turn in two) / one)
                busy.append(sum(turn.cpu + turn.load.cpu for turn in two) / two[0].load.elapsed)
            say(f"two processes, round {number + 1}: " + ", ".join(f"{how} {r[-1]:.2f}" for how, r in parted.items()))
    note = f"{os.cpu_count()} cores: the two processes and the generators took {median(busy):.1f} of them"
    return [
        Row(f"two processes over one PostgreSQL, a session's phones {how}", "one process", ratios, goal, note=note)
        for (how, ratios), goal in zip(parted.items(), ("≥ 1.5", ""), strict=True)
    ]


def at(server: Server, phones: list[Phone]) -> Contestant:
    """Phones at a server that runs."""
    return Contestant(server.name, server, lambda server: phones, ready=phones)


def together(plan: Plan, halves: Sequence[Contestant]) -> list[Turn]:
    """Their turns at the same time."""
    with ThreadPoolExecutor(len(halves)) as pool:
        return list(pool.map(lambda one: one.turn(plan), halves))
