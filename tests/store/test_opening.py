"""A database in a file: made once, held by one server, and never made over something that is there."""

import asyncio
import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sessionday.store import DatabaseInUse, Store, StoreError, migrate, place
from sessionday.store.sqlite import SqliteEngine
from tests.store.world import NOW, World, entry, raw, results


@pytest.fixture
def database(tmp_path: Path) -> str:
    return url(tmp_path / "day.db")


def url(path: Path) -> str:
    return f"sqlite:///{path}"


async def reopened(path: Path) -> None:
    async with await Store.open(url(path), now=NOW):
        pass


async def test_a_new_database_stays_the_same_when_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "day.db"
    async with await Store.open(url(path), now=NOW) as first:
        epoch = first.epoch
        clinic = await first.add_clinic("Meadow", "UTC", "1", NOW)
    async with await Store.open(url(path), now=NOW + 1) as second:
        assert second.epoch == epoch
        assert await second.clinics() == [clinic]
    with closing(raw(path)) as db:
        assert db.execute("SELECT number, applied_at FROM migration").fetchall() == [
            (step.number, NOW) for step in migrate.known("sqlite")
        ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["day.db", "day.db.lock"]


async def test_stored_means_synced_and_readers_never_checkpoint(world: World) -> None:
    engine = world.file
    asked = {name: (await engine.writer.all(f"PRAGMA {name}"))[0][0] for name in ("synchronous", "journal_mode")}
    assert asked == {"synchronous": 2, "journal_mode": "wal"}
    assert (await engine.writer.all("PRAGMA foreign_keys"))[0][0] == 1
    assert (await engine.writer.all("PRAGMA trusted_schema"))[0][0] == 0
    assert (await engine.writer.all("PRAGMA busy_timeout"))[0][0] == 30_000
    for reader in engine._readers:
        assert (await reader.all("PRAGMA wal_autocheckpoint"))[0][0] == 0
        with pytest.raises(StoreError, match="readonly"):
            await reader.run("DELETE FROM claim")


async def test_looking_up_a_batch_never_reads_a_whole_table_or_session(world: World) -> None:
    from sessionday.store.engine import among, rounded
    from sessionday.store.tables import found_by

    for key, table in (
        ("clinic, session, id", "entry"),
        ("clinic, session, id", "device"),
        ("clinic, session, fingerprint", "held"),
    ):
        count, args = rounded([["x"] * (key.count(",") + 1)] * 3)
        plan = await world.store._all(f"EXPLAIN QUERY PLAN SELECT 1 {found_by(key, table, count)}", args)
        whole = " AND ".join(f"{part}=?" for part in key.split(", "))
        assert any(f"SEARCH {table} USING" in row[3] and f"({whole})" in row[3] for row in plan), plan
    count, args = rounded([["x", "y"]] * 3)
    plan = await world.store._all(f"EXPLAIN QUERY PLAN SELECT * FROM session WHERE {among('clinic, id', count)}", args)
    assert any("SEARCH session USING INDEX" in row[3] for row in plan), plan


def _text(path: Path) -> None:
    path.write_text("dear diary")


def _empty(path: Path) -> None:
    path.touch()


def _directory(path: Path) -> None:
    path.mkdir()


def _log_alone(path: Path) -> None:
    Path(f"{path}-wal").write_bytes(b"x")


def _foreign(path: Path) -> None:
    with closing(raw(path)) as db:
        db.execute("CREATE TABLE entry (a)")


def _damaged(path: Path) -> None:
    path.write_bytes(place.HEADER + b"\x10\x00\x02\x02" + b"\xff" * 8000)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_text, "not a Session Day database"),
        (_empty, "not a Session Day database"),
        (_directory, "not a file"),
        (_log_alone, "is gone, but its log"),
        (_foreign, "not a Session Day database"),
        (_damaged, "failed"),
    ],
)
async def test_what_is_no_database_is_refused_in_words_and_left_as_it_is(tmp_path: Path, make: Any, words: str) -> None:
    path = tmp_path / "day.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=words):
        await reopened(path)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:////nowhere/at/all/day.db", "no directory /nowhere/at/all"),
        ("day.db", "no database address"),
        ("sqlite:///", "no database address"),
        ("postgresql://", "no database address"),
        ("postgresql://sam:secret@localhost", "‘postgresql://sam:…@localhost’ is no database address"),
        ("postgresql://127.0.0.1:1/day", r"can’t be reached right now.*127\.0\.0\.1"),
    ],
)
async def test_a_wrong_address_is_refused_in_words(address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        await Store.open(address, now=NOW)


def said_to_somebody_else(path: Path, said: "multiprocessing.SimpleQueue[str]") -> None:
    """Opens the database as nobody in particular: root may write anywhere."""
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        asyncio.run(Store.open(url(path), now=NOW))
        said.put("opened")
    except StoreError as error:
        said.put(str(error))


def test_a_read_only_file_is_refused_in_words() -> None:
    with tempfile.TemporaryDirectory(prefix="read-only-") as place:
        path = Path(place) / "day.db"
        asyncio.run(made_and_closed(path))
        Path(place).chmod(0o777)
        path.chmod(0o444)
        path.with_name("day.db.lock").unlink(missing_ok=True)
        fork = multiprocessing.get_context("fork")
        said = fork.SimpleQueue()
        child = fork.Process(target=said_to_somebody_else, args=(path, said))
        child.start()
        child.join(30)
        assert "read-only" in said.get()


async def made_and_closed(path: Path) -> None:
    await (await Store.open(url(path), now=NOW)).close()


async def test_a_second_server_is_refused_and_the_first_goes_on(world: World) -> None:
    with pytest.raises(DatabaseInUse, match=rf"Another server has .* open \(process {os.getpid()}\)"):
        await reopened(world.path)
    assert results(await world.push(entry(1))) == ["stored"]


async def test_a_second_server_by_another_path_to_the_same_file_is_refused(world: World, tmp_path: Path) -> None:
    os.symlink(world.path, tmp_path / "other.db")
    with pytest.raises(DatabaseInUse):
        await reopened(tmp_path / "other.db")


async def test_a_server_waits_for_a_command_that_is_at_work(tmp_path: Path) -> None:
    command = await Store.open(url(tmp_path / "day.db"), now=NOW, writer=False)
    server = asyncio.create_task(Store.open(url(tmp_path / "day.db"), now=NOW))
    await asyncio.sleep(0.15)
    assert not server.done()
    await command.close()
    await (await server).close()


async def test_a_command_beside_a_server_writes_in_turn_and_never_checkpoints(world: World) -> None:
    async with await Store.open(url(world.path), now=NOW, writer=False) as command:
        assert isinstance(command._engine, SqliteEngine)
        assert (await command._engine.writer.all("PRAGMA wal_autocheckpoint"))[0][0] == 0
        assert (await world.file.writer.all("PRAGMA wal_autocheckpoint"))[0][0] > 0
        pushes = (world.push(entry(n), device=f"s{n % 5}") for n in range(1, 101))
        beside = (command.push(world.offer(entry(n), device=f"c{n % 5}")) for n in range(1, 101))
        clinics = (command.add_clinic(f"Clinic {n}", "UTC", "1", NOW) for n in range(20))
        await asyncio.gather(*pushes, *beside, *clinics)
    stored = await world.store.entries(world.session)
    assert [e["seq"] for e in stored] == list(range(1, 201))
    assert len(await world.store.clinics()) == 21


async def test_a_command_refuses_a_database_that_vanished_under_its_server(world: World) -> None:
    place.discard(world.path)
    with pytest.raises(StoreError, match="is gone, but another program"):
        await Store.open(url(world.path), now=NOW, writer=False)


async def test_after_a_crash_a_damaged_database_is_not_served(world: World, tmp_path: Path) -> None:
    await world.push(*(entry(n, step="text", answer="x" * 3000) for n in range(1, 100)))
    await world.file.writer.all("PRAGMA wal_checkpoint(TRUNCATE)")
    await world.push(entry(100))
    crashed = tmp_path / "crashed.db"
    for end in ("", "-wal"):
        shutil.copyfile(f"{world.path}{end}", f"{crashed}{end}")
    with crashed.open("r+b") as file:
        file.seek(crashed.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        await reopened(crashed)


async def test_a_database_left_by_a_crash_opens_whole(world: World, tmp_path: Path) -> None:
    await world.push(entry(1), entry(2))
    crashed = tmp_path / "crashed.db"
    for end in ("", "-wal"):
        shutil.copyfile(f"{world.path}{end}", f"{crashed}{end}")
    async with await Store.open(url(crashed), now=NOW) as store:
        assert [e["seq"] for e in await store.entries(world.session)] == [1, 2]


async def test_only_the_engines_know_the_drivers() -> None:
    sources = {file.name: file.read_text() for file in Path(migrate.__file__).parent.glob("*.py")}
    knowing = {name for name, text in sources.items() if "import sqlite3" in text or "aiosqlite" in text}
    assert knowing == {"sqlite.py"}
    assert {name for name, text in sources.items() if "asyncpg" in text} == {"postgres_connection.py"}
    assert sqlite3.sqlite_version_info >= (3, 35)  # RETURNING
