"""A record proves that nothing in it was changed, moved, added or taken out."""

import copy
import json
from typing import Any

import pytest

from sessionday.store.chain import PRIVATE, PUBLIC, first, link, verify
from tests.store.world import World, entry


@pytest.fixture
async def record(world: World) -> dict[str, Any]:
    await world.push(*(entry(n, mood="bright") for n in range(1, 5)), entry(5, kind="withdraw", answer=None, of="x"))
    await world.push(entry(6, step="text", answer="ünïcode ‘quotes’ \x00"))
    made: dict[str, Any] = json.loads(json.dumps(await world.record()))
    return made


async def test_an_untouched_record_holds_also_after_a_round_trip_as_json(record: dict[str, Any]) -> None:
    assert len(record["entries"]) == 6
    assert verify(record) == []


async def test_an_empty_record_holds(world: World) -> None:
    assert verify(await world.record()) == []


async def test_any_changed_value_is_found(record: dict[str, Any]) -> None:
    for place in range(6):
        for key in record["entries"][place]:
            changed = copy.deepcopy(record)
            value = changed["entries"][place][key]
            changed["entries"][place][key] = _other(value)
            assert verify(changed), (place, key)


def _other(value: Any) -> Any:
    """As little changed as can be."""
    if isinstance(value, str):
        last = "0" if value[-1:] != "0" else "1"
        return value[:-1] + last
    return value + 1 if isinstance(value, int) else "x"


@pytest.mark.parametrize("place", range(6))
async def test_a_missing_entry_is_found(record: dict[str, Any], place: int) -> None:
    del record["entries"][place]
    assert verify(record)


async def test_a_tail_cut_off_with_its_count_is_found_by_the_head(record: dict[str, Any]) -> None:
    del record["entries"][-1]
    record["session"]["seq"] = 5
    assert any("cut or added" in problem for problem in verify(record))


async def test_a_chain_forged_anew_around_a_gap_is_found_by_its_numbers(record: dict[str, Any]) -> None:
    del record["entries"][0]
    previous = first(record["session"]["id"])
    for one in record["entries"]:
        public = {key: one[key] for key in PUBLIC if key != "content_hash"}
        private = {key: one[key] for key in PRIVATE}
        one["content_hash"], one["hash"] = link(previous, public, private, one["salt"])
        previous = one["hash"]
    record["session"].update(seq=5, head=previous)
    assert "carries the number 2" in verify(record)[0]


async def test_swapped_entries_are_found(record: dict[str, Any]) -> None:
    entries = record["entries"]
    entries[2], entries[3] = entries[3], entries[2]
    assert verify(record)
    entries[2]["seq"], entries[3]["seq"] = 3, 4
    assert verify(record)


async def test_a_record_under_another_sessions_name_is_found(record: dict[str, Any]) -> None:
    record["session"]["id"] = "another"
    assert verify(record)


async def test_a_record_whose_private_parts_were_taken_out_still_holds(record: dict[str, Any]) -> None:
    for one in record["entries"]:
        for key in ("answer", "reason", "extra", "salt"):
            del one[key]
    assert verify(record) == []


@pytest.mark.parametrize(
    "thing", [{}, {"session": None, "entries": []}, {"session": {"id": "x"}, "entries": [1]}, [], "x"]
)
async def test_what_is_no_record_is_said_to_be_none(thing: Any) -> None:
    assert "not an exported record" in verify(thing)[0]


async def test_the_salt_hides_what_was_answered(record: dict[str, Any]) -> None:
    assert len({one["content_hash"] for one in record["entries"][:4]}) == 4
