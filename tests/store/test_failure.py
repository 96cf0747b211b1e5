"""A disk that fails ends the writer: nothing is acknowledged that isn't there, and nothing is tried again."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from sessionday.store import EmailTaken, StoreBusy, StoreFailed, sqlite
from tests.store.world import NOW, World, entry, in_a_file, raw, results


@in_a_file
async def test_a_full_disk_ends_the_writer_and_nothing_was_acknowledged_that_is_not_there(world: World) -> None:
    told: list[str] = []
    world.store.on_failure = told.append
    pages = (await world.file.writer.all("PRAGMA page_count"))[0][0]
    await world.file.writer.all(f"PRAGMA max_page_count = {pages + 20}")
    acknowledged: list[str | None] = []

    async def phone(name: str) -> None:
        for n in range(1, 200):
            verdicts = await world.push(entry(n, step="text", answer="x" * 2000), device=name)
            acknowledged.extend(verdict.id for verdict in verdicts if verdict.result == "stored")

    ends = await asyncio.gather(*(phone(f"p{k}") for k in range(8)), return_exceptions=True)
    assert all(isinstance(end, StoreFailed) for end in ends)
    assert world.store.failed
    assert told == [world.store.failure]
    assert "full" in (world.store.failure or "")
    with pytest.raises(StoreFailed):
        await world.store.add_clinic("Hill", "UTC", "1", NOW)
    await world.store.close()
    with closing(raw(world.path)) as db:
        stored = [row[0] for row in db.execute("SELECT id FROM entry ORDER BY seq")]
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT seq FROM session").fetchone() == (len(stored),)
    assert acknowledged
    assert set(acknowledged) == set(stored)


@in_a_file
async def test_what_waits_behind_a_failure_fails_too(world: World) -> None:
    await world.file.writer.all("PRAGMA max_page_count = 1")
    big = entry(1, step="text", answer="x" * 16000)
    pushes = [world.push({**big, "id": f"e{k}"}, device=f"p{k}") for k in range(600)]  # several batches
    ends = await asyncio.gather(*pushes, return_exceptions=True)
    stored = len(await world.store.entries(world.session))
    assert sum(isinstance(end, list) for end in ends) == stored < 600
    assert all(isinstance(end, StoreFailed) for end in ends if not isinstance(end, list))


async def test_one_action_that_fails_does_not_touch_its_neighbours(world: World) -> None:
    names = ["sam@x.org", "SAM@x.org ", "kim@x.org"]
    adding = [world.store.add_staff(world.clinic.id, email, "N", "hash", NOW) for email in names]
    first, second, third, pushed = await asyncio.gather(*adding, world.push(entry(1)), return_exceptions=True)
    assert isinstance(second, EmailTaken)
    assert isinstance(pushed, list)
    assert results(pushed) == ["stored"]
    for found in (first, third):
        assert not isinstance(found, BaseException)
    assert await world.store.staff_by_email("Kim@X.org") == third


@in_a_file
async def test_a_database_held_by_another_for_too_long_is_said_and_the_writer_goes_on(world: World) -> None:
    await world.file.writer.all("PRAGMA busy_timeout = 50")
    with closing(raw(world.path)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="busy with another program"):
            await world.push(entry(1))
        db.execute("ROLLBACK")
    assert results(await world.push(entry(1))) == ["stored"]
    assert not world.store.failed


async def test_a_writer_that_is_stopped_tells_all_who_wait(world: World) -> None:
    waiting = [asyncio.create_task(world.push(entry(1), device=f"p{k}")) for k in range(5)]
    await asyncio.sleep(0)
    world.store._writer._task.cancel()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, StoreFailed) for end in ends)
    assert world.store.failed


def test_errors_of_the_disk_end_the_writer_and_others_do_not() -> None:
    names = {"SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CORRUPT", "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_CANTOPEN"}
    assert {getattr(sqlite3, name) for name in names} <= sqlite.ENDS_THE_WRITER
    assert not {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_BUSY} & sqlite.ENDS_THE_WRITER
