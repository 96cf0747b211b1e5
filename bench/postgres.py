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
            processes(plan, cluster, say),
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


def processes(plan: Plan, cluster: Cluster, say: Callable[[str], None]) -> Row:
    """Two processes of ours over one database, half of the phones at each, against one process with all of them."""
    opened = asyncio.run(clinic.open_clinic(cluster.database()))
    ratios: list[float] = []
    busy: list[float] = []
    with ExitStack() as stack:
        both = [stack.enter_context(ours(opened.url, plan.folder, name=f"ours-{n}")) for n in (1, 2)]
        phones = clinic.phones(opened, both[0].port)
        for number in range(plan.rounds):
            one = Contestant("one", both[0], lambda server: phones, ready=phones).turn(plan)
            halves = [
                Contestant("half", server, lambda server: phones, ready=phones[place::2])
                for place, server in enumerate(both)
            ]
            two = together(plan, halves)
            ratios.append(sum(turn.load.rate for turn in two) / one.load.rate)
            busy.append(sum(turn.cpu + turn.load.cpu for turn in two) / two[0].load.elapsed)
            say(f"two processes, round {number + 1}: {ratios[-1]:.2f} of one")
    note = (
        f"of {os.cpu_count()} cores the two processes and generators kept {median(busy):.1f} busy, PostgreSQL the rest"
    )
    return Row("two processes over one PostgreSQL", "one process", ratios, "≥ 1.5", note=note)


def together(plan: Plan, halves: Sequence[Contestant]) -> list[Turn]:
    """Their turns at the same time."""
    with ThreadPoolExecutor(len(halves)) as pool:
        return list(pool.map(lambda one: one.turn(plan), halves))
