"""Who has not heard of a move promises nothing by it; and no move makes a day that has begun."""

from typing import Any

import pytest

from sessionday import zones
from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, Phone, World

DAY = 24 * HOUR


async def move(desk: Phone, world: World, start: int) -> Any:
    """Moves Sam's session to an instant."""
    local = zones.shown(start, zones.zone_named(world.clinic.zone))
    form = {"do": "reschedule", "start": local, "different": "yes"}
    return await desk.http.post(f"/s/{world.booked.session.handle}/arrange", data=form)


async def test_who_has_not_heard_of_the_move_promises_nothing_for_the_new_time(world: World) -> None:
    world.clock.now = START - 5 * HOUR
    support, desk = await world.seat("support"), await world.desk()
    old = START
    assert (await move(desk, world, START + 7 * DAY)).status_code == 303
    world.clock.now += MINUTE
    yes, no = support.entry("ride_confirmed", "yes"), support.entry("ride_confirmed", "no")
    reply = (await support.sync(yes, no, starts={yes["id"]: old, no["id"]: old})).json()
    verdicts = {one["id"]: one for one in reply["verdicts"]}
    assert (verdicts[yes["id"]]["result"], verdicts[yes["id"]]["why"]) == ("held", "moved")
    assert verdicts[no["id"]]["result"] == "stored", "a no holds for any time"
    form = {"id": "f1", "kind": "answer", "step": "ride_confirmed", "answer": "yes", "start": str(old)}
    again = await support.http.post(f"/s/{support.handle}/entries", data=form)
    assert (again.status_code, "moved meanwhile" in again.text) == (422, True)
    form |= {"start": str(START + 7 * DAY), "id": "f2"}
    assert (await support.http.post(f"/s/{support.handle}/entries", data=form)).status_code == 303
    for odd in ({yes["id"]: "x"}, [1], {"": None}, 5):
        assert (await support.sync(starts=odd)).status_code == 200


async def test_a_move_of_hours_asks_again_what_was_eaten(world: World) -> None:
    world.clock.now = START - 2 * HOUR
    client, desk = await world.seat("client"), await world.desk()
    await client.say("last_food", START - 6 * HOUR)
    assert Page((await client.http.get(f"/s/{client.handle}/")).text).status("last_food") == "done"
    world.clock.now += MINUTE
    assert (await move(desk, world, START + 150 * MINUTE)).status_code == 303
    world.clock.now += MINUTE
    page = (await client.http.get(f"/s/{client.handle}/")).text
    assert Page(page).status("last_food") in ("todo", "locked")


@pytest.mark.parametrize("ahead", [-26 * HOUR, -HOUR, 0, 30 * MINUTE, 59 * MINUTE])
async def test_a_day_is_not_moved_where_it_would_count_as_begun(world: World, ahead: int) -> None:
    world.clock.now = START - 5 * HOUR
    desk = await world.desk()
    answer = await move(desk, world, world.clock.now + ahead)
    assert answer.status_code == 422
    same = await move(desk, world, START)
    assert (same.status_code, "time already" in same.text) == (422, True)
    assert [one.kind for one in await world.store.arrangements(world.booked.session)] == ["made"]
