"""A record that was folded away is still the record: read, verified, exported, and known again when it is offered."""

from typing import Any, cast

import pytest

from sessionday.store.chain import verify
from sessionday.store.folding import Damaged, packed, unpacked
from tests.store.world import NOW, OVER, World, add_session, entry, results

LATER = OVER + 1000


async def test_a_folded_record_reads_and_verifies_as_before(world: World) -> None:
    await world.push(*(entry(n, step="text", answer=f"ünïcode {n}") for n in range(1, 8)), entry(8, answer=1.5))
    await world.push(entry(9, step="measure", answer={"x": 1e-7, "y": 120.0}))
    before, record = await world.store.entries(world.session), await world.record()
    assert await world.store.archive(LATER, LATER, 10) == 1
    session = await world.store.session("one")
    assert session
    assert await world.around("SELECT count(*) FROM entry") == [(0,)]
    assert await world.store.entries(session) == before
    assert await world.store.entries(session, after=3, limit=2) == before[3:5]
    assert await world.store.entries(session, after=8) == []
    assert await world.record() == record
    assert verify(await world.record()) == []


async def test_what_is_in_a_folded_record_is_a_duplicate_and_what_is_not_is_held(world: World) -> None:
    one = entry(1)
    await world.push(one)
    await world.store.archive(LATER, LATER, 10)
    verdicts = await world.push(one, {**one, "answer": "no"}, entry(2), now=LATER)
    assert results(verdicts) == ["duplicate", "session_over", "session_over"]
    assert verdicts[0].seq == 1


async def test_only_what_was_over_long_enough_is_folded_and_only_once(world: World) -> None:
    await world.push(entry(1))
    assert await world.store.archive(OVER, LATER, 10) == 0
    assert await world.store.archive(LATER, LATER, 10) == 1
    assert await world.store.archive(LATER, LATER, 10) == 0


async def test_a_session_that_was_given_more_days_goes_on_after_its_folded_record(world: World) -> None:
    one = entry(1)
    await world.push(one, entry(2))
    await world.store.archive(LATER, LATER, 10)
    await world.around(f"UPDATE session SET over_at = {LATER + 1000}")
    assert results(await world.push(entry(3), one, {**entry(2), "answer": "no"}, now=LATER)) == [
        "stored", "duplicate", "same_n_other_content"
    ]  # fmt: skip
    session = await world.store.session("one")
    assert session
    assert [one["seq"] for one in await world.store.entries(session)] == [1, 2, 3]
    assert [one["seq"] for one in await world.store.entries(session, after=2)] == [3]
    assert verify(await world.record()) == []


async def test_a_record_that_does_not_hold_together_is_left_where_it_is(world: World) -> None:
    await world.push(entry(1), entry(2))
    await world.around("UPDATE session SET head = 'forged'")
    sound = await add_session(world.store, world.clinic, "sound")
    await world.push(entry(1), session=sound)
    assert await world.store.archive(LATER, LATER, 10) == 2
    assert "does not hold together" in world.store.unsound[world.session.id]
    assert await world.store.archive(LATER, LATER, 1) == 0  # it is passed by from now on
    assert await world.around("SELECT count(*) FROM entry") == [(2,)]
    assert await world.around("SELECT session FROM archive") == [(sound.id,)]


async def test_a_record_that_can_not_be_read_is_passed_by_and_told(world: World) -> None:
    await world.push(entry(1))
    sound = await add_session(world.store, world.clinic, "sound")
    await world.push(entry(1), session=sound)
    guard = "DROP TRIGGER entry_stays" + ("" if world.url.startswith("sqlite:") else " ON entry")
    await world.around(guard, f"UPDATE entry SET answer = '{{' WHERE session = '{world.session.id}'")
    assert await world.store.archive(LATER, LATER, 10) == 2
    assert "can’t be read" in world.store.unsound[world.session.id]
    assert await world.around("SELECT session FROM archive") == [(sound.id,)]


@pytest.mark.parametrize(
    "damaged",
    ["", "c-rubbish", "ünïcode", packed([{"a": 1}])[:-3], packed(cast(Any, {"a": 1})), packed(cast(Any, [1]))],
)
def test_a_folded_text_that_was_changed_is_told_from_a_record(damaged: str) -> None:
    with pytest.raises(Damaged, match="can’t be read"):
        unpacked(damaged)


async def test_an_entry_leaves_its_table_for_the_archive_alone(world: World) -> None:
    await world.push(entry(1))
    with pytest.raises(Exception, match="never deleted"):
        await world.around("DELETE FROM entry")
    await world.store.archive(LATER, LATER, 10)
    with pytest.raises(Exception, match="never deleted"):
        await world.around("DELETE FROM archive")
    with pytest.raises(Exception, match="never changed"):
        await world.around("UPDATE archive SET record = ''")


async def test_a_session_without_entries_is_done_with_at_once(world: World) -> None:
    assert await world.store.archive(LATER, LATER, 10) == 1
    assert await world.around("SELECT count(*) FROM archive") == [(0,)]
    assert await world.store.archive(LATER, LATER + NOW, 10) == 0


def test_folding_loses_nothing() -> None:
    entries = [{"seq": 1, "answer": {"é": [1.5, None, "\x7f"]}, "salt": "00"}]
    assert unpacked(packed(entries)) == entries
