"""Several servers over one PostgreSQL, each a process of its own: one order of entries, and news that reaches all."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from sessionday.store import Clinic, Session, Staff, Store, migrate
from tests.cluster import Cluster
from tests.pooler import Pooler
from tests.store.server_process import Process
from tests.store.world import NOW, World, add_session, around, entry, in_postgres, results

LISTENERS = "application_name = 'sessionday server' AND datname = current_database()"


@asynccontextmanager
async def processes(url: str, count: int, listen: str = "") -> AsyncIterator[list[Process]]:
    made = [Process(url, listen) for _ in range(count)]
    try:
        await asyncio.gather(*(process.ready() for process in made))
        yield made
    finally:
        for process in made:
            process.stop()


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """What `found` finds, as soon as it is something."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if said := await found():
            return said
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def check(world: World, sessions: list[Session], verdicts: list[Any], entries: int) -> None:
    """Each entry was stored once, under one number, which all were told; the numbers have no gap."""
    assert {verdict[3] for verdict in verdicts} == {"stored", "duplicate"}
    assert sum(verdict[3] == "stored" for verdict in verdicts) == entries * len(sessions)
    for session in sessions:
        stored = await world.store.entries(session)
        assert [one["seq"] for one in stored] == list(range(1, entries + 1))
        told = {(id, seq) for where, id, seq, _ in verdicts if where == session.id}
        assert told == {(one["id"], one["seq"]) for one in stored}


@in_postgres
async def test_three_servers_store_what_all_of_them_are_offered_once_and_in_one_order(
    world: World, tmp_path: Path
) -> None:
    sessions = [world.session, await add_session(world.store, world.clinic, "two")]
    said: list[list[Any]] = [[], [], []]
    async with processes(world.url, 3) as servers:
        for device in "abc":
            async with asyncio.TaskGroup() as pushing, world.postgres.transaction() as tx:
                await tx.all("SELECT id FROM session ORDER BY clinic, id FOR UPDATE")  # none goes first until all wait
                pushes = [
                    pushing.create_task(server.push(sessions, seed, device)) for seed, server in enumerate(servers)
                ]
                await until(lambda: all_wait(world, len(servers)), 8)  # they wait for 10
            for verdicts, push in zip(said, pushes, strict=True):
                verdicts += push.result()
    stored = [sum(verdict[3] == "stored" for verdict in some) for some in said]
    assert sum(count > 0 for count in stored) > 1, stored
    await check(world, sessions, [verdict for some in said for verdict in some], 120)
    assert (await world.store.backup(tmp_path / "whole.db")).entries == 240  # the chains hold


async def all_wait(world: World, servers: int) -> bool:
    waiting = "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return len(await world.around(f"SELECT pid FROM {waiting}")) == servers


async def test_five_servers_that_start_at_once_make_one_schema(cluster: Cluster) -> None:
    url = cluster.database(empty=True)
    made = [Process(url) for _ in range(5)]
    try:
        await asyncio.sleep(1.5)  # until all have started, and wait for their word
        epochs = await asyncio.gather(*(process.ready() for process in made))
    finally:
        for process in made:
            process.stop()
    assert len(set(epochs)) == 1
    assert await around(url, "SELECT number FROM migration ORDER BY number") == [
        (step.number,) for step in migrate.known("postgresql")
    ]
    cluster.drop(url)


@in_postgres
async def test_what_one_server_stores_the_others_hear_of_once_a_batch(world: World) -> None:
    async with processes(world.url, 2) as (one, other):
        await one.push([world.session], 1)
        told = await one.news()
        heard: list[Any] = []

        async def all_heard() -> bool:
            heard.extend(await other.news())
            return len(heard) >= len(told)

        await until(all_heard)
        assert heard == told  # as many, in the same order, and it did not hear itself
        assert [len(list(same)) for _, same in groupby(map(str, told))] == [1] * len(told)
        assert told[-1] == [[world.clinic.id, world.session.id, 120]]
        assert len(told) < 60  # 120 pushes at once are not 120 commits


@in_postgres
async def test_a_listener_that_was_lost_is_found_again_and_says_that_it_missed_something(world: World) -> None:
    async with processes(world.url, 1) as (other,):
        assert len(await world.around(f"SELECT pid FROM pg_stat_activity WHERE {LISTENERS}")) == 2
        await world.around(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LISTENERS}")
        assert await until(other.news) == [None]
        await world.push(entry(1))
        assert await until(other.news) == [[[world.clinic.id, world.session.id, 1]]]


@in_postgres
async def test_news_that_is_too_long_for_a_notification_says_to_ask_for_everything(world: World) -> None:
    async with processes(world.url, 1) as (other,):
        async with world.postgres.transaction() as tx:
            await world.postgres.announce(tx, {("clinic" * 4, f"session-{k}" * 4, k) for k in range(1_000)})
        assert await until(other.news) == [None]


@in_postgres
async def test_a_transaction_that_is_undone_is_no_news(world: World) -> None:
    async with processes(world.url, 1) as (other,):
        with suppress(ZeroDivisionError):
            async with world.postgres.transaction() as tx:
                await world.postgres.announce(tx, {("c", "never", 1)})
                raise ZeroDivisionError
        await world.push(entry(1))
        assert await until(other.news) == [[[world.clinic.id, world.session.id, 1]]]


@pytest.fixture
async def pooled(cluster: Cluster, database: str) -> AsyncIterator[str]:
    made = Pooler(cluster, size=3)  # fewer than ask
    yield made.url(database)
    made.stop()


@in_postgres
async def test_behind_a_pooler_two_servers_with_many_phones_store_each_entry_once(world: World, pooled: str) -> None:
    sessions = [world.session, await add_session(world.store, world.clinic, "two")]
    async with processes(pooled, 2, listen=world.url) as (one, other):
        first, second = await asyncio.gather(one.push(sessions, 1), other.push(sessions, 2))
        await until(lambda: both_read_all(one, other, sessions))
        said, heard = await one.news(), await other.news()
    await check(world, sessions, first + second, 120)
    assert said
    assert heard  # though its LISTEN can't go through the pooler
    assert None not in said + heard


async def both_read_all(one: Process, other: Process, sessions: list[Session]) -> bool:
    return {await server.read(session) for server in (one, other) for session in sessions} == {120}


async def number(store: Store, world: World, kind: int) -> int:
    """How many there are of one kind of thing or another, so that no two reads in a row are the same sentence."""
    if kind == 0:
        return len(await store.seats(world.session))
    return len(await (store.clinics() if kind == 1 else store.looks(world.session)))


@in_postgres
async def test_behind_a_pooler_nothing_outlives_a_transaction(world: World, pooled: str) -> None:
    async with await Store.open(pooled, now=NOW, listen=world.url) as store:
        looking = asyncio.gather(*(number(store, world, kind) for _ in range(50) for kind in range(3)))
        pushes = (store.push(world.offer(entry(n), device=f"p{n % 64}")) for n in range(1, 65))
        found = await asyncio.gather(*pushes)
        assert results([verdict for some in found for verdict in some]) == ["stored"] * 64
        assert await looking == [2, 1, 0] * 50
        left = "SELECT count(*) FROM pg_prepared_statements", "SELECT current_setting('lock_timeout')"
        for sentence in left:
            assert (await store._engine.read(sentence))[0][0] in (0, "0")
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    assert await world.around(held) == [(0,)]


@asynccontextmanager
async def two(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two servers, each with a writer of its own."""
    async with await Store.open(url, now=NOW) as one, await Store.open(url, now=NOW) as other:
        yield one, other


@in_postgres
@pytest.mark.parametrize("how", ["end", "role"])
async def test_two_servers_that_take_the_last_two_leads_away_at_once_leave_one(world: World, how: str) -> None:
    clinic = world.clinic.id
    async with two(world.url) as servers:
        for turn in range(15):
            leads = [
                await world.store.add_staff(clinic, f"{turn}{n}@example.org", "Lead", "-", NOW, role="lead")
                for n in range(2)
            ]
            away = [
                server.end_staff(clinic, lead.id, NOW)
                if how == "end"
                else server.set_role(clinic, lead.id, "staff", NOW)
                for server, lead in zip(servers, leads, strict=True)
            ]
            failed = await asyncio.gather(*away, return_exceptions=True)
            assert sorted(type(one).__name__ for one in failed) == ["LastLead", "NoneType"]
            await around(world.url, f"UPDATE staff SET ended_at = {NOW} WHERE ended_at IS NULL")


async def test_two_servers_that_are_set_up_at_once_make_one_clinic(cluster: Cluster) -> None:
    for turn in range(8):
        url = cluster.database()
        async with two(url) as servers:
            made = [
                server.set_up(
                    Clinic(f"c{turn}{n}", "Birch", "Europe/Madrid", "1"),
                    Staff(f"s{n}", f"c{turn}{n}", "Ada", f"ada{n}@example.org", "-", None, "lead"),
                    NOW,
                )
                for n, server in enumerate(servers)
            ]
            failed = await asyncio.gather(*made, return_exceptions=True)
            assert sorted(type(one).__name__ for one in failed) == ["NoneType", "StoreError"]
            assert len(await servers[0].clinics()) == 1
        cluster.drop(url)
