"""The schema of a database: made once, brought forward whole or not at all, and never by guessing."""

from dataclasses import replace

import pytest

from sessionday.store import NewerDatabase, Store, StoreError, migrate
from sessionday.store.migrate import Migration
from tests.store.world import NOW, World, around

COUNT = len(migrate.known("sqlite"))  # of both, as a test below says


async def test_a_database_stays_the_same_when_opened_again(world: World) -> None:
    epoch = world.store.epoch
    await world.store.close()
    made = await world.around("SELECT number, applied_at FROM migration ORDER BY number")
    async with await Store.open(world.url, now=NOW + 1) as again:
        assert again.epoch == epoch
        assert await again.clinics() == [world.clinic]
    assert await world.around("SELECT number, applied_at FROM migration ORDER BY number") == made


async def test_a_newer_database_is_refused_in_words_and_left_alone(world: World) -> None:
    await world.store.close()
    await world.around("INSERT INTO migration VALUES (77, 'later', 'x', 0)")
    with pytest.raises(NewerDatabase, match=rf"newer Session Day \(schema 77; this one knows {COUNT}\)"):
        await Store.open(world.url, now=NOW)
    assert len(await world.around("SELECT * FROM migration")) == COUNT + 1


async def test_a_migration_that_was_edited_is_refused(world: World) -> None:
    await world.store.close()
    await world.around("UPDATE migration SET checksum = 'other' WHERE number = 1")
    with pytest.raises(StoreError, match="another migration 1"):
        await Store.open(world.url, now=NOW)


async def test_a_migration_that_fails_half_way_leaves_nothing(world: World) -> None:
    engine = world.store._engine
    bad = Migration(COUNT + 1, "bad", "CREATE TABLE half (a TEXT);\nINSERT INTO nowhere VALUES (1);\n")
    steps = [*migrate.known(engine.name), bad]
    with pytest.raises(StoreError, match=rf"Migration {COUNT + 1} \(bad\) could not be applied: .*nowhere"):
        await migrate.migrate(engine, steps, now=NOW, may=True)
    async with engine.snapshot() as tx:
        assert "half" not in await tx.tables()
    good = replace(bad, script="-- first; of two\nCREATE TABLE half (a TEXT);")
    await migrate.migrate(engine, [*steps[:-1], good], now=NOW, may=True)
    assert await world.around("SELECT number FROM migration ORDER BY number") == [
        (one + 1,) for one in range(COUNT + 1)
    ]


async def test_a_command_changes_no_schema_that_a_server_may_have_open(world: World) -> None:
    more = [*migrate.known(world.store._engine.name), Migration(COUNT + 1, "more", "CREATE TABLE more (a TEXT);")]
    with pytest.raises(StoreError, match="running server"):
        await migrate.migrate(world.store._engine, more, now=NOW, may=False)
    assert len(await world.around("SELECT * FROM migration")) == COUNT


async def test_tables_come_after_those_that_they_point_at(world: World) -> None:
    async with world.store._engine.snapshot() as tx:
        tables = await tx.tables()
    order = list(tables)
    for table, other in (("staff", "clinic"), ("session", "protocol"), ("claim", "seat"), ("entry", "session")):
        assert order.index(other) < order.index(table)
    assert tables["clinic"][:5] == ["id", "name", "zone", "phone", "made_at"], "in the order in which they were made"


async def test_both_databases_have_the_same_tables_and_columns(world: World, database: str) -> None:
    made = await around(database, "SELECT * FROM held")  # it is there, under each
    assert made == []
    async with world.store._engine.snapshot() as tx:
        tables = await tx.tables()
    known = {name for step in migrate.known("sqlite") for name in _made_by(step.script)} - {"entry_beside"}
    assert set(tables) == known | {"migration"}


def _made_by(script: str) -> list[str]:
    return [line.split()[2] for line in script.splitlines() if line.startswith("CREATE TABLE")]
