"""PostgreSQL under the store: what it promises to keep, what happens when it goes away, what is refused in words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sessionday.store import Store, StoreBusy, StoreError, StoreFailed, Verdict
from sessionday.store.engine import Collision
from sessionday.store.postgres import hosts
from sessionday.store.postgres_connection import numbered
from tests.cluster import Cluster
from tests.store.world import NOW, World, add_session, around, entry, in_postgres, results

OURS = "datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'sessionday%'"


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A cluster for this test alone, which may do with it what it likes."""
    with Cluster.new(tcp=True) as made:
        yield made


@pytest.fixture
async def fragile(own: Cluster) -> AsyncIterator[World]:
    world = await World.make(own.database())
    yield world
    await world.store.close()


@in_postgres
@pytest.mark.parametrize("commit", ["off", "local", "on", "remote_apply"])
async def test_stored_means_synced_whatever_the_database_was_set_to(world: World, commit: str) -> None:
    await world.store.close()
    name = (await world.around("SELECT current_database()"))[0][0]
    await world.around(f"ALTER DATABASE {name} SET synchronous_commit = {commit}")
    async with await Store.open(world.url, now=NOW) as store, store._engine.transaction() as tx:
        said = (await tx.all("SELECT current_setting('synchronous_commit')"))[0][0]
        assert said == ("remote_apply" if commit == "remote_apply" else "on")


@pytest.mark.parametrize("setting", ["fsync = off", "full_page_writes = off"])
async def test_a_server_that_may_lose_what_it_stored_is_refused_in_words(setting: str) -> None:
    with Cluster.new(settings=[setting]) as unsafe, pytest.raises(StoreError, match="that stored means stored"):
        await Store.open(unsafe.database(empty=True), now=NOW)


async def test_what_is_no_place_for_a_record_is_refused_in_words_and_left_as_it_is(cluster: Cluster) -> None:
    cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    cluster.sql("CREATE DATABASE foreigners")
    cluster.sql("CREATE TABLE entry (a int)", "foreigners")
    cluster.sql("CREATE DATABASE others")
    cluster.sql("CREATE TABLE migration (id int, app text)", "others")
    for name, words in (
        ("nowhere", "does not exist"),
        ("latin", "holds text as LATIN1"),
        ("foreigners", "holds tables of another program"),
        ("others", "holds tables of another program"),
    ):
        with pytest.raises(StoreError, match=words):
            await Store.open(cluster.url(name), now=NOW)
    assert cluster.sql("SELECT relname FROM pg_class WHERE relname IN ('clinic', 'meta')", "foreigners") == []
    for name in ("latin", "foreigners", "others"):
        cluster.drop(cluster.url(name))


async def test_a_standby_is_refused_in_words(own: Cluster) -> None:
    url = own.database()
    standby = own.standby()
    try:
        with pytest.raises(StoreBusy, match=r"can’t be reached.*only a standby answers"):
            await Store.open(standby.url(url.rsplit("/", 1)[1]), now=NOW)
    finally:
        standby.stop()


@in_postgres
async def test_connections_that_were_ended_are_made_anew_and_nothing_is_lost(world: World) -> None:
    await world.push(entry(1))
    for n in range(2, 8):
        await asyncio.gather(*(world.store.seats(world.session) for _ in range(6)))
        await world.around(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
        assert len(await world.store.entries(world.session)) == n - 1  # a read is simply asked again
        offered = entry(n)
        try:
            verdicts = await world.push(offered)
        except StoreBusy:
            verdicts = await world.push(offered)
        assert [(v.result, v.seq) for v in verdicts] == [("stored", n)]
    assert not world.store.failed
    assert world.store.reachable


async def test_a_server_that_is_down_is_said_and_the_store_goes_on_when_it_is_back(
    fragile: World, own: Cluster
) -> None:
    missed: list[object] = []
    fragile.store.news = missed.append
    epoch = fragile.store.epoch
    await fragile.push(entry(1))
    own.kill()
    for _ in range(3):
        with pytest.raises(StoreBusy, match=r"acknowledged|did not say"):
            await fragile.push(entry(2))
        with pytest.raises(StoreBusy, match="can’t be reached"):
            await fragile.store.seats(fragile.session)
    assert not fragile.store.reachable
    own.start()
    for _ in range(100):
        await asyncio.sleep(0.1)
        if fragile.store.reachable and None in missed:
            break
    assert fragile.store.reachable  # it looks by itself
    assert None in missed  # and what was announced meanwhile was not heard
    assert results(await fragile.push(entry(2))) == ["stored"]
    assert fragile.store.epoch == epoch
    assert not fragile.store.failed


@in_postgres
async def test_a_writer_that_can_connect_again_is_known_to_without_anybody_asking(world: World) -> None:
    writers = "datname = current_database() AND application_name = 'sessionday'"
    await world.around(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {writers}")
    with pytest.raises(StoreBusy):
        await world.push(entry(1))
    assert not world.store.reachable
    for _ in range(100):
        await asyncio.sleep(0.05)
        if world.store.reachable:
            return
    raise AssertionError("nobody looked")


async def test_a_commit_that_gave_up_on_its_standby_is_not_told_as_stored(fragile: World, own: Cluster) -> None:
    own.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    own.sql("SELECT pg_reload_conf()")
    told: list[object] = []
    fragile.store.news = told.append
    one = entry(1)
    while not await given_up(pushing := asyncio.create_task(fragile.push(one)), own):
        one = entry(one["n"] + 1)  # the server had not read yet that it must wait
    with pytest.raises(StoreBusy, match="did not say whether this was stored"):
        await pushing
    again = asyncio.create_task(fragile.push(one))
    assert await given_up(again, own)
    with pytest.raises(StoreBusy, match="did not say whether this was stored"):  # nor is it told as a duplicate
        await again
    assert None in told  # it may be there, so nothing that is remembered is to be believed
    assert await fragile.around("SELECT max(seq) FROM entry") == [(one["n"],)]  # it is here, but only here
    own.sql("ALTER SYSTEM RESET synchronous_standby_names")
    own.sql("SELECT pg_reload_conf()")
    assert [(v.result, v.seq) for v in await fragile.push(one)] == [("duplicate", one["n"])]


async def given_up(pushing: asyncio.Task[Any], own: Cluster) -> bool:
    """Somebody cancels the commit that waits for a standby; not where it went through without."""
    while not pushing.done():
        if own.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == ["t"]:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_after_a_promotion_the_epoch_is_another_and_what_was_left_behind_is_refused(own: Cluster) -> None:
    name = own.database().rsplit("/", 1)[1]
    with own.standby() as standby:
        world = await World.make(f"postgresql://sessionday@127.0.0.1:{own.port},127.0.0.1:{standby.port}/{name}")
        async with world.store:
            before = world.store.epoch
            await until_the_same(own)
            own.kill()
            standby.promote()
            one = entry(1)
            verdicts = await push_until_stored(world, one)
            assert [(v.result, v.seq) for v in verdicts] == [("stored", 1)]
            assert world.store.epoch != before
            standby.kill()
            own.start()  # somebody starts the old one again, which lacks what was stored since
            for _ in range(3):
                with pytest.raises(StoreBusy):
                    await world.push(entry(2))
            with pytest.raises(StoreBusy) as refused:
                await world.store.seats(world.session)
            assert "left behind by a promotion" in str(refused.value.__cause__)
            assert own.sql("SELECT count(*) FROM entry", name) == ["0"]


async def until_the_same(own: Cluster) -> None:
    """Its standby has all that it has."""
    for _ in range(200):
        if own.sql("SELECT pg_current_wal_lsn() <= replay_lsn FROM pg_stat_replication") == ["t"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the standby does not follow")


async def push_until_stored(world: World, offered: object) -> list[Verdict]:
    for _ in range(20):
        with suppress(StoreBusy):
            return await world.push(offered)
        await asyncio.sleep(0.1)
    raise AssertionError("it was never stored")


async def test_a_full_disk_ends_the_writer_as_it_does_for_a_file(fragile: World) -> None:
    told: list[str] = []
    fragile.store.on_failure = told.append
    full = "RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'no space left on device'"
    await fragile.around(
        f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {full}; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    with pytest.raises(StoreFailed, match="no space left"):
        await fragile.push(entry(1))
    assert fragile.store.failed
    assert told == [fragile.store.failure]
    assert await fragile.around("SELECT 1 FROM entry") == []


@in_postgres
async def test_two_servers_that_wait_for_each_other_are_told_to_try_again(world: World) -> None:
    await add_session(world.store, world.clinic, "two")
    async with await Store.open(world.url, now=NOW) as other:
        first, second = asyncio.Event(), asyncio.Event()

        async def take(store: Store, one: str, two: str, mine: asyncio.Event, theirs: asyncio.Event) -> None:
            async with store._engine.transaction() as tx:
                sql = f"SELECT 1 FROM session WHERE handle = ?{tx.for_update}"
                await tx.all(sql, (one,))
                mine.set()
                await theirs.wait()
                await tx.all(sql, (two,))

        ends = await asyncio.gather(
            take(world.store, "one", "two", first, second),
            take(other, "two", "one", second, first),
            return_exceptions=True,
        )
    assert [type(end) for end in ends if end] == [Collision]
    assert results(await world.push(entry(1))) == ["stored"]


@in_postgres
async def test_a_session_that_somebody_else_writes_to_can_still_be_pointed_at(world: World) -> None:
    async with world.postgres.transaction() as tx:
        await tx.all(f"SELECT 1 FROM session{tx.for_update}")
        look = f"VALUES ('{world.clinic.id}', '{world.session.id}', 'jo', 'Jo', 1, {NOW})"
        sentence = f"INSERT INTO look (clinic, session, staff, name, seq, at) {look}"
        assert await asyncio.wait_for(world.around("SET lock_timeout = '1s'", sentence), 5) == []


@in_postgres
async def test_looking_up_a_batch_uses_the_index_once_there_is_much_to_look_through(world: World) -> None:
    from sessionday.store.engine import among, rounded
    from sessionday.store.tables import found_by

    await around(
        world.url,
        "INSERT INTO session SELECT clinic, 's' || k, 'h' || k, client, start, days, pickup_code, protocol, version,"
        " made_at, over_at, 100, head, held FROM session, generate_series(1, 100) k WHERE handle = 'one'",
        "INSERT INTO entry SELECT s.clinic, s.id, k, 'e' || k, 'd', k, 0, 'client', 'x', 0, 0, 0, 0, 'answer', 'text',"
        " NULL, NULL, NULL, NULL, '', '', '' FROM session s, generate_series(1, 100) k WHERE s.id LIKE 's%'",
        "ANALYZE",
    )
    count, args = rounded([[world.clinic.id, f"s{k}", "e7"] for k in range(3)])
    sql = f"EXPLAIN SELECT entry.id {found_by('clinic, session, id', 'entry', count)}"
    plan = "\n".join(row[0] for row in await world.store._all(sql, args))
    assert "Seq Scan on entry" not in plan, plan
    assert "Index" in plan
    count, args = rounded([[world.clinic.id, f"s{k}"] for k in range(3)])
    sql = f"EXPLAIN SELECT id FROM session WHERE {among('clinic, id', count)} ORDER BY clinic, id FOR NO KEY UPDATE"
    async with world.postgres.transaction() as tx:
        assert any("LockRows" in row[0] for row in await tx.all(sql, args))


@in_postgres
async def test_a_command_beside_servers_writes_in_turn(world: World) -> None:
    async with await Store.open(world.url, now=NOW, writer=False) as command:
        pushes = (world.push(entry(n), device=f"s{n % 5}") for n in range(1, 101))
        beside = (command.push(world.offer(entry(n), device=f"c{n % 5}")) for n in range(1, 101))
        clinics = (command.add_clinic(f"Clinic {n}", "UTC", "1", NOW) for n in range(20))
        await asyncio.gather(*pushes, *beside, *clinics)
    assert [e["seq"] for e in await world.store.entries(world.session)] == list(range(1, 201))
    assert len(await world.store.clinics()) == 21


async def test_a_command_makes_the_schema_of_an_empty_database(cluster: Cluster) -> None:
    url = cluster.database(empty=True)
    async with await Store.open(url, now=NOW, writer=False) as command:
        assert await command.clinics() == []
    cluster.drop(url)


async def test_two_databases_of_one_template_have_two_epochs(cluster: Cluster) -> None:
    urls = [cluster.database(), cluster.database()]
    async with await Store.open(urls[0], now=NOW) as a, await Store.open(urls[1], now=NOW) as b:
        assert a.epoch != b.epoch
    for url in urls:
        cluster.drop(url)


@in_postgres
async def test_nothing_is_found_by_a_text_with_a_nul_in_it(world: World) -> None:
    assert await world.store.session("one") is not None
    assert await world.store.session("one\0") is None


@in_postgres
async def test_a_read_that_nobody_waits_for_any_more_leaves_the_others_alone(world: World) -> None:
    for round in range(10):
        reads = [asyncio.create_task(world.store.seats(world.session)) for _ in range(8)]
        for _ in range(round):
            await asyncio.sleep(0)
        for task in reads[::2]:
            task.cancel()
        ends = await asyncio.gather(*reads, return_exceptions=True)
        assert all(isinstance(end, list) and len(end) == 2 for end in ends[1::2])
    assert world.store.reachable


def test_a_question_mark_is_numbered_but_not_in_quotes() -> None:
    assert numbered("SELECT '?', a FROM b WHERE c = ? AND d = 'it''s?' AND e = ?") == (
        "SELECT '?', a FROM b WHERE c = $1 AND d = 'it''s?' AND e = $2"
    )


def test_each_host_of_an_address_is_tried_by_itself() -> None:
    assert hosts("postgresql://sam:x@a:1,b:2/day?sslmode=require") == [
        "postgresql://sam:x@a:1/day?sslmode=require",
        "postgresql://sam:x@b:2/day?sslmode=require",
    ]
    assert hosts("postgresql://a/day") == ["postgresql://a/day"]


async def test_a_command_that_lacks_the_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionday.store.postgres_connection.asyncpg", None)
    with pytest.raises(StoreError, match=r"pip install 'sessionday\[postgres\]'"):
        await Store.open("postgresql://127.0.0.1:1/day", now=NOW)


@in_postgres
async def test_a_backup_is_a_file_that_a_server_can_be_started_on(world: World, tmp_path: Path) -> None:
    await world.push(*(entry(n) for n in range(1, 30)), "odd")
    made = await world.store.backup(tmp_path / "copy.db")
    assert (made.sessions, made.entries, made.held) == (1, 29, 1)
    async with await Store.open(f"sqlite:///{tmp_path}/copy.db", now=NOW) as copy:
        assert copy.epoch != world.store.epoch
        assert await copy.entries(world.session) == await world.store.entries(world.session)
