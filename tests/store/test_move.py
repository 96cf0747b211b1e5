"""A database moves from a file to PostgreSQL and back: all of it, proven by the chains, or nothing that looks whole."""

import os
from pathlib import Path
from typing import Any

import pytest

from sessionday.store import DatabaseInUse, Store, StoreError
from sessionday.store.migrate import COPIED
from sessionday.store.move import move
from tests.cluster import Cluster
from tests.store.world import NOW, World, around, entry


async def everything(url: str) -> dict[str, Any]:
    """All rows of all tables, but for how the database itself was made."""
    async with await Store.open(url, now=NOW, writer=False) as store, store._engine.snapshot() as tx:
        tables = await tx.tables()
        found: dict[str, Any] = {}
        for name in sorted(set(tables) - {"migration"}):
            rows = await tx.all(f"SELECT {', '.join(sorted(tables[name]))} FROM {name}")
            found[name] = sorted(map(str, map(tuple, rows)))
    found["meta"] = [row for row in found["meta"] if "epoch" not in row]
    return found


async def lived_in(world: World) -> None:
    """Something in most tables, with values at their edges; then the server stops."""
    await world.push(*(entry(n, step="text", answer=f"ünïcode ‘{n}’ \x00 " + "x" * n) for n in range(1, 150)), "odd")
    await world.push(entry(150, at=-(2**53), mood=["low", None, 1.5]), {"id": "strange", "n": None})
    jo = await world.store.add_staff(world.clinic.id, "jo@x.org", "Jo’s “name”, 100 %", "hash", NOW)
    await world.store.add_sign_in(jo, "token", NOW, NOW + 1)
    await world.store.claim("browser", world.seat, NOW)
    await world.store.look(world.session, jo.id, "Jo", 3, NOW)
    await world.store.close()


async def test_all_of_it_arrives_and_comes_back(world: World, cluster: Cluster, tmp_path: Path) -> None:
    await lived_in(world)
    before = await everything(world.url)
    there, back = cluster.database(empty=True), f"sqlite:///{tmp_path}/back.db"
    found = await move(world.url, there, now=NOW)
    assert (found.sessions, found.entries, found.held) == (1, 150, 2)
    assert await everything(there) == before
    said: list[str] = []
    assert await move(there, back, now=NOW, said=said.append) == found
    assert await everything(back) == before
    assert "copied 150 rows of entry" in said
    for url in (there, back):
        assert await around(url, "SELECT value FROM meta WHERE name = 'epoch'") == [(COPIED,)], (
            "no server was started on it"
        )
    assert (tmp_path / "back.db").stat().st_mode & 0o777 == 0o600
    async with await Store.open(there, now=NOW) as store:
        again = await store.push(world.offer(entry(1, id="new"), device="after"))
        assert [(verdict.result, verdict.seq) for verdict in again] == [("stored", 151)]
    cluster.drop(there)


async def test_a_target_that_holds_something_is_refused_and_left_as_it_is(world: World, cluster: Cluster) -> None:
    full = cluster.database()
    other = await World.make(full)
    await other.store.close()
    held = await everything(full)
    await world.store.close()
    with pytest.raises(StoreError, match="not empty"):
        await move(world.url, full, now=NOW)
    assert await everything(full) == held
    cluster.drop(full)


async def test_a_file_that_is_there_is_never_written_over(world: World, tmp_path: Path) -> None:
    await world.store.close()
    (tmp_path / "there.db").write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        await move(world.url, f"sqlite:///{tmp_path}/there.db", now=NOW)
    assert (tmp_path / "there.db").read_text() == "precious"


async def test_a_database_that_a_server_has_open_is_not_moved(world: World, tmp_path: Path) -> None:
    with pytest.raises(DatabaseInUse):
        await move(world.url, f"sqlite:///{tmp_path}/copy.db", now=NOW)
    assert [name for name in os.listdir(tmp_path) if "copy" in name] == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET answer = '\"no\"' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 3",
        "UPDATE session SET seq = 4",
    ],
)
async def test_a_record_that_does_not_hold_together_is_not_moved(
    world: World, cluster: Cluster, tmp_path: Path, damage: str
) -> None:
    await lived_in(world)
    on = "" if world.url.startswith("sqlite:") else " ON entry"
    await world.around(*(f"DROP TRIGGER {name}{on}" for name in ("entry_stays", "entry_kept")), damage)
    there = cluster.database(empty=True)
    for target in (there, f"sqlite:///{tmp_path}/copy.db"):
        with pytest.raises(StoreError, match=r"does not hold together|entries of no session"):
            await move(world.url, target, now=NOW)
    assert await around(there, "SELECT 1 FROM session") == await around(there, "SELECT 1 FROM clinic") == []
    assert [name for name in os.listdir(tmp_path) if "copy" in name] == []
    cluster.drop(there)


async def test_a_copy_that_was_changed_on_its_way_is_thrown_away(
    world: World, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessionday.store.postgres_connection import Connection

    await lived_in(world)
    honest = Connection.fill

    async def other(self: Connection, table: str, columns: list[str], rows: list[Any]) -> None:
        changed: list[Any] = [tuple("Joe" if value == "Jo" else value for value in row) for row in rows]
        await honest(self, table, columns, changed)

    monkeypatch.setattr(Connection, "fill", other)
    there = cluster.database(empty=True)
    with pytest.raises(StoreError, match="The copy of look is not what was read"):
        await move(world.url, there, now=NOW)
    assert await around(there, "SELECT 1 FROM clinic") == []
    cluster.drop(there)


@pytest.mark.parametrize("source", ["sqlite:////nowhere/day.db", "empty"])
async def test_there_must_be_something_to_move(cluster: Cluster, tmp_path: Path, source: str) -> None:
    url = cluster.database(empty=True) if source == "empty" else source
    with pytest.raises(StoreError, match=r"no directory|holds nothing"):
        await move(url, f"sqlite:///{tmp_path}/copy.db", now=NOW)
    assert os.listdir(tmp_path) == []
