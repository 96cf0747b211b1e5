"""An index that can be made again, and the lease by which one process at a time keeps it."""

from typing import Any

from sessionday.store import Alarm, Listed, Store, Summary
from tests.store.world import NOW, World, add_session, entry


def summary(world: World, **other: Any) -> Summary:
    known: dict[str, Any] = {"seq": 1, "held": 0, "release": "r", "at": NOW, "changes_at": NOW + 5, "card": {"a": "ü"}}
    return Summary(clinic=world.clinic.id, session=world.session.id, **{**known, **other})


def alarm(world: World, **other: Any) -> Alarm:
    known: dict[str, Any] = {"alert": "help:1", "level": "critical", "since": NOW, "raised_at": NOW, "raised_by": "me"}
    return Alarm(world.clinic.id, world.session.id, **{**known, **other})


async def test_what_is_noted_is_found_again_and_replaced(world: World) -> None:
    await world.store.take_lease("me", None)
    window = (world.clinic.id, NOW, NOW + 1)
    assert await world.store.note("me", [summary(world)], [], by_time=False)
    assert await world.store.summaries_from(*window) == [summary(world)]
    await world.store.note("me", [summary(world, seq=2, changes_at=None)], [], by_time=False)
    assert await world.store.summaries_from(*window) == [summary(world, seq=2, changes_at=None)]
    assert await world.store.summaries_from(world.clinic.id, NOW + 1, NOW + 2) == []


async def test_a_session_is_due_when_its_time_has_come(world: World) -> None:
    await world.store.take_lease("me", None)
    await world.store.note("me", [summary(world)], [], by_time=False)
    assert await world.store.due(NOW + 4, 10) == []
    listed = Listed(world.clinic.id, world.session.id, "one", 0, 0, NOW, "1")
    assert await world.store.due(NOW + 5, 10) == [listed]
    assert await world.store.listed(world.clinic.id, world.session.id) == listed


async def test_sessions_that_have_grown_since_are_found_in_pages(world: World) -> None:
    await world.store.take_lease("me", None)
    two = await add_session(world.store, world.clinic, "two")
    await world.store.note("me", [summary(world, seq=0)], [], by_time=False)
    assert [one.id for one in await world.store.unsummarised(NOW, ("", ""), 10)] == [two.id]
    await world.push(entry(1))
    ids = sorted([world.session.id, two.id])
    first = await world.store.unsummarised(NOW, ("", ""), 1)
    assert [one.id for one in first] == ids[:1]
    assert [one.id for one in await world.store.unsummarised(NOW, (first[0].clinic, first[0].id), 1)] == ids[1:]
    assert await world.store.unsummarised(2**53, ("", ""), 10) == []


async def test_an_alarm_is_raised_once(world: World) -> None:
    await world.store.take_lease("me", None)
    await world.store.note("me", [], [alarm(world)], by_time=False)
    await world.store.note("me", [], [alarm(world, raised_at=NOW + 9), alarm(world, alert="late")], by_time=False)
    raised = await world.store.alarms(world.clinic.id, world.session.id)
    assert [(one.alert, one.raised_at) for one in raised] == [("help:1", NOW), ("late", NOW)]


async def test_what_was_summed_up_before_a_session_was_moved_is_dropped(world: World) -> None:
    await world.store.take_lease("me", None)
    before = summary(world, card={"arranged": world.session.arranged})
    await world.store.note("me", [before], [], by_time=False)
    changes = {"start": NOW + 1}
    await world.store.arrange(world.session, "rescheduled", "x", "X", NOW, body={}, changes=changes)
    await world.store.note("me", [before], [alarm(world)], by_time=False)
    assert await world.store.summaries_from(world.clinic.id, NOW, NOW + 2) == []
    assert await world.store.alarms(world.clinic.id, world.session.id) == []
    moved = await world.store.session("one")
    assert moved is not None
    after = summary(world, card={"arranged": moved.arranged})
    await world.store.note("me", [after], [alarm(world)], by_time=False)
    assert await world.store.summaries_from(world.clinic.id, NOW, NOW + 2) == [after]
    listed = await world.store.listed(world.clinic.id, world.session.id)
    assert listed is not None
    assert listed.arranged == moved.arranged


async def test_a_change_by_time_is_news_and_one_by_an_entry_was_told_already(world: World) -> None:
    await world.store.take_lease("me", None)
    told: list[Any] = []
    world.store.news = told.append
    await world.store.note("me", [summary(world)], [], by_time=False)
    assert told == []
    await world.store.note("me", [summary(world)], [], by_time=True)
    assert told == [{(world.clinic.id, world.session.id, 0)}]


async def test_a_lease_is_taken_only_from_whom_was_seen_and_has_stood_still(world: World) -> None:
    store: Store = world.store
    assert await store.lease() is None
    assert await store.take_lease("a", None)
    assert not await store.take_lease("b", None)
    seen = await store.lease()
    assert seen == ("a", 1)
    assert await store.take_lease("a", seen)  # its beat goes on
    assert not await store.take_lease("b", seen)
    assert await store.take_lease("b", await store.lease())
    assert await store.lease() == ("b", 3)


async def test_who_has_lost_the_lease_notes_nothing_more(world: World) -> None:
    await world.store.take_lease("other", None)
    kept = await world.store.note("me", [summary(world)], [alarm(world)], by_time=False)
    assert kept == world.store.alone  # over a file there is nobody to lose it to
    assert len(await world.store.alarms(world.clinic.id, world.session.id)) == int(world.store.alone)
