"""The board: what must not wait stands first, and an alert that somebody took is off it."""

from typing import Any

import pytest

from sessionday.booking import book
from sessionday.protocols import load
from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, Phone, World


async def opened(world: World, links: dict[str, str], role: str) -> Phone:
    """A phone of another session's seat."""
    phone = world.stranger()
    assert (await phone.open(links[role])).status_code == 303
    return phone


async def board(phone: Phone) -> Page:
    """The board as it is now."""
    answer = await phone.http.get("/board")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.faults == []
    return page


def order(page: Page) -> list[str]:
    """The handles of its cards, from the top."""
    return page.having("data-session")


async def told(phone: Phone, *entries: Any) -> None:
    """Pushes entries that are all stored."""
    reply = (await phone.sync(*entries)).json()
    assert {one["result"] for one in reply["verdicts"]} == {"stored"}


async def test_what_must_not_wait_stands_first(world: World) -> None:
    desk = await world.desk()
    calm, late, loud = (
        world.booked,
        await world.book("Jo", start=START + HOUR),
        await world.book("Kim", start=START + 2 * HOUR),
    )
    # An hour before the start some answers are overdue in all of them: a fortnight ahead none is.
    world.clock.now = START - 14 * 24 * HOUR
    soon = await world.book("Lou", start=world.clock.now + 20 * HOUR)
    assert order(await board(desk)) == [soon.session.handle]
    world.clock.now = START - HOUR
    desk = await world.desk()
    help_call = await opened(world, loud.links, "client")
    await told(help_call, help_call.entry("help", "yes"))
    assert order(await board(desk)) == [loud.session.handle, calm.session.handle, late.session.handle]
    other_call = await opened(world, late.links, "support")
    await told(other_call, other_call.entry("help", "yes"))
    assert order(await board(desk)) == [late.session.handle, loud.session.handle, calm.session.handle]


async def test_a_session_that_is_over_for_today_stands_last(world: World) -> None:
    desk, off = await world.desk(), await world.book("Jo", start=START - HOUR)
    desk.handle = off.session.handle
    await told(desk, desk.entry("cancel", "yes"))
    page = await board(desk)
    assert order(page) == [world.booked.session.handle, off.session.handle]
    assert page.having("data-stage") == ["before", "cancelled"]


async def test_an_ack_from_the_board_returns_to_it_and_the_alert_is_gone(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    await told(client, client.entry("help", "yes"))
    page = await board(desk)
    (key,) = [key for key in page.having("data-alert") if key.startswith("help:")]
    (form,) = [form for form in page.forms if form.has("of", key)]
    answer = await desk.http.post(form.action, data=form.typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")
    assert key not in (await board(desk)).having("data-alert")
    (_, ack) = await world.store.entries(world.booked.session)
    assert (ack["kind"], ack["of"], ack["role"]) == ("ack", key, "staff")


async def test_what_was_kept_aside_is_counted_on_its_card(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    await client.sync(client.entry("no_such_step", "x"), client.entry("identity", {}))
    answer = await desk.http.get("/board")
    assert "Kept aside: 2" in answer.text
    assert "data-held" in answer.text


async def test_a_conflict_is_on_the_board_and_its_gate_is_shut(world: World) -> None:
    desk = await world.desk()
    one, other = await world.seat("support"), await world.seat("support")
    await told(one, one.entry("ride_confirmed", "yes"))
    world.clock.now += MINUTE
    await told(other, other.entry("ride_confirmed", "no"))
    page = await board(desk)
    assert any(key.startswith("conflict:ride_confirmed:") for key in page.having("data-alert"))
    assert page.gate("dose") == "false"
    assert page.having("data-ride") == ["no"]


async def test_a_clinics_board_shows_its_own_sessions_only(world: World) -> None:
    other = await world.book("Kai", world.other)
    robin, eve = await world.desk(), await world.desk("eve@example.org")
    assert order(await board(robin)) == [world.booked.session.handle]
    assert order(await board(eve)) == [other.session.handle]
    assert "Sam" not in (await eve.http.get("/board")).text


async def test_an_unanswered_call_for_help_never_leaves_the_board(world: World) -> None:
    client = await world.seat("client")
    await told(client, client.entry("help", "yes"))
    for days in (0, 1, 2, 3):
        world.clock.now = START + days * 24 * HOUR
        assert order(await board(await world.desk())) == [world.booked.session.handle], days


async def test_an_empty_board_says_so(world: World) -> None:
    desk = await world.desk("eve@example.org")
    assert "No sessions today" in (await desk.http.get("/board")).text


async def test_an_alert_that_somebody_took_names_them_and_when(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    await told(client, client.entry("help", "yes"))
    (form,) = [form for form in (await board(desk)).forms if form.typed.get("of", "").startswith("help:")]
    await desk.http.post(form.action, data=form.typed)
    text = (await desk.http.get(f"/s/{desk.handle}/")).text
    assert "answered by Robin Lee, Tue 1 Dec, 09:00" in text


async def test_a_day_at_home_has_no_ride_on_its_card(world: World) -> None:
    await book(
        world.store, world.clinic, load("kap-remote"), client="Rae", start=world.clock.now + HOUR,
        now=world.clock.now, url=world.url, names={},
    )  # fmt: skip
    page = (await (await world.desk()).http.get("/board")).text
    card = page.split(">Rae</a>")[1].split("</article>")[0]
    assert "data-ride" not in card
    assert "data-ride" in page


async def test_a_card_that_was_drawn_while_a_session_was_arranged_is_drawn_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known a moment ago stands in the card's place: it is drawn from that, and kept."""
    desk, site, session = await world.desk(), world.app.state.site, world.booked.session
    stale = await site.known.place(session.handle)
    changes = {"room": "Nine", "colour": "grey", "pattern": "waves"}
    await world.store.arrange(session, "band", "x", "X", world.clock.now, body=changes, changes=changes)

    async def known_before(handle: str) -> Any:
        return stale

    with monkeypatch.context() as patch:
        patch.setattr(site.known, "place", known_before)
        assert "Nine" not in str(await site.cards.of(world.clinic.id, world.clock.now))
    assert "Nine" in (await desk.http.get("/board")).text
