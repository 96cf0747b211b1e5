"""The watch: what time alone changes is found out though nobody looks, by one process, and by another when it dies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sessionday.store import News
from sessionday.web import watch
from sessionday.web.watch import Watch
from tests.world import HOUR, MINUTE, START, World


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"ROUND": 0.02, "QUIET": 0.0, "DEAD": 0.2, "FIND": 0.1}
    monkeypatch.setattr(watch, "LONG_REST", 0.0)
    for name, seconds in quick.items():
        monkeypatch.setattr(watch, f"{name}_SECONDS", seconds)


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 10) -> Any:
    async with asyncio.timeout(seconds):
        while not (value := await found()):  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(0.02)
        return value


async def raised(world: World) -> list[str]:
    session = world.booked.session
    return [one.alert for one in await world.store.alarms(session.clinic, session.id)]


async def test_a_call_for_help_is_raised_though_nobody_looks(world: World) -> None:
    client = await world.seat("client")
    help_step = next(one["id"] for one in world.checklist.rules["steps"] if one["marks"] == "help")
    call = client.entry(help_step, "yes")
    await client.sync(call)

    async def heard() -> bool:
        return f"help:{call['id']}" in await raised(world)

    assert await until(heard)


async def test_what_time_alone_changes_is_raised_and_told(world: World) -> None:
    told: list[News | None] = []
    site = world.app.state.site
    session = world.booked.session
    client = await world.seat("client")
    await client.sync(client.entry("support_named", "Alex"))
    await until(lambda: world.store.summaries_from(session.clinic, START, START + 1))
    hear = world.store.news

    def overhear(news: News | None) -> None:
        told.append(news)
        hear(news)

    async def more() -> set[str]:
        return set(await raised(world)) - before

    world.store.news = overhear
    before = set(await raised(world))
    world.clock.now = START + 4 * HOUR  # long past what was due before the start
    alerts = await until(more)
    assert all(one.startswith("overdue") for one in alerts), alerts
    assert {(session.clinic, session.id, 0)} in told
    (kept,) = await world.store.summaries_from(session.clinic, START, START + 1)
    assert kept.at == world.clock.now
    assert site.watch.holds


async def test_one_watches_at_a_time_and_another_takes_over_when_it_dies(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = world.app.state.site
    monkeypatch.setattr(type(world.store), "alone", False)  # as over a database that several processes share
    await site.watch.stop()
    two = [Watch(world.store, site.cards, world.clock, 90) for _ in range(2)]
    for one in two:
        one.start()
    try:
        await until(lambda: holders(two))
        for _ in range(20):
            await asyncio.sleep(0.02)
            assert sum(one.holds for one in two) <= 1
        (first,) = [one for one in two if one.holds]
        (second,) = [one for one in two if not one.holds]
        assert first._task
        first._task.cancel()  # without a word to anybody
        await until(lambda: holders([second]))
        lease = await world.store.lease()
        assert lease
        assert lease[0] == second._holder
    finally:
        for one in two:
            await one.stop()


async def holders(watches: list[Watch]) -> int:
    return sum(one.holds for one in watches)


async def test_what_grew_while_nobody_watched_is_found(world: World) -> None:
    site, session = world.app.state.site, world.booked.session
    await site.watch.stop()
    client = await world.seat("client")
    await client.sync(client.entry("intentions", "calm"))
    late = Watch(world.store, site.cards, world.clock, 90)
    late.start()
    try:
        (kept,) = await until(lambda: world.store.summaries_from(session.clinic, START, START + 1))
        assert kept.seq == 1
    finally:
        await late.stop()


async def test_who_was_booked_and_never_began_is_not_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await until(lambda: raised(world))  # the watch has looked already
    silent = (await world.book("Jo")).session
    world.clock.now = START + 4 * HOUR
    found = await until(lambda: world.store.alarms(silent.clinic, silent.id))
    assert all(one.alert.startswith("overdue") for one in found)


async def test_whatever_the_watch_stumbles_over_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    site, stumbles = world.app.state.site, []

    async def archive(*given: Any) -> int:
        stumbles.append(given)
        raise ValueError("nobody foresaw it")

    monkeypatch.setattr(world.store, "archive", archive)

    async def twice() -> bool:
        return len(stumbles) > 1

    await until(twice)
    assert "stumbled" in caplog.text
    assert not site.watch._task.done()


async def test_a_session_that_cannot_be_drawn_does_not_hide_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    site, bad = world.app.state.site, world.booked.session.id
    other = (await world.book("Jo")).session
    draw = site.cards.card

    async def card(listed: Any, now: int) -> Any:
        if listed.id == bad:
            raise RuntimeError("can't")
        return await draw(listed, now)

    monkeypatch.setattr(site.cards, "card", card)
    site.watch.hear({(other.clinic, bad, 1), (other.clinic, other.id, 1)})  # it may have been drawn before this

    async def kept() -> bool:
        return other.id in {one.session for one in await world.store.summaries_from(other.clinic, START, START + 1)}

    async def told() -> bool:
        return bad in caplog.text

    await until(told)
    await until(kept)


async def test_sessions_long_over_are_folded_away(world: World) -> None:
    client = await world.seat("client")
    await client.sync(client.entry("intentions", "calm"))
    world.clock.now = world.booked.session.over_at + 91 * 24 * HOUR + MINUTE

    async def folded() -> bool:
        session = world.booked.session
        return bool(await world.store._all("SELECT 1 FROM archive WHERE session = ?", (session.id,)))

    assert await until(folded)
    session = await world.store.session(world.booked.session.handle)
    assert session
    assert [one["step"] for one in await world.store.entries(session)] == ["intentions"]
