"""When the ride home falls through: each branch is written down, none is a dead end, none opens a gate by itself."""

import html
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.world import HOUR, MINUTE, START, Phone, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world"), START) as made:
        yield made


async def after_the_dose(world: World, client: str) -> Phone:
    """Staff in a session whose observation time is over."""
    booked = await world.book(client, start=world.clock.now)
    desk = await world.desk()
    desk.handle = booked.session.handle
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    world.clock.now += 2 * HOUR + MINUTE
    return desk


async def state(world: World, desk: Phone) -> dict[str, Any]:
    session = await world.store.session(desk.handle)
    assert session is not None
    return dict((await world.app.state.site.states.of(session, world.clock.now)).state)


async def did(desk: Phone, branch: str, words: str = "Pat, +1 555 0199", **more: str) -> int:
    page = await desk.http.post(f"/s/{desk.handle}/ride", data={"branch": branch, "words": words, **more})
    return page.status_code


@pytest.mark.parametrize(
    ("branch", "status"),
    [
        ("back_up_comes", "done"),
        ("back_up_not", "todo"),
        ("clinic_arranged", "done"),
        ("stays", "stop"),
        ("against_advice", "stop"),
        ("emergency", "stop"),
    ],
)
async def test_each_branch_is_recorded_and_means_what_it_says(world: World, branch: str, status: str) -> None:
    desk = await after_the_dose(world, branch)
    assert await did(desk, branch) == 303
    found = await state(world, desk)
    assert found["steps"]["way_home"]["status"] == status
    assert found["steps"]["events"]["status"] == "done"
    assert not found["gates"]["leave"]["open"], "a ride alone is never enough"
    page = html.unescape((await desk.http.get(f"/s/{desk.handle}/ride")).text)
    assert "Pat, +1 555 0199" in page


async def test_no_branch_is_a_dead_end(world: World) -> None:
    desk = await after_the_dose(world, "Every way")
    seen = 0
    for branch in ("back_up_not", "stays", "against_advice", "emergency", "clinic_arranged"):
        world.clock.now += MINUTE
        shown = await desk.http.get(f"/s/{desk.handle}/ride")
        seen = int(shown.text.split('name="seen" value="')[1].split('"')[0])
        assert await did(desk, branch, words=f"tried {branch}", seen=str(seen)) == 303
    found = await state(world, desk)
    assert found["steps"]["way_home"]["status"] == "done", "whoever knew of the no has answered it"
    page = html.unescape((await desk.http.get(f"/s/{desk.handle}/ride")).text)
    for branch in ("back_up_not", "stays", "against_advice", "emergency", "clinic_arranged"):
        assert f"tried {branch}" in page
    assert seen > 0


async def test_a_wish_to_drive_is_critical_and_nobody_sets_it_aside(world: World) -> None:
    desk = await after_the_dose(world, "Keys")
    await did(desk, "against_advice", words="wants the keys")
    found = await state(world, desk)
    alert = next(one for one in found["alerts"] if one["key"].startswith("stop:way_home"))
    assert alert["level"] == "critical"
    await desk.say("way_home", None, kind="waive", reason="he seems fine")
    assert (await state(world, desk))["steps"]["way_home"]["status"] == "stop"
    await desk.say("leave", "yes")
    found = await state(world, desk)
    assert found["left_at"] is not None, "the record takes the fact"
    assert any(one["key"].startswith("breach:leave") for one in found["alerts"]), "and says so loudly"


async def test_who_leaves_all_the_same_is_written_down_as_it_was_and_raises_an_alarm(world: World) -> None:
    desk = await after_the_dose(world, "Gone")
    await did(desk, "against_advice", words="wants to go")
    assert await did(desk, "gone", words="walked out alone") == 303
    found = await state(world, desk)
    assert found["left_at"] is not None
    assert any(one["key"].startswith("breach:leave") for one in found["alerts"])
    assert not found["gates"]["drive"]["open"]
    page = html.unescape((await desk.http.get(f"/s/{desk.handle}/ride")).text)
    assert "Has left, not handed over: walked out alone" in page
    assert 'data-branch="gone"' not in page, "nobody leaves twice"
    assert f"/s/{desk.handle}/steps/home_safe" in page, "and the day goes on"


async def test_nobody_leaves_before_a_dose(world: World) -> None:
    booked = await world.book("Yet", start=world.clock.now + HOUR)
    desk = await world.desk()
    assert 'data-branch="gone"' not in (await desk.http.get(f"/s/{booked.session.handle}/ride")).text


async def test_a_way_that_was_found_counts_until_the_next_no(world: World) -> None:
    booked = await world.book("Alex twice", start=world.clock.now)
    desk, support = await world.desk(), world.stranger()
    desk.handle = booked.session.handle
    await support.open(booked.links["support"])
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    world.clock.now += 2 * HOUR
    shown = []
    for say in ("no", "back_up", "no"):
        world.clock.now += MINUTE
        if say == "no":
            await support.say("ride_confirmed", "no")
        else:
            await did(desk, "back_up_comes")
        card = (await desk.http.get("/board")).text.split(f'data-session="{desk.handle}"')[1]
        shown.append(card.split('data-ride="')[1].split('"')[0])
    assert shown == ["no", "found", "no"]


async def test_a_form_sent_twice_is_written_once(world: World) -> None:
    desk = await after_the_dose(world, "Double")
    id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    assert [await did(desk, "stays", id=id) for _ in range(2)] == [303, 303]
    session = await world.store.session(desk.handle)
    assert session is not None
    steps = [entry["step"] for entry in await world.store.entries(session)]
    assert steps == ["dose", "events", "way_home"]
    assert not await world.store.held(session)


@pytest.mark.parametrize("words", ["", "  \n", "x" * 2001])
async def test_without_words_nothing_is_written_and_the_page_says_why(world: World, words: str) -> None:
    desk = await after_the_dose(world, "Silent")
    page = await desk.http.post(f"/s/{desk.handle}/ride", data={"branch": "stays", "words": words})
    assert page.status_code == 422
    assert "Write what was done" in page.text
    assert (await state(world, desk))["steps"]["way_home"]["status"] == "todo"


async def test_before_a_dose_the_page_leads_to_another_day(world: World) -> None:
    booked = await world.book("Early", start=world.clock.now + HOUR)
    desk = await world.desk()
    page = (await desk.http.get(f"/s/{booked.session.handle}/ride")).text
    assert "Without a ride there is no dose" in page
    for way in ("arrange", "steps/cancel", "steps/ride_plan"):
        assert f"/s/{booked.session.handle}/{way}" in page
    assert (await desk.http.post(f"/s/{booked.session.handle}/ride", data={"branch": "fly"})).status_code == 404


async def test_the_clinics_numbers_stand_where_they_are_called(world: World) -> None:
    await world.store._run("UPDATE clinic SET transport = ?, emergency = ?", ("+1 555 0777", "911"))
    world.app.state.site.known.hear(None, lambda session, seq: False)
    desk = await after_the_dose(world, "Numbers")
    page = (await desk.http.get(f"/s/{desk.handle}/ride")).text
    assert 'href="tel:+15550777"' in page
    assert 'href="tel:911"' in page


async def test_words_that_were_not_taken_are_not_called_saved(world: World) -> None:
    desk = await after_the_dose(world, "Back")
    id = "6f9619ff-8b86-4d01-b42d-00cf4fc964aa"
    assert await did(desk, "stays", id=id) == 303
    page = await desk.http.post(f"/s/{desk.handle}/ride", data={"branch": "stays", "words": "other words", "id": id})
    assert page.status_code == 422
    assert "other words" in page.text


@pytest.mark.parametrize("when", ["before a dose", "twice"])
async def test_nobody_leaves_before_a_dose_or_twice(world: World, when: str) -> None:
    desk = await after_the_dose(world, "Twice") if when == "twice" else await world.desk()
    if when == "twice":
        await desk.say("leave", "yes")
    session = await world.store.session(desk.handle)
    assert session is not None
    count = len(await world.store.entries(session))
    form = {"branch": "gone", "words": "By the side door"}
    answer = await desk.http.post(f"/s/{desk.handle}/ride", data=form)
    assert (answer.status_code, "By the side door" in answer.text) == (422, True)
    assert len(await world.store.entries(session)) == count
