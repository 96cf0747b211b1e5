"""A backup is a checked copy under its final name, or it is not there."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from sessionday.store import Store, StoreError
from sessionday.store.migrate import COPIED
from tests.store.world import NOW, World, entry


async def test_a_copy_made_while_others_write_is_whole_and_another_database(world: World, tmp_path: Path) -> None:
    acknowledged: list[str | None] = []
    some, stop = asyncio.Event(), asyncio.Event()

    async def phone(name: str) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            acknowledged.extend(v.id for v in await world.push(entry(n), device=name))
            if len(acknowledged) > 20:
                some.set()

    phones = [asyncio.create_task(phone(f"p{k}")) for k in range(4)]
    await some.wait()
    before = list(acknowledged)
    made = await world.store.backup(tmp_path / "copy.db")
    stop.set()
    await asyncio.gather(*phones)
    assert (made.sessions, made.bytes) == (1, (tmp_path / "copy.db").stat().st_size)
    async with await Store.open(f"sqlite:///{tmp_path}/copy.db", now=NOW) as copy:
        assert copy.epoch not in (world.store.epoch, COPIED)
        stored = [e["id"] for e in await copy.entries(world.session)]
        assert len(stored) == made.entries
        assert before
        assert set(before) <= set(stored) <= set(acknowledged)


async def test_a_backup_that_is_put_in_place_twice_is_another_past_each_time(world: World, tmp_path: Path) -> None:
    await world.store.backup(tmp_path / "copy.db")
    epochs = [world.store.epoch]
    for name in ("first", "second"):
        shutil.copyfile(tmp_path / "copy.db", tmp_path / name)
        url = f"sqlite:///{tmp_path / name}"
        async with await Store.open(url, now=NOW, writer=False) as looked_at:
            assert looked_at.epoch == COPIED, "a command is no server"
        for _ in range(2):
            async with await Store.open(url, now=NOW) as served:
                epochs.append(served.epoch)
    assert epochs[1] == epochs[2]
    assert epochs[3] == epochs[4]
    assert len({*epochs, COPIED}) == 4


async def test_phones_that_offer_again_fill_what_a_restored_copy_lacks(world: World, tmp_path: Path) -> None:
    held = [entry(n) for n in range(1, 9)]
    await world.push(*held[:5])
    await world.store.backup(tmp_path / "copy.db")
    await world.push(*held[5:])
    async with await Store.open(f"sqlite:///{tmp_path}/copy.db", now=NOW) as copy:
        verdicts = await copy.push(world.offer(*held))
        assert [v.result for v in verdicts] == ["duplicate"] * 5 + ["stored"] * 3
        assert [e["id"] for e in await copy.entries(world.session)] == [e["id"] for e in held]


async def test_a_backup_never_overwrites_and_names_a_missing_directory(world: World, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        await world.store.backup(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"
    with pytest.raises(StoreError, match="no directory"):
        await world.store.backup(tmp_path / "nowhere" / "copy.db")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET answer = '\"no\"' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 3",
        "UPDATE session SET seq = 4",
        "UPDATE session SET held = 1",
    ],
)
async def test_a_record_that_does_not_hold_together_gives_no_backup(world: World, tmp_path: Path, damage: str) -> None:
    await world.push(*(entry(n) for n in range(1, 4)))
    on = "" if world.url.startswith("sqlite:") else " ON entry"
    await world.around(*(f"DROP TRIGGER {name}{on}" for name in ("entry_stays", "entry_kept")), damage)
    with pytest.raises(StoreError, match=r"does not hold together|entries of no session"):
        await world.store.backup(tmp_path / "copy.db")
    assert [name for name in os.listdir(tmp_path) if "copy" in name] == []


async def test_a_command_can_back_up_beside_a_server(world: World, tmp_path: Path) -> None:
    await world.push(entry(1), "odd")
    async with await Store.open(world.url, now=NOW, writer=False) as command:
        made = await command.backup(tmp_path / "copy.db")
    assert (made.entries, made.held) == (1, 1)
