"""The one round trip: what a phone made goes in, what its seat may know comes out (DESIGN, section 3)."""

from typing import Any

import pytest

from tests.world import HOUR, MINUTE, Phone, World

DAY = 24 * HOUR
ENTRY_KEYS = {"id", "device", "n", "seen", "seq", "role", "t", "kind", "step", "answer", "of", "reason"}


async def pushed(phone: Phone, *entries: Any, **more: Any) -> dict[str, Any]:
    """One round trip that is taken as a sync request."""
    answer = await phone.sync(*entries, **more)
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


def verdict(reply: dict[str, Any]) -> dict[str, Any]:
    """The verdict of a push of one entry."""
    (only,) = reply["verdicts"]
    found: dict[str, Any] = only
    return found


# The reply's shape


async def test_a_reply_has_every_part_of_the_contract(world: World) -> None:
    phone = await world.seat("client")
    reply = await pushed(phone, phone.entry("intentions", "rest"))
    assert reply.keys() >= {"v", "epoch", "now", "seq", "more", "build", "verdicts", "entries", "session", "protocol"}
    assert reply["v"] == 1
    assert reply["now"] == world.clock.now
    assert reply["more"] is False
    assert reply["protocol"] == {"id": "kap-lozenge", "version": "1"}
    assert "signed_out" not in reply


async def test_the_build_and_epoch_are_those_that_health_tells(world: World) -> None:
    phone = await world.seat("client")
    health = (await phone.http.get("/health")).json()
    reply = await pushed(phone)
    assert (reply["build"], reply["epoch"]) == (health["build"], health["epoch"])
    assert reply["epoch"]


async def test_an_entry_comes_back_in_the_rules_form_and_nothing_besides(world: World) -> None:
    phone = await world.seat("client")
    entry = phone.entry("intentions", "rest", extra="kept, not shown", at=world.clock.now - MINUTE)
    (shown,) = (await pushed(phone, entry))["entries"]
    assert shown.keys() == ENTRY_KEYS
    sent = {key: entry[key] for key in ("id", "n", "seen", "kind", "step", "answer", "of", "reason")}
    assert sent.items() <= shown.items()
    assert (shown["device"], shown["role"], shown["seq"]) == (phone.device, "client", 1)
    assert shown["t"] == entry["at"]


async def test_a_pull_without_entries_stores_nothing(world: World) -> None:
    phone = await world.seat("client")
    body = {"v": 1, "device": phone.device, "seen": 0, "sent_at": world.clock.now}
    answer = await phone.http.post(f"/s/{phone.handle}/sync", json=body)
    assert answer.status_code == 200
    assert answer.json()["verdicts"] == []
    assert answer.json()["seq"] == 0


# Verdicts


async def test_a_stored_entry_is_on_disk_with_its_seq_when_it_is_acknowledged(world: World) -> None:
    phone = await world.seat("client")
    entry = phone.entry("intentions", "rest")
    assert verdict(await pushed(phone, entry)) == {"id": entry["id"], "result": "stored", "seq": 1}
    (kept,) = await world.store.entries(world.booked.session)
    assert kept["id"] == entry["id"]


async def test_the_same_entry_again_is_a_duplicate_with_its_first_seq(world: World) -> None:
    phone = await world.seat("client")
    first = phone.entry("intentions", "rest")
    await pushed(phone, first, phone.entry("night_company", "someone_near"))
    assert verdict(await pushed(phone, first)) == {"id": first["id"], "result": "duplicate", "seq": 1}
    assert len(await world.store.entries(world.booked.session)) == 2


async def test_the_same_entry_twice_in_one_push_is_stored_once(world: World) -> None:
    phone = await world.seat("client")
    entry = phone.entry("intentions", "rest")
    results = [one["result"] for one in (await pushed(phone, entry, entry))["verdicts"]]
    assert results == ["stored", "duplicate"]


async def test_a_number_written_as_a_decimal_is_the_same_content(world: World) -> None:
    phone = await world.desk()
    entry = phone.entry("baseline_bp", {"systolic": 120, "diastolic": 80})
    await pushed(phone, entry)
    again = {**entry, "n": float(entry["n"]), "answer": {"systolic": 120.0, "diastolic": 80.0}}
    assert verdict(await pushed(phone, again))["result"] == "duplicate"


async def test_a_held_entry_says_why_in_a_word_and_in_a_sentence(world: World) -> None:
    phone = await world.seat("client")
    entry = phone.entry("no_such_step", "yes")
    held = verdict(await pushed(phone, entry))
    assert (held["id"], held["result"], held["seq"], held["why"]) == (entry["id"], "held", None, "unknown_step")
    assert held["message"].endswith(".")
    assert " " in held["message"]


async def test_a_held_entry_stays_held_when_it_is_offered_again(world: World) -> None:
    phone = await world.seat("client")
    entry = phone.entry("no_such_step", "yes")
    first = verdict(await pushed(phone, entry))
    assert verdict(await pushed(phone, entry)) == first
    assert len(await world.store.held(world.booked.session)) == 1


async def test_verdicts_come_in_the_order_of_the_entries(world: World) -> None:
    phone = await world.seat("client")
    entries = [phone.entry(step, "x") for step in ("intentions", "no_such_step", "support_named")]
    reply = await pushed(phone, *entries)
    assert [one["id"] for one in reply["verdicts"]] == [entry["id"] for entry in entries]


async def test_seq_counts_the_stored_ones_without_a_gap(world: World) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    double = client.entry("intentions", "rest")
    mixed = (double, client.entry("no_such_step", "x"), double, client.entry("support_named", "Alex"))
    await pushed(client, *mixed)
    reply = await pushed(support, support.entry("ride_confirmed", "yes"))
    assert [entry["seq"] for entry in reply["entries"]] == [1, 2, 3]
    assert reply["seq"] == 3


async def test_another_versions_entries_are_kept_aside_and_not_refused(world: World) -> None:
    phone = await world.seat("client")
    assert verdict(await pushed(phone, phone.entry("intentions", "rest"), v=2))["why"] == "newer_app"


async def test_a_device_of_another_person_is_held(world: World) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    await pushed(client, client.entry("intentions", "rest"))
    support.device = client.device
    assert verdict(await pushed(support, support.entry("ride_confirmed", "yes", n=9)))["why"] == "other_device"


# What comes out: seen, more


async def test_a_pull_brings_only_what_came_after_seen(world: World) -> None:
    phone = await world.seat("client")
    await pushed(phone, *(phone.entry("intentions", f"hope {n}") for n in range(3)))
    reply = await pushed(phone, seen=2)
    assert [entry["seq"] for entry in reply["entries"]] == [3]
    assert reply["seq"] == 3


async def test_a_long_record_comes_in_pieces_that_lose_nothing(world: World) -> None:
    phone = await world.seat("client")
    for _ in range(3):
        await pushed(phone, *(phone.entry("touch", "ask_each_time") for _ in range(200)), seen=10_000)
    seqs: list[int] = []
    for more in (True, False):
        reply = await pushed(phone, seen=seqs[-1] if seqs else 0)
        assert reply["more"] is more
        seqs += [entry["seq"] for entry in reply["entries"]]
    assert seqs == list(range(1, 601))


# Time


@pytest.mark.parametrize(
    ("skew", "ago", "late"),
    [
        (0, MINUTE, MINUTE),  # a right clock
        (4_999, MINUTE, MINUTE),  # noise is left alone
        (-4_999, MINUTE, MINUTE),
        (5_000, MINUTE, MINUTE - 5_000),  # five seconds are not
        (-5_000, MINUTE, MINUTE + 5_000),
        (3 * HOUR, 3 * HOUR + MINUTE, MINUTE),  # the phone is three hours slow
        (-3 * HOUR, MINUTE - 3 * HOUR, MINUTE),  # three hours fast
        (0, -HOUR, 0),  # the future is the moment of receipt
        (0, 40 * DAY, 30 * DAY),  # the past ends thirty days back
        (40 * 365 * DAY, 0, 0),  # a phone that believes it is 1986
        (-40 * 365 * DAY, -40 * 365 * DAY, 0),
    ],
)
async def test_a_phones_clock_is_corrected_by_its_error(world: World, skew: int, ago: int, late: int) -> None:
    """`ago`: how long ago it happened by the phone's number and our clock; `late`: as it is recorded."""
    phone, now = await world.seat("client"), world.clock.now
    entry = phone.entry("intentions", "rest", at=now - ago)
    (shown,) = (await pushed(phone, entry, sent_at=now - skew))["entries"]
    assert now - shown["t"] == late
    (kept,) = await world.store.entries(world.booked.session)
    assert kept["at"] == now - ago
    assert kept["skew"] == (skew if abs(skew) >= 5_000 else 0)


# Limits


async def test_two_hundred_entries_are_taken_at_once_and_no_more(world: World) -> None:
    phone = await world.seat("client")
    entries = [phone.entry("touch", "ask_each_time") for _ in range(201)]
    assert (await phone.sync(*entries)).status_code == 413
    assert (await phone.sync(*entries[:200])).status_code == 200


async def test_a_request_of_256_kb_is_taken_and_no_more(world: World) -> None:
    phone = await world.seat("client")
    body = {"v": 1, "device": phone.device, "seen": 0, "sent_at": world.clock.now, "entries": [], "pad": ""}
    bare = len((await phone.http.post(f"/s/{phone.handle}/sync", json=body)).request.content)
    for size, status in ((262_144, 200), (262_145, 413)):
        answer = await phone.http.post(f"/s/{phone.handle}/sync", json={**body, "pad": "x" * (size - bare)})
        assert len(answer.request.content) == size
        assert answer.status_code == status


async def test_an_entry_of_17_kb_is_held_and_its_neighbours_are_stored(world: World) -> None:
    phone = await world.seat("client")
    entries = [phone.entry("intentions", "x" * size) for size in (15_000, 17_000, 15_000)]
    reply = await pushed(phone, *entries)
    assert [one.get("why") for one in reply["verdicts"]] == [None, "too_big", None]


async def test_json_is_taken_eight_deep_and_no_deeper(world: World) -> None:
    phone = await world.seat("client")
    for depth, status in ((8, 200), (9, 400)):
        answer: Any = "yes"
        for _ in range(depth - 3):  # the request, its list and the entry are three
            answer = {"ill": answer}
        assert (await phone.sync(phone.entry("health_change", answer))).status_code == status


# Who can't read any more can still push


async def test_an_expired_sign_in_still_pushes_and_pulls_nothing(world: World) -> None:
    desk = await world.desk()
    world.clock.now += 12 * HOUR
    reply = await pushed(desk, desk.entry("card_given", {"client": "yes", "support": "yes"}))
    assert verdict(reply)["result"] == "stored"
    assert (reply["signed_out"], reply["entries"]) == (True, [])
    assert not reply.keys() & {"session", "seen_by"}
    assert (await desk.http.get(f"/s/{desk.handle}/")).status_code == 404


async def test_a_revoked_seat_still_pushes_into_quarantine_and_pulls_nothing(world: World) -> None:
    client = await world.seat("client")
    before = client.entry("intentions", "rest")
    await pushed(client, before)
    await revoke(world, "client")
    reply = await pushed(client, before, client.entry("touch", "no_touch"), seen=0)
    assert [one.get("why", one["result"]) for one in reply["verdicts"]] == ["duplicate", "seat_revoked"]
    assert (reply["signed_out"], reply["entries"]) == (True, [])
    assert "Sam" not in str(reply)
    assert [one.why for one in await world.store.held(world.booked.session)] == ["seat_revoked"]


async def test_a_seat_of_a_session_that_is_over_still_pushes_and_pulls_nothing(world: World) -> None:
    client = await world.seat("client")
    world.clock.now = world.booked.session.over_at + 1
    reply = await pushed(client, client.entry("intentions", "rest"))
    assert verdict(reply)["why"] == "session_over"
    assert (reply["signed_out"], reply["entries"]) == (True, [])


async def revoke(world: World, role: str) -> None:
    """Ends the link of a role."""
    seats = await world.store.seats(world.booked.session)
    await world.store.revoke_seat(next(seat for seat in seats if seat.role == role), world.clock.now)


# Who is nobody


async def test_nobody_known_is_401_and_learns_nothing(world: World) -> None:
    stranger = world.stranger()
    here = await stranger.sync()
    stranger.handle = "nowhere-at-all"
    nowhere = await stranger.sync()
    assert (here.status_code, here.content) == (nowhere.status_code, nowhere.content)
    assert here.status_code == 401
    assert here.json()["error"].keys() == {"code", "message"}


async def test_not_yours_and_not_there_are_the_same_404(world: World) -> None:
    client = await world.seat("client")
    other = await world.book("Jo")
    answers = []
    for handle in (other.session.handle, "nowhere-at-all"):
        client.handle = handle
        answers.append(await client.sync(client.entry("intentions", "rest")))
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    assert answers[0].json()["error"]["message"].endswith(".")
    assert await world.store.entries(other.session) == []


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
async def test_what_is_not_sent_as_json_is_415(world: World, kind: str | None) -> None:
    phone = await world.seat("client")
    headers = {"content-type": kind} if kind else {}
    answer = await phone.http.post(f"/s/{phone.handle}/sync", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"]["message"].endswith(".")


async def test_a_compressed_body_is_415(world: World) -> None:
    phone = await world.seat("client")
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await phone.http.post(f"/s/{phone.handle}/sync", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415
