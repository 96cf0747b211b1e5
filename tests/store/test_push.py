"""What is acknowledged is in the record, once, in an order without gaps."""

import asyncio
import random
from typing import Any

import pytest

from sessionday.store import News, NoSuchSession, Push, StoreError
from tests.store.world import HOUR, NOW, World, add_session, entry, results


async def test_entries_are_numbered_from_one_and_read_back_in_the_form_of_the_rules(world: World) -> None:
    sent = [entry(1), entry(2, step="measure", answer={"pulse": 66.5}, seen=1)]
    verdicts = await world.push(*sent)
    assert [(v.id, v.result, v.seq) for v in verdicts] == [(sent[0]["id"], "stored", 1), (sent[1]["id"], "stored", 2)]
    assert (await world.store.entries(world.session))[1] == {
        "id": sent[1]["id"], "device": "phone", "n": 2, "seen": 1, "seq": 2, "role": "client", "t": NOW - 1000,
        "kind": "answer", "step": "measure", "answer": {"pulse": 66.5}, "of": None, "reason": None,
        "at": NOW - 1000, "skew": 0, "received_at": NOW, "by": world.seat.id,
    }  # fmt: skip


async def test_entries_after_a_seq_come_in_order_and_no_more_than_asked_for(world: World) -> None:
    await world.push(*(entry(n) for n in range(1, 8)))
    assert [e["seq"] for e in await world.store.entries(world.session, after=3)] == [4, 5, 6, 7]
    assert [e["seq"] for e in await world.store.entries(world.session, after=3, limit=2)] == [4, 5]


async def test_the_same_again_is_a_duplicate_with_its_first_seq(world: World) -> None:
    first, second = entry(1), entry(2)
    await world.push(first, second)
    assert [(v.result, v.seq) for v in await world.push(second, entry(3), first)] == [
        ("duplicate", 2),
        ("stored", 3),
        ("duplicate", 1),
    ]


async def test_twice_in_one_push_is_one_stored_and_one_duplicate(world: World) -> None:
    one = entry(1)
    assert [(v.result, v.seq) for v in await world.push(one, one)] == [("stored", 1), ("duplicate", 1)]


async def test_a_number_written_otherwise_and_a_null_left_out_are_the_same_content(world: World) -> None:
    one = entry(1, step="measure", answer={"pulse": 120, "note": [1, {"x": 2}]}, of=None)
    await world.push(one)
    again = {
        **one,
        "n": 1.0,
        "at": float(one["at"]),
        "answer": {"note": [1.0, {"x": 2.0}], "pulse": 120.0},
        "reason": None,
    }
    del again["of"]
    assert results(await world.push(again)) == ["duplicate"]


async def test_a_true_is_not_a_one(world: World) -> None:
    one = entry(1, step="checks", answer={"a": 1})
    assert results(await world.push(one, {**one, "answer": {"a": True}})) == ["stored", "same_id_other_content"]


async def test_a_resend_is_a_duplicate_whatever_has_happened_since(world: World) -> None:
    one = entry(1)
    await world.push(one)
    assert results(await world.push(one, revoked=True)) == ["duplicate"]
    assert results(await world.push(one, now=NOW + 1000 * HOUR, sent_at=NOW + 1000 * HOUR)) == ["duplicate"]
    assert results(await world.push(one, newer_app=True)) == ["duplicate"]
    assert results(await world.push(one, by="somebody else")) == ["duplicate"]


async def test_extra_keys_are_kept_and_never_read(world: World) -> None:
    await world.push(entry(1, role="staff", seq=99, t=5, mood="bright"))
    (read,) = await world.store.entries(world.session)
    assert (read["role"], read["seq"], read["t"]) == ("client", 1, NOW - 1000)
    assert (await world.record())["entries"][0]["extra"] == {"role": "staff", "seq": 99, "t": 5, "mood": "bright"}


@pytest.mark.parametrize(
    ("at", "sent_at", "t", "skew"),
    [
        (NOW - 1000, NOW - 4999, NOW - 1000, 0),
        (NOW - 1000, NOW - 5000, NOW, 5000),
        (NOW - HOUR, NOW - HOUR, NOW, HOUR),
        (NOW + HOUR, NOW + 2 * HOUR, NOW - HOUR, -2 * HOUR),
        (NOW + HOUR, NOW, NOW, 0),
        (0, NOW, NOW - 30 * 24 * HOUR, 0),
        (-(2**53), 2**53, NOW - 30 * 24 * HOUR, NOW - 2**53),
    ],
)
async def test_time_is_corrected_by_the_clock_error_and_kept_within_bounds(
    world: World, at: int, sent_at: int, t: int, skew: int
) -> None:
    await world.push(entry(1, at=at), sent_at=sent_at)
    (read,) = await world.store.entries(world.session)
    assert (read["t"], read["skew"], read["at"], read["received_at"]) == (t, skew, at, NOW)


async def test_hundreds_of_pushes_at_once_store_each_entry_once_without_a_gap(world: World) -> None:
    other = await add_session(world.store, world.clinic, "two")
    rng = random.Random(7)
    entries = {(s.id, d): [entry(n) for n in range(1, 31)] for s in (world.session, other) for d in ("a", "b", "c")}
    offers: list[Push] = []
    for session in (world.session, other):
        for device in ("a", "b", "c"):
            own = entries[session.id, device]
            for _ in range(60):
                start = rng.randrange(30)
                offers.append(world.offer(*own[start : start + 5], device=device, session=session))
            offers += [world.offer(one, device=device, session=session) for one in own]
    rng.shuffle(offers)
    verdicts = await asyncio.gather(*(world.store.push(offer) for offer in offers))
    said: dict[tuple[str, str | None], set[int | None]] = {}
    for offer, some in zip(offers, verdicts, strict=True):
        for verdict in some:
            assert verdict.result in ("stored", "duplicate")
            said.setdefault((offer.session, verdict.id), set()).add(verdict.seq)
    assert all(len(seqs) == 1 for seqs in said.values())
    assert sum(v.result == "stored" for some in verdicts for v in some) == 180
    for session in (world.session, other):
        stored = await world.store.entries(session)
        assert [e["seq"] for e in stored] == list(range(1, 91))
        assert {e["id"]: {e["seq"]} for e in stored} == {id: seqs for (s, id), seqs in said.items() if s == session.id}


async def test_the_same_entry_by_two_devices_of_one_person_is_stored_once(world: World) -> None:
    one = entry(1)
    both = await asyncio.gather(world.push(one, device="a"), world.push(one, device="b"))
    assert sorted(results(both[0] + both[1])) == ["duplicate", "stored"]


async def test_a_push_to_no_session_fails_alone(world: World) -> None:
    lost = Push(world.clinic.id, "nowhere", world.seat.id, "client", "phone", NOW, NOW, [entry(1)])
    good, bad = await asyncio.gather(world.push(entry(1)), world.store.push(lost), return_exceptions=True)
    assert isinstance(bad, NoSuchSession)
    assert isinstance(good, list)
    assert results(good) == ["stored"]


async def test_a_push_that_cannot_be_written_at_all_fails_alone(world: World) -> None:
    poison = world.push(entry(1, step="text", answer="fine"), device="\ud800")
    first, second, third = await asyncio.gather(
        world.push(entry(1), device="a"), poison, world.push(entry(1), device="b"), return_exceptions=True
    )
    assert isinstance(second, UnicodeEncodeError)
    assert isinstance(first, list)
    assert isinstance(third, list)
    assert results(first + third) == ["stored", "stored"]
    assert [e["seq"] for e in await world.store.entries(world.session)] == [1, 2]
    assert not world.store.failed


async def test_a_cancelled_push_leaves_no_transaction_and_touches_no_neighbour(world: World) -> None:
    for round in range(20):
        tasks = [asyncio.create_task(world.push(entry(round + 1), device=f"d{k}")) for k in range(10)]
        for _ in range(round % 5):
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes[1::2]:
            assert isinstance(outcome, list)
            assert results(outcome) == ["stored"]
    stored = await world.store.entries(world.session)
    assert [e["seq"] for e in stored] == list(range(1, len(stored) + 1))
    if world.url.startswith("sqlite:"):
        assert not world.file.writer.in_transaction
        await world.around("BEGIN IMMEDIATE", "ROLLBACK")  # nobody holds the database
    else:
        assert await world.around("SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'") == []


async def test_a_cancelled_write_leaves_the_next_one_alone(world: World) -> None:
    adding = asyncio.create_task(world.store.add_clinic("Hill", "UTC", "1", NOW))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    await world.store.name_seat(world.seat, "Alex")
    seat = await world.store.seat(world.session, world.seat.id)
    assert seat
    assert seat.name == "Alex"


async def test_news_names_each_session_once_a_commit_for_what_was_stored_or_kept_aside(world: World) -> None:
    told: list[News | None] = []
    world.store.news = told.append
    one = entry(1)
    await world.push(one, entry(2))
    await world.push(one)
    await world.push({"id": "odd"})
    await world.push({"id": "odd"})
    assert told == [{(world.clinic.id, world.session.id, 2)}, {(world.clinic.id, world.session.id, 0)}]


async def test_a_listener_that_fails_stops_nobody(world: World, caplog: Any) -> None:
    def fail(news: object) -> None:
        raise RuntimeError("deaf")

    world.store.news = fail
    assert results(await world.push(entry(1))) == ["stored"]
    assert results(await world.push(entry(2))) == ["stored"]


async def test_a_form_gets_the_next_number_of_its_device(world: World) -> None:
    await world.push(entry(7), device="form")
    verdict = await world.store.append(world.fact(at=NOW - HOUR))
    assert (verdict.result, verdict.seq) == ("stored", 2)
    read = (await world.store.entries(world.session))[1]
    assert (read["n"], read["t"], read["role"]) == (8, NOW - HOUR, "client")


async def test_a_double_tap_on_a_form_is_a_duplicate_whenever_it_comes(world: World) -> None:
    taps = await asyncio.gather(*(world.store.append(world.fact(now=NOW + k)) for k in range(5)))
    assert sorted(tap.result for tap in taps) == ["duplicate"] * 4 + ["stored"]
    assert {tap.seq for tap in taps} == {1}
    assert (await world.store.append(world.fact(answer="no"))).why == "same_id_other_content"


async def test_a_held_form_is_kept_once_however_often_it_is_tapped(world: World) -> None:
    for later in range(3):
        assert (await world.store.append(world.fact(step="nowhere", now=NOW + later))).why == "unknown_step"
    assert len(await world.store.held(world.session)) == 1


async def test_a_closed_store_takes_nothing_more(world: World) -> None:
    last = asyncio.create_task(world.push(entry(1)))
    await asyncio.sleep(0)
    await world.store.close()
    assert results(await last) == ["stored"]
    with pytest.raises(StoreError, match="closed"):
        await world.push(entry(2))
