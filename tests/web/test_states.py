"""The remembered state of a session is only a saving: the record decides, whoever asks at once with whom."""

import asyncio

import pytest

from sessionday.web import states
from tests.world import MINUTE, START, World


async def test_a_state_that_was_forgotten_while_somebody_waited_is_still_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "KEPT", 1)
    kept, other = world.app.state.site.states, (await world.book("Jo")).session
    for _ in range(20):
        await kept.of(world.booked.session, world.clock.now)
        told = await asyncio.gather(
            kept.of(other, world.clock.now), *(kept.of(world.booked.session, world.clock.now) for _ in range(3))
        )
        assert {one.state["stage"] for one in told} == {"before"}


async def test_a_state_is_asked_anew_when_its_time_has_passed(world: World) -> None:
    client, kept = await world.seat("client"), world.app.state.site.states
    await client.sync(client.entry("support_named", "Alex"))
    before = await kept.of(world.booked.session, START - 61 * MINUTE)
    assert before.state["steps"]["baseline_bp"]["status"] == "locked"
    opened = await kept.of(world.booked.session, START - 60 * MINUTE)
    assert opened.state["steps"]["baseline_bp"]["status"] == "todo"
    again = await kept.of(world.booked.session, START - 61 * MINUTE)  # a clock that was set back
    assert again.state["steps"]["baseline_bp"]["status"] == "locked"


async def test_many_who_ask_at_once_while_entries_come_all_see_each_entry_once(world: World) -> None:
    client, kept = await world.seat("client"), world.app.state.site.states
    for n in range(10):
        asked = [kept.of(world.booked.session, world.clock.now) for _ in range(5)]
        pushed = client.sync(client.entry("intentions", f"hope {n}"))
        found = await asyncio.gather(*asked[:2], pushed, *asked[2:])
        for current in [*found[:2], *found[3:]]:
            assert [entry["seq"] for entry in current.entries] == list(range(1, current.seq + 1))
    assert (await kept.of(world.booked.session, world.clock.now)).seq == 10
