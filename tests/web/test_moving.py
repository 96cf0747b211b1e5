"""A session that is moved: what was promised for the old time counts no more, and nothing comes between the look and
the change."""

import html
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from sessionday.core.protocol import refusals
from sessionday.moved import Move, as_moved, asked_again, last_move, move_to
from sessionday.protocols import load, names
from sessionday.store import Arrangement, Fact, Grown, Session
from tests.world import HOUR, MINUTE, START, Phone, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * HOUR


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as made:
        yield made


async def promised(world: World, client: str, start: int) -> tuple[Session, Phone, Phone]:
    """A session whose ride is promised: with its support person's phone, and a desk."""
    booked = await world.book(client, start=start)
    support, desk, own = world.stranger(), await world.desk(), world.stranger()
    await support.open(booked.links["support"])
    await own.open(booked.links["client"])
    desk.handle = booked.session.handle
    await own.say("ride_plan", "named_driver")
    await support.say("ride_confirmed", "yes")
    return booked.session, support, desk


async def steps(world: World, handle: str) -> dict[str, Any]:
    session = await world.store.session(handle)
    assert session is not None
    found: dict[str, Any] = (await world.app.state.site.states.of(session, world.clock.now)).state["steps"]
    return found


async def move(desk: Phone, start: str, **typed: str) -> Any:
    form = {"do": "reschedule", "start": start, "different": "yes", **typed}
    return await desk.http.post(f"/s/{desk.handle}/arrange", data=form)


async def test_a_ride_that_was_promised_for_one_day_is_no_ride_on_another(world: World) -> None:
    session, support, desk = await promised(world, "Otherday", START + 3 * DAY)
    before = await steps(world, session.handle)
    assert {before[one]["status"] for one in ("ride_plan", "ride_confirmed")} == {"done"}
    page = html.unescape((await desk.http.get(f"/s/{session.handle}/arrange")).text)
    assert "The ride home, in your own words" in page.split("data-asked-again", 1)[1].split("</ul>")[0]
    world.clock.now += MINUTE
    assert (await move(desk, "2026-12-10T10:00")).status_code == 303
    world.clock.now += MINUTE
    after = await steps(world, session.handle)
    assert {after[one]["status"] for one in ("ride_plan", "ride_confirmed")} == {"todo"}
    reply = (await support.sync()).json()
    moved = await world.store.session(session.handle)
    assert moved is not None
    assert reply["protocol"]["version"] == moved.protocol_version != session.protocol_version
    pack = (await support.http.get(f"/s/{session.handle}/pack")).json()
    opens = next(one for one in pack["protocol"]["steps"] if one["id"] == "ride_confirmed")["opens"]
    assert opens["from"] == "start", "the phone reckons with the same"
    told = html.unescape((await desk.http.get(f"/s/{session.handle}/arrange")).text)
    assert "Asked again:" in told
    await support.say("ride_confirmed", "yes")
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] == "done", "promised for the new time"


async def test_what_was_said_before_a_move_counts_no_more_though_it_comes_later(world: World) -> None:
    booked = await world.book("Late", start=START + 3 * DAY)
    support, desk = world.stranger(), await world.desk()
    await support.open(booked.links["support"])
    desk.handle = booked.session.handle
    unsent = support.entry("ride_confirmed", "yes")
    world.clock.now += 10 * MINUTE
    await move(desk, "2026-12-11T10:00")
    world.clock.now += MINUTE
    assert (await support.sync(unsent)).json()["verdicts"][0]["result"] == "stored"
    assert (await steps(world, desk.handle))["ride_confirmed"]["status"] == "todo"


async def test_a_ride_still_fits_where_a_session_is_moved_by_half_an_hour_but_not_where_it_is_done_twice(
    world: World,
) -> None:
    session, _, desk = await promised(world, "Halfhour", START + 3 * DAY)
    await move(desk, "2026-12-04T10:30")
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] == "done"
    world.clock.now += MINUTE
    await move(desk, "2026-12-04T11:00")
    world.clock.now += MINUTE
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] == "todo"


async def test_limits_and_a_small_move_leave_what_is_asked_again_as_it_is(world: World) -> None:
    session, _, desk = await promised(world, "Both", START + 3 * DAY)
    world.clock.now += MINUTE
    await move(desk, "2026-12-12T10:00")
    world.clock.now += MINUTE
    await desk.http.post(f"/s/{session.handle}/limits", data={"max_systolic": "130"})
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] == "todo"
    await move(desk, "2026-12-12T09:40")
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] == "todo"
    moved = await world.store.session(session.handle)
    assert moved is not None
    assert moved.limits == {"max_systolic": 130}
    checklist = await world.app.state.site.states.checklist(moved)
    fields = {
        (step["id"], one["id"]): one for step in checklist.rules["steps"] for one in step["answer"].get("fields", ())
    }
    assert fields["baseline_bp", "systolic"]["stop_above"] == 130, "the move keeps the limits"


async def test_a_no_that_was_said_before_a_move_still_stands(world: World) -> None:
    session, support, desk = await promised(world, "No", START + 3 * DAY)
    await support.say("ride_confirmed", "no")
    world.clock.now += MINUTE
    await move(desk, "2026-12-13T10:00")
    world.clock.now += MINUTE
    assert (await steps(world, session.handle))["ride_confirmed"]["status"] in ("stop", "conflict")


@pytest.mark.parametrize("name", names())
async def test_every_protocol_asks_again_what_its_support_person_promises_and_stays_whole(name: str) -> None:
    checklist = load(name)
    again = asked_again(checklist)
    promises = {"ride_plan", "ride_confirmed", "watch_confirmed", "watch_reconfirmed", "ride_giver_reached"}
    assert promises & {step["id"] for step in checklist.rules["steps"]} <= {*again}
    assert "duties_accepted" in again
    moved = as_moved(checklist, Move(START, START - 3 * DAY))
    assert list(refusals(moved.rules)) == []
    opens = {step["id"]: step["opens"] for step in moved.rules["steps"]}
    own = {step["id"]: step["opens"] for step in checklist.rules["steps"]}
    assert {id for id in opens if opens[id] != own[id]} <= {*again}
    late = [id for id in again if own[id]]
    assert [opens[id] for id in late] == [own[id] for id in late], "what opens later anyway opens then"


async def test_the_times_are_measured_from_whatever_was_promised_for() -> None:
    def told(number: int, was: int, to: int, **more: int) -> Arrangement:
        return Arrangement(number, number, "", "", "rescheduled", {"from": was, "to": to, **more})

    assert move_to([], START, START + 30 * MINUTE, 5) is None
    assert move_to([], START, START + 31 * MINUTE, 5) == Move(START + 31 * MINUTE, 5)
    back = [told(1, START, START + 25 * MINUTE)]
    assert move_to(back, START + 25 * MINUTE, START - 10 * MINUTE, 5) == Move(START - 10 * MINUTE, 5)
    asked = [told(1, START, START + DAY, again=3)]
    assert move_to(asked, START + DAY, START + DAY + 10 * MINUTE, 5) == Move(START + DAY + 10 * MINUTE, 3)
    assert last_move(asked, START) == Move(START, 3)


@pytest.mark.parametrize("path", ["arrange", "limits"])
async def test_a_dose_that_is_stored_between_the_look_and_the_change_leaves_all_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    booked = await world.book(f"Between{path}", start=START + 3 * DAY)
    desk, session, arrange = await world.desk(), booked.session, world.store.arrange
    desk.handle = session.handle
    dose = Fact(
        clinic=session.clinic, session=session.id, by=world.staff.id, role="staff", device="tablet",
        now=world.clock.now, id="dose", kind="answer", step="dose", answer={"mg": 100, "lozenges": 1},
    )  # fmt: skip

    async def slow(*args: Any, **more: Any) -> None:
        assert (await world.store.append(dose)).result == "stored"
        await arrange(*args, **more)

    monkeypatch.setattr(world.store, "arrange", slow)
    form = {"do": "reschedule", "start": "2026-12-14T10:00", "why": "ill", "max_systolic": "130", "different": "yes"}
    page = await desk.http.post(f"/s/{desk.handle}/{path}", data=form)
    assert page.status_code == 409
    assert "Something was recorded meanwhile" in page.text
    after = await world.store.session(desk.handle)
    assert after is not None
    assert (after.start, after.protocol_version, after.limits) == (session.start, session.protocol_version, {})
    assert [one.kind for one in await world.store.arrangements(session)] == ["made"]


async def test_the_record_of_a_session_that_was_moved_is_taken_out_whole(world: World) -> None:
    session, _, desk = await promised(world, "Takenout", START + 3 * DAY)
    world.clock.now += MINUTE
    await move(desk, "2026-12-16T10:00", why="ill")
    for ending in ("json", "csv", "pdf", "fhir.json"):
        answer = await desk.http.get(f"/s/{session.handle}/record.{ending}")
        assert answer.status_code == 200, ending
    record = (await desk.http.get(f"/s/{session.handle}/record.json")).json()
    told = record["arrangements"][-1]
    assert told["body"]["again"] == world.clock.now
    assert "The ride home, in your own words" in told["body"]["asked"]
    assert "Asked again: " in html.unescape((await desk.http.get(f"/s/{session.handle}/record")).text)


async def test_of_two_who_change_a_session_at_once_the_second_looks_again(world: World) -> None:
    session = (await world.book("Twoatonce", start=START + 3 * DAY)).session
    more: dict[str, Any] = {"by": "x", "name": "X", "now": world.clock.now, "body": {}, "decided_on": session}
    await world.store.arrange(session, "rescheduled", changes={"start": session.start + HOUR}, **more)
    with pytest.raises(Grown):
        await world.store.arrange(session, "limits", changes={"limits": {}}, **more)
    known = replace(session, start=session.start + HOUR)
    await world.store.arrange(session, "limits", changes={"limits": {}}, **{**more, "decided_on": known})


async def test_a_move_to_a_day_with_a_name_or_a_mark_alike_is_asked_about(world: World) -> None:
    there = (await world.book("Mariella", start=START + 20 * DAY)).session
    session = (await world.book("Mariela", start=START + 3 * DAY)).session
    desk = await world.desk()
    desk.handle = session.handle
    page = await move(desk, "2026-12-21T12:00", different="", why="kept words")
    assert page.status_code == 409
    text = html.unescape(page.text)
    assert "Mariella" in text
    assert "kept words" in text
    assert (await world.store.session(session.handle)) == session, "not moved yet"
    assert (await move(desk, "2026-12-21T12:00")).status_code == 303
    mark = {"do": "band", "initials": "", "room": "", "colour": there.colour, "pattern": there.pattern}
    asked = await desk.http.post(f"/s/{session.handle}/arrange", data=mark)
    assert asked.status_code == 409
    assert "Mariella" in html.unescape(asked.text)
    sure = await desk.http.post(f"/s/{session.handle}/arrange", data={**mark, "different": "yes"})
    assert sure.status_code == 303
    other = (await world.book("Zoltan", start=START + 3 * DAY)).session
    await world.store.arrange(other, "band", "x", "X", world.clock.now, body={}, changes={
        "colour": there.colour, "pattern": there.pattern})  # fmt: skip
    desk.handle = other.handle
    marked = await move(desk, "2026-12-21T12:00", different="")
    assert marked.status_code == 409, "another name, but the same mark"
    desk.handle = session.handle
    elsewhere = (await world.book("Quentin", start=START + 40 * DAY)).session
    far = {**mark, "colour": "blue", "pattern": "plain"}
    assert (await desk.http.post(f"/s/{elsewhere.handle}/arrange", data=far)).status_code == 303
