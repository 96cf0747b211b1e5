"""Hand-over by light: what staff's device read from a phone's screen counts as that phone's, or is seen not to be."""

import asyncio
import base64
import hmac
import json
import tracemalloc
import zlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionday.web.light import KEYS, Unreadable, key_for, read_bundle
from tests.web.test_any_body import anything, entries
from tests.world import HOUR, MINUTE, Phone, World, open_world


async def key_of(phone: Phone) -> bytes:
    """What the phone seals with, as it asks for it while it has signal."""
    told = (await phone.http.get(f"/s/{phone.handle}/light", params={"device": phone.device})).json()
    return base64.b64decode(told["key"])


def row(entry: dict[str, Any]) -> list[Any]:
    """An entry's values, as they stand in a bundle."""
    return [entry[key] for key in KEYS]


def packed(said: Any, key: bytes, form: int = 1) -> str:
    """A list, sealed as a phone does it."""
    body = json.dumps(said).encode()
    if form == 1:
        small = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = small.compress(body) + small.flush()
    return seal(bytes([1, form]) + body, key)


def seal(sealed: bytes, key: bytes) -> str:
    """Bytes with their seal, as text."""
    return base64.b64encode(sealed + hmac.digest(key, sealed, "sha256")[:16]).decode()


async def person_of(phone: Phone) -> str:
    """The seat's own id, which the phone knows from its pack."""
    return str((await phone.http.get(f"/s/{phone.handle}/pack")).json()["seat"]["id"])


async def bundle(phone: Phone, *made: dict[str, Any], key: bytes | None = None, **other: Any) -> str:
    """What the phone shows; `other` replaces what it says of itself."""
    said: dict[str, Any] = {"handle": phone.handle, "person": await person_of(phone), "device": phone.device}
    said |= {"sent_at": phone.clock.now, "skew": 0, **other}
    since = said.pop("set", {})
    return packed([*said.values(), [row(one) for one in made], since, "client", "Sam"], key or await key_of(phone))


async def carried(desk: Phone, *bundles: Any, **more: Any) -> list[dict[str, Any]]:
    """The verdicts on bundles that staff's device brings, read just now."""
    now = desk.clock.now
    brought = [
        {"id": str(n), "at": now, "bundle": one} if isinstance(one, str) else one for n, one in enumerate(bundles)
    ]
    answer = await posted(desk, entries=brought, **more)
    assert answer.status_code == 200, answer.text
    verdicts: list[dict[str, Any]] = answer.json()["verdicts"]
    return verdicts


async def posted(desk: Phone, **more: Any) -> httpx2.Response:
    body = {"v": 1, "device": desk.device, "seen": 0, "sent_at": desk.clock.now, "entries": [], **more}
    return await desk.http.post("/carry", json=body, headers={"accept": "application/json"})


async def test_what_was_carried_is_the_phones_own_and_its_sync_is_a_duplicate(world: World) -> None:
    phone, desk = await world.seat("client"), await world.desk()
    made = [phone.entry("intentions", "rest"), phone.entry("touch", "no_touch")]
    shown = await bundle(phone, *made)
    world.clock.now += 10 * MINUTE
    (verdict,) = await carried(desk, shown)
    assert (verdict["id"], verdict["result"], verdict["counts"]["stored"]) == ("0", "stored", 2)
    kept = await world.store.entries(world.booked.session)
    assert {one["role"] for one in kept} == {"client"}
    assert {one["by"] for one in kept} == {await person_of(phone)}
    assert [one["t"] for one in kept] == [one["at"] for one in made]
    again = (await phone.sync(*made)).json()["verdicts"]
    assert [one["result"] for one in again] == ["duplicate", "duplicate"]
    assert (await carried(desk, shown))[0]["result"] == "duplicate"
    assert len(await world.store.entries(world.booked.session)) == 2


async def test_a_sync_before_the_carrying_makes_the_bundle_a_duplicate(world: World) -> None:
    phone, desk = await world.seat("support"), await world.desk()
    made = phone.entry("ride_confirmed", "yes")
    shown = await bundle(phone, made)
    await phone.sync(made)
    assert (await carried(desk, shown))[0]["result"] == "duplicate"


async def test_the_time_is_corrected_by_the_phones_own_error_and_never_after_it_was_read(world: World) -> None:
    phone, desk = await world.seat("client"), await world.desk()
    truth = world.clock.now
    # Ten minutes slow, and measured so; and an hour fast since it was measured last.
    slow = phone.entry("intentions", "rest", at=truth - 10 * MINUTE)
    fast = phone.entry("touch", "no_touch", at=truth + HOUR)
    shown = [
        await bundle(phone, slow, sent_at=truth - 10 * MINUTE, skew=10 * MINUTE),
        await bundle(phone, fast, sent_at=truth + HOUR, skew=0),
    ]
    world.clock.now += 30 * MINUTE
    # Staff's own clock is two hours slow.
    read = [{"id": str(n), "at": truth - 2 * HOUR, "bundle": one} for n, one in enumerate(shown)]
    await carried(desk, *read, sent_at=world.clock.now - 2 * HOUR)
    assert [one["t"] for one in await world.store.entries(world.booked.session)] == [truth, truth]


async def test_a_clock_that_was_set_since_is_reckoned_with_as_in_a_sync(world: World) -> None:
    phone, desk = await world.seat("client"), await world.desk()
    truth = world.clock.now
    made = phone.entry("intentions", "rest", at=truth - HOUR)  # written an hour slow; the clock was put right since
    shown = await bundle(phone, made, set={made["id"]: HOUR})
    world.clock.now += MINUTE
    await carried(desk, shown)
    assert [one["t"] for one in await world.store.entries(world.booked.session)] == [truth]


async def test_who_says_to_be_somebody_else_is_kept_aside_and_counts_for_nothing(world: World) -> None:
    client, support, desk = await world.seat("client"), await world.seat("support"), await world.desk()
    forged = await bundle(client, client.entry("ride_confirmed", "yes"), person=await person_of(support))
    (verdict,) = await carried(desk, forged)
    assert (verdict["result"], verdict["why"]) == ("held", "unproven")
    assert await world.store.entries(world.booked.session) == []
    (held,) = await world.store.held(world.booked.session)
    assert (held.role, held.by) == ("staff", world.staff.id)
    assert held.body["entries"][0]["answer"] == "yes"
    page = await desk.http.get(f"/s/{client.handle}/")
    assert "its seal is not right" in page.text


async def test_the_key_of_another_seat_device_or_session_opens_nothing(world: World) -> None:
    client, support, desk = await world.seat("client"), await world.seat("support"), await world.desk()
    second = await world.seat("client")
    sister = world.stranger()
    await sister.open((await world.book("Jo")).links["client"])
    for other in (support, second, sister):
        shown = await bundle(client, client.entry("intentions", "rest"), key=await key_of(other))
        assert (await carried(desk, shown))[0]["why"] == "unproven"
    assert await world.store.entries(world.booked.session) == []


async def test_a_wrong_seal_does_not_hold_up_what_the_phone_sends_itself(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    made = client.entry("intentions", "rest")
    shown = await bundle(client, made, key=b"k" * 32)
    for _ in range(2):
        assert (await carried(desk, shown))[0]["why"] == "unproven"
    assert len(await world.store.held(world.booked.session)) == 1
    assert (await client.sync(made)).json()["verdicts"][0]["result"] == "stored"


async def test_an_altered_bundle_is_never_stored(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    good = base64.b64decode(await bundle(client, client.entry("intentions", "rest")))
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1
        (verdict,) = await carried(desk, base64.b64encode(bad).decode())
        assert verdict["result"] in ("held", "refused"), place
        assert verdict["message"].endswith("."), place
    for end in range(len(good)):
        assert (await carried(desk, base64.b64encode(good[:end]).decode()))[0]["result"] in ("held", "refused")
    assert await world.store.entries(world.booked.session) == []


async def test_another_clinics_session_and_one_that_is_not_there_are_refused_alike(world: World) -> None:
    client, eve = await world.seat("client"), await world.desk("eve@example.org")
    entry = client.entry("intentions", "rest")
    theirs, nowhere = await bundle(client, entry), await bundle(client, entry, handle="nowhere-at-all")
    told = await carried(eve, theirs, nowhere)
    assert [one.pop("id") for one in told] == ["0", "1"]
    assert told[0] == told[1]
    assert told[0]["result"] == "refused"
    assert await world.store.held(world.booked.session) == []


async def test_what_a_revoked_seat_wrote_or_came_after_the_session_is_held_as_in_a_sync(world: World) -> None:
    client, support, desk = await world.seat("client"), await world.seat("support"), await world.desk()
    shown = [
        await bundle(client, client.entry("touch", "no_touch")),
        await bundle(support, support.entry("home_safe", "yes")),
    ]
    seat = await world.store.seat(world.booked.session, await person_of(client))
    assert seat is not None
    await world.store.revoke_seat(seat, world.clock.now)
    assert (await carried(desk, shown[0]))[0]["why"] == "seat_revoked"
    world.clock.now = world.booked.session.over_at + 1
    desk = await world.desk()
    assert (await carried(desk, shown[1]))[0]["why"] == "session_over"


async def test_one_bad_entry_does_not_hold_up_its_neighbours(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    good, bad = client.entry("intentions", "rest"), client.entry("ride_confirmed", "yes")
    (verdict,) = await carried(desk, await bundle(client, bad, good))
    assert (verdict["result"], verdict["why"]) == ("held", "not_your_step")
    assert verdict["counts"] == {"stored": 1, "duplicate": 0, "held": 1}
    assert verdict["message"] == "1 of 2 answers. Someone else answers this step."
    assert [one["step"] for one in await world.store.entries(world.booked.session)] == ["intentions"]


async def test_one_bad_bundle_does_not_hold_up_its_neighbours(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    good = await bundle(client, client.entry("intentions", "rest"))
    told = await carried(desk, "###", None, 7, [], {}, {"id": 7, "bundle": good[:40]}, {"id": "g", "bundle": good})
    assert [one["result"] for one in told] == ["refused"] * 6 + ["stored"]
    assert [one["id"] for one in told] == ["0", None, None, None, None, None, "g"]


async def test_after_the_servers_keys_were_rotated_an_older_seal_still_proves(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    shown = await bundle(client, client.entry("intentions", "rest"))
    keys = world.app.state.site.settings.keys
    object.__setattr__(world.app.state.site.settings, "keys", (*keys, "n" * 48))
    assert (await carried(desk, shown))[0]["result"] == "stored"
    newer = await bundle(client, client.entry("touch", "no_touch"))
    assert (await carried(desk, newer))[0]["result"] == "stored"


async def test_a_small_bundle_that_unfolds_into_a_huge_one_is_refused(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    bomb = packed([client.handle, "p", "d", 1, 0, ["x" * 50_000_000], {}], await key_of(client))
    assert len(bomb) < 70_000
    (verdict,) = await carried(desk, bomb)
    assert (verdict["result"], verdict["message"]) == ("refused", "It holds too much at once.")
    tracemalloc.start()
    with pytest.raises(Unreadable):
        read_bundle(bomb)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000, "it is not unfolded first"


def test_each_server_session_person_and_device_has_a_key_of_its_own() -> None:
    one = ("k" * 48, "session", "person", "device")
    others = [(*one[:place], "other", *one[place + 1 :]) for place in range(4)]
    assert len({key_for(*parts) for parts in [one, *others]}) == 5


async def test_more_than_twenty_bundles_come_in_two_goes(world: World) -> None:
    desk = await world.desk()
    assert (await posted(desk, entries=[{}] * 21)).status_code == 413
    assert (await posted(desk, entries=[{}] * 20)).status_code == 200


async def test_a_page_drawn_for_another_member_of_staff_brings_nothing(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    answer = (await posted(desk, entries=[{"id": "a", "bundle": await bundle(client)}], person="another")).json()
    assert (answer["verdicts"], answer["person"]) == ([], world.staff.id)


async def test_a_key_is_told_to_the_seat_alone_and_is_the_devices_own(world: World) -> None:
    client, support, desk = await world.seat("client"), await world.seat("support"), await world.desk()
    assert len({await key_of(phone) for phone in (client, support, await world.seat("client"))}) == 3
    for device in ("", "d" * 65, "é"):
        assert (await client.http.get(f"/s/{client.handle}/light", params={"device": device})).status_code == 404
    assert (await desk.http.get(f"/s/{client.handle}/light", params={"device": "d"})).status_code == 404


async def test_only_the_page_that_reads_phones_may_use_the_camera(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    assert "camera=(self)" in (await desk.http.get("/carry")).headers["permissions-policy"]
    for phone, path in ((desk, "/board"), (client, f"/s/{client.handle}/"), (desk, f"/s/{client.handle}/")):
        assert "camera=()" in (await phone.http.get(path)).headers["permissions-policy"], path


async def test_without_the_library_no_page_offers_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionday.web.offline.LIBRARY", "vendor/none.js")
    async with open_world(tmp_path) as world:
        client, desk = await world.seat("client"), await world.desk()
        assert (await desk.http.get("/carry")).status_code == 404
        for phone, path in ((desk, "/board"), (client, f"/s/{client.handle}/"), (desk, f"/s/{client.handle}/")):
            page = (await phone.http.get(path)).text
            assert "data-light" not in page
            assert "/carry" not in page


def test_nothing_that_a_camera_could_read_breaks_the_server(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opening = open_world(tmp_path)
        world = runner.run(opening.__aenter__())
        desk, client = runner.run(world.desk()), runner.run(world.seat("client"))
        key, person = runner.run(key_of(client)), runner.run(person_of(client))
        head = st.tuples(
            st.just(client.handle) | anything, st.just(person) | anything, st.just(client.device) | anything,
            st.integers() | anything, st.integers(-HOUR, HOUR) | anything,
            st.lists(st.lists(anything, min_size=9, max_size=9) | entries.map(_as_row), max_size=3) | anything,
            st.just({}) | anything,
        )  # fmt: skip
        sealed = st.builds(lambda said, form: packed(said, key, form), head.map(list) | anything, st.integers(0, 2))
        raw = st.binary(max_size=60).map(lambda some: base64.b64encode(some).decode())
        inner = st.binary(max_size=60).map(lambda some: seal(b"\x01\x01" + some, key))
        brought = st.fixed_dictionaries(
            {"bundle": sealed | raw | inner | anything}, optional={"id": anything, "at": anything}
        )

        @settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(brought | anything, max_size=3))
        def check(offered: list[Any]) -> None:
            runner.run(survives(desk, offered))

        check()
        client.n = 10**6
        good = client.entry("intentions", "rest", id=str(uuid4()))
        assert runner.run(carried(desk, runner.run(bundle(client, good))))[0]["result"] == "stored"
        runner.run(opening.__aexit__(None, None, None))


def _as_row(entry: Any) -> Any:
    return [entry.get(name) for name in KEYS] if isinstance(entry, dict) else entry


async def survives(desk: Phone, offered: list[Any]) -> None:
    """A verdict for each, or 400 for what is no JSON that is taken; and the session's page can still be drawn."""
    answer = await posted(desk, entries=offered)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert len(answer.json()["verdicts"]) == len(offered)
    assert (await desk.http.get(f"/s/{desk.handle}/")).status_code == 200
