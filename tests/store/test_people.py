"""Who works there, who sits where, and who holds which seat."""

import asyncio
from dataclasses import replace

import pytest

from sessionday.store import EmailTaken, SignIn, StoreError
from tests.store.world import BODY, HOUR, NOW, World, add_session


async def test_an_address_signs_in_to_one_clinic_however_it_is_written(world: World) -> None:
    hill = await world.store.add_clinic("Hill", "UTC", "1", NOW)
    jo = await world.store.add_staff(world.clinic.id, " Jo@Example.org", "Jo", "hash", NOW)
    with pytest.raises(EmailTaken, match=r"jo@example\.org is taken"):
        await world.store.add_staff(hill.id, "jo@EXAMPLE.org", "Jo", "hash", NOW)
    assert await world.store.staff_by_email("JO@example.ORG ") == jo
    assert await world.store.staff(world.clinic.id, jo.id) == jo
    assert await world.store.staff(hill.id, jo.id) is None
    with pytest.raises(StoreError, match="no clinic"):
        await world.store.add_staff("nowhere", "a@b.org", "A", "hash", NOW)


async def test_a_sign_in_is_found_also_when_it_has_expired_or_ended(world: World) -> None:
    jo = await world.store.add_staff(world.clinic.id, "jo@x.org", "Jo", "hash", NOW)
    await world.store.add_sign_in(jo, "token", NOW, NOW + HOUR)
    assert await world.store.sign_in("token") == SignIn(jo, NOW + HOUR, None, "", NOW, None, NOW)
    await world.store.end_sign_in("token", NOW + 5)
    await world.store.end_sign_in("token", NOW + 9)
    assert await world.store.sign_in("token") == SignIn(jo, NOW + HOUR, NOW + 5, "", NOW, None, NOW)
    assert await world.store.sign_in("other") is None
    with pytest.raises(StoreError):
        await world.store.add_sign_in(jo, "token", NOW, NOW + HOUR)


async def test_a_protocol_of_one_version_has_one_content(world: World) -> None:
    await world.store.add_protocol(world.clinic.id, "small", "1", BODY + " ", NOW)
    with pytest.raises(StoreError, match="new version"):
        await world.store.add_protocol(world.clinic.id, "small", "1", '{"rules": {}}', NOW)
    assert await world.store.protocol(world.clinic.id, "small", "1") == BODY
    assert await world.store.protocol(world.clinic.id, "small", "2") is None


async def test_a_session_is_found_by_handle_by_id_and_by_the_day(world: World) -> None:
    session = world.session
    assert await world.store.session("one") == session
    assert await world.store.session_by_id("one") == await world.store.session_by_id(session.id) == session
    assert await world.store.session("nowhere") is None
    assert await world.store.sessions_from(world.clinic.id, NOW, NOW + 1) == [session]
    assert await world.store.sessions_from(world.clinic.id, NOW + 1, NOW + HOUR) == []
    assert await world.store.sessions_from("other", 0, 2**60) == []
    assert session.rules_form() == {"id": session.id, "start": NOW, "pickup_code": "7", "days": session.days}


async def test_a_handle_taken_or_a_protocol_unknown_makes_no_half_session(world: World) -> None:
    with pytest.raises(StoreError, match="could not be made"):
        await add_session(world.store, world.clinic, "one")
    with pytest.raises(StoreError, match="could not be made"):
        await world.store.add_session(world.clinic.id, "S", 1, [], 2, "7", "h", "none", "1", [], NOW)
    taken = [("client", "Sam", "link-one", None, None)]
    with pytest.raises(StoreError, match="a link is taken"):
        await world.store.add_session(world.clinic.id, "S", 1, [], 2, "7", "h", "small", "1", taken, NOW)
    assert len(await world.store.sessions_from(world.clinic.id, 0, 2**60)) == 1


async def test_a_link_finds_its_seat_also_when_revoked(world: World) -> None:
    assert await world.store.seat_by_link("link-one") == (world.seat, world.session)
    await world.store.revoke_seat(world.seat, NOW + 5)
    await world.store.revoke_seat(world.seat, NOW + 9)
    assert await world.store.seat_by_link("link-one") == (replace(world.seat, revoked_at=NOW + 5), world.session)
    assert await world.store.seat_by_link("other") is None


async def test_a_code_opens_one_seat_for_its_time_and_no_other(world: World) -> None:
    assert await world.store.seat_by_code("code-one", NOW) == (world.seat, world.session)
    assert await world.store.seat_by_code("code-one", NOW + HOUR) is None
    other = await add_session(world.store, world.clinic, "two")
    theirs = (await world.store.seats(other))[0]
    await world.store.new_code(theirs, "code-one", NOW + HOUR)
    assert await world.store.seat_by_code("code-one", NOW) is None
    await world.store.new_code(theirs, None, None)
    assert await world.store.seat_by_code("code-one", NOW) == (world.seat, world.session)
    await world.store.revoke_seat(world.seat, NOW)
    assert await world.store.seat_by_code("code-one", NOW) is None


async def test_one_browser_holds_one_seat_of_a_session(world: World) -> None:
    client, support = await world.store.seats(world.session)
    assert (client.role, support.role) == ("client", "support")
    await world.store.claim("browser", client, NOW)
    await world.store.claim("browser", support, NOW + 1)
    await world.store.claim("another", client, NOW)
    assert await world.store.claimed("browser", world.session) == support
    assert await world.store.claimed("another", world.session) == client
    await world.store.end_claim("browser", world.session, NOW + 2)
    ended = await world.store.claimed("browser", world.session)
    assert ended is not None
    assert ended.revoked_at == NOW + 2, "what it still brings is kept aside, not refused"
    assert await world.store.claimed("another", world.session) == client, "the same seat's other browser goes on"
    await world.store.claim("browser", support, NOW + 3)
    assert await world.store.claimed("browser", world.session) == support, "a link that still works opens it again"
    other = await add_session(world.store, world.clinic, "two")
    assert await world.store.claimed("another", other) is None


async def test_a_look_is_kept_as_the_highest_seq_a_person_has_seen(world: World) -> None:
    looks = [(3, NOW + 3), (5, NOW + 5), (4, NOW + 9)]
    await asyncio.gather(*(world.store.look(world.session, "jo", "Jo", seq, at) for seq, at in looks))
    await world.store.look(world.session, "al", "Al", 1, NOW)
    assert [(look.name, look.seq, look.at) for look in await world.store.looks(world.session)] == [
        ("Al", 1, NOW),
        ("Jo", 5, NOW + 5),
    ]
