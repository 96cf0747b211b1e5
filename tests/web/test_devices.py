"""A phone whose storage is not what the clinic heard of last: it and staff are told; nobody is alarmed for nothing."""

import uuid

from tests.world import HOUR, Phone, World


async def aside(world: World) -> list[str]:
    """What staff find among what was kept aside."""
    return [one.message for one in await world.store.held(world.booked.session)]


async def come_in(phone: Phone, counted: int = 0) -> dict[str, object]:
    """A page that was just opened asks for news."""
    reply: dict[str, object] = (await phone.sync(counted=counted)).json()
    return reply


async def test_a_phone_that_kept_its_memory_is_told_how_far_it_counted(world: World) -> None:
    client = await world.seat("client")
    assert (await come_in(client))["counted"] == 0
    await client.say("intentions", "to rest")
    reply = await come_in(client, 1)
    assert reply["counted"] == 1
    assert "emptied" not in reply
    assert await aside(world) == []


async def test_another_device_under_the_same_cookie_means_that_its_memory_was_emptied(world: World) -> None:
    client = await world.seat("client")
    await come_in(client)
    await client.say("intentions", "to rest")
    lost, client.device, client.n = client.device, str(uuid.uuid4()), 0
    for _ in range(2):
        assert (await come_in(client))["emptied"] == {"device": lost, "at": world.clock.now}
    assert len(await aside(world)) == 1, "told once"
    assert "wrote after Tue 1 Dec, 09:00 and had not sent may be missing" in (await aside(world))[0]
    desk = await world.desk()
    assert "Kept aside: 1" in (await desk.http.get("/board")).text
    assert "The memory of this phone was emptied" in (await desk.http.get(f"/s/{client.handle}/")).text
    assert (await client.say("intentions", "to sleep"))["verdicts"] == [
        {"id": (await world.store.entries(world.booked.session))[-1]["id"], "result": "stored", "seq": 2}
    ]


async def test_a_device_that_had_sent_nothing_is_missed_all_the_same(world: World) -> None:
    client = await world.seat("client")
    await come_in(client)
    client.device = str(uuid.uuid4())
    await come_in(client)
    assert "If it had written something and not sent it, that is missing" in (await aside(world))[0]


async def test_two_people_at_one_browser_are_two_devices_and_no_loss(world: World) -> None:
    phone = await world.seat("client")
    await come_in(phone)
    assert (
        await phone.http.post("/j", data={"token": world.booked.links["support"].split("#")[1], "change": "yes"})
    ).status_code == 303
    phone.device = str(uuid.uuid4())
    assert "emptied" not in await come_in(phone)
    assert await aside(world) == []


async def test_a_clock_that_was_set_is_told_beside_the_entry_and_changes_its_time_alone(world: World) -> None:
    client = await world.seat("client")
    entry = client.entry("intentions", "to rest", at=world.clock.now - 60_000 - 26 * 3_600_000)
    reply = (await client.sync(entry, set={entry["id"]: 26 * 3_600_000})).json()
    assert reply["entries"][0]["t"] == world.clock.now - 60_000
    again = (await client.sync(entry, set={entry["id"]: "later"}, sent_at=world.clock.now + 7)).json()
    assert again["verdicts"][0]["result"] == "duplicate"


async def test_a_browser_that_keeps_nothing_is_told_of_once_an_hour_and_always_answered(world: World) -> None:
    client = await world.seat("client")
    devices = [str(uuid.uuid4()) for _ in range(2)]
    for turn in range(8):
        client.device = devices[turn % 2]
        assert (await client.sync(counted=0)).status_code == 200
        world.clock.now += 60_000
    assert len(await aside(world)) == 1
    world.clock.now += HOUR
    client.device = devices[0]
    await come_in(client)
    assert len(await aside(world)) == 2
