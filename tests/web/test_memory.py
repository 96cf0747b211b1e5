"""What is kept in memory between requests is only a saving: it never outlives what it was drawn from."""

import asyncio
import gzip
import json
import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sessionday.store import Fact, News
from sessionday.store.chain import canonical
from sessionday.web import known, strict_json
from sessionday.web.compression import Fixed, Parts, joined, takes_gzip
from sessionday.web.known import Known
from sessionday.web.recent import A_RUN, Recent
from sessionday.web.strict_json import BadJSON, read_json
from tests.world import HOUR, START, World


def run(first: int, last: int) -> list[dict[str, Any]]:
    return [{"seq": seq} for seq in range(first, last + 1)]


def test_recent_entries_answer_what_they_reach_back_to() -> None:
    recent = Recent()
    assert recent.after("s", 0) is None
    recent.grew({("c", "s"): run(5, 7)})
    assert recent.after("s", 3) is None
    assert recent.after("s", 4) == run(5, 7)
    assert recent.after("s", 6) == run(7, 7)
    assert recent.after("s", 7) == []
    recent.grew({("c", "s"): run(8, 8)})
    assert recent.after("s", 4) == run(5, 8)
    assert recent.newest("s") == 8


def test_a_gap_in_recent_entries_begins_a_new_run() -> None:
    recent = Recent()
    recent.grew({("c", "s"): run(1, 3)})
    recent.grew({("c", "s"): run(5, 6)})  # another process stored 4
    assert recent.after("s", 3) is None
    assert recent.after("s", 4) == run(5, 6)


def test_recent_entries_are_forgotten_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionday.web.recent.MOST", 10)
    recent = Recent()
    recent.grew({("c", "a"): run(1, 6)})
    recent.grew({("c", "b"): run(1, 6)})
    assert recent.after("a", 0) is None
    assert recent.newest("a") == 6
    assert recent.after("b", 0) == run(1, 6)
    recent.grew({("c", "long"): run(1, 3 * A_RUN)})
    assert recent.after("long", 0) is None


async def test_who_sits_where_is_believed_for_a_second_and_not_longer(world: World) -> None:
    site, now = world.app.state.site, [0.0]
    kept = Known(world.store, site.states.checklist, lambda: now[0])
    handle = world.booked.session.handle
    first = await kept.place(handle)
    assert await kept.place(handle) is first
    now[0] = known.BELIEVED_SECONDS + 0.01
    assert await kept.place(handle) is not first
    assert await kept.place("nowhere") is None


@pytest.mark.parametrize("missed", [False, True])
async def test_news_of_people_is_believed_at_once(world: World, missed: bool) -> None:
    site = world.app.state.site
    kept = Known(world.store, site.states.checklist, lambda: 0.0)
    session = world.booked.session
    place = await kept.place(session.handle)
    assert place
    seat = next(one for one in place.seats if one.role == "client")
    await world.store.claim("credential", seat, world.clock.now)
    assert (await kept.seat("credential", session)) == seat
    await world.store.revoke_seat(seat, world.clock.now)
    assert (await kept.seat("credential", session)) == seat  # nobody told it
    news: News | None = None if missed else {(session.clinic, session.id, 0)}
    kept.hear(news, lambda session, seq: True)
    found, again = await kept.seat("credential", session), await kept.place(session.handle)
    assert found
    assert again
    assert found.revoked_at == world.clock.now
    assert [one.revoked_at for one in again.seats if one.id == seat.id] == [world.clock.now]


async def test_growth_elsewhere_is_looked_up_and_growth_here_is_not(world: World) -> None:
    kept = Known(world.store, world.app.state.site.states.checklist, lambda: 0.0)
    session = world.booked.session
    first = await kept.place(session.handle)
    kept.hear({(session.clinic, session.id, 3)}, lambda session, seq: True)
    assert await kept.place(session.handle) is first
    kept.hear({(session.clinic, session.id, 3)}, lambda session, seq: False)
    assert await kept.place(session.handle) is not first


async def test_what_changes_while_it_is_read_is_not_remembered(world: World) -> None:
    kept: known.Brief[str, str] = known.Brief(lambda: 0.0)

    async def slow() -> str:
        await asyncio.sleep(0.01)
        return "old"

    async def quick() -> str:
        return "new"

    reading = asyncio.create_task(kept.of("k", slow))
    await asyncio.sleep(0)
    kept.forget(["k"])
    assert await reading == "old"
    assert await kept.of("k", quick) == "new"


async def test_a_page_is_drawn_once_and_each_copy_has_ids_of_its_own(world: World) -> None:
    staff = await world.desk()
    path = f"/s/{staff.handle}/steps/baseline_bp"
    first, second = [(await staff.http.get(path)).text for _ in range(2)]
    ids = [re.findall(r'name="id" value="([0-9a-f-]{36})"', page) for page in (first, second)]
    assert ids[0]
    assert not set(ids[0]) & set(ids[1])
    assert re.sub(r"[0-9a-f-]{36}", "", first) == re.sub(r"[0-9a-f-]{36}", "", second)
    await staff.say("baseline_bp", {"systolic": 120, "diastolic": 80})
    assert (await staff.http.get(path)).text != first


async def test_compressed_and_plain_pages_are_the_same(world: World) -> None:
    staff = await world.desk()
    for path in ("/board", f"/s/{staff.handle}/", f"/s/{staff.handle}/steps/baseline_bp", "/sw.js"):
        pages = []
        for coding in ("gzip", "identity"):
            answer = await staff.http.get(path, headers={"accept-encoding": coding})
            assert answer.headers.get("content-encoding", "identity") == coding
            assert "accept-encoding" in answer.headers["vary"].lower()
            pages.append(re.sub(r"[0-9a-f-]{36}", "", answer.text))
        assert pages[0] == pages[1]


async def test_what_was_typed_is_never_compressed_beside_what_is_private(world: World) -> None:
    staff = await world.desk()
    form = {"kind": "answer", "step": "baseline_bp", "systolic": "x", "diastolic": "80"}
    headers = {"accept-encoding": "gzip"}
    answer = await staff.http.post(f"/s/{staff.handle}/entries", data=form, headers=headers)
    assert answer.status_code == 422
    assert "content-encoding" not in answer.headers


@given(st.lists(st.lists(st.text(max_size=200), min_size=1, max_size=5), max_size=5))
def test_pieces_with_ids_between_make_one_gzip_body(texts: list[list[str]]) -> None:
    pieces = [Parts(parts) for parts in texts]
    ids = [str(UUID(int=number)).encode() for number in range(sum(len(parts) - 1 for parts in texts))]
    plain = joined(pieces, ids, zipped=False)
    assert gzip.decompress(joined(pieces, ids, zipped=True)) == plain


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip, br", True),
        ("br", False),
        ("gzip;q=0", False),
        ("GZIP", False),
        ("", False),
        ("br;q=1, gzip;q=0.5", True),
    ],
)
def test_gzip_is_for_whoever_says_so(said: str, takes: bool) -> None:
    request = Request({"type": "http", "headers": [(b"accept-encoding", said.encode())]})
    assert takes_gzip(request) is takes
    assert (Fixed(b"x" * 999, "text/css").response(request, {}).headers.get("content-encoding") == "gzip") is takes


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_the_quick_way_and_the_careful_way_read_the_same(value: Any) -> None:
    for body in (json.dumps(value).encode(), json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()):
        try:
            careful = strict_json._careful(body)
        except BadJSON:
            with pytest.raises(BadJSON):
                read_json(body)
        else:
            found = read_json(body)
            assert (json.dumps(found), repr(found)) == (json.dumps(careful), repr(careful))


@given(st.binary(max_size=60))
def test_the_quick_way_takes_nothing_that_the_careful_way_refuses(body: bytes) -> None:
    try:
        found = read_json(body)
    except BadJSON:
        return
    assert repr(strict_json._careful(body)) == repr(found)


@given(PLAIN)
def test_one_text_stands_for_a_value_however_it_was_made(value: Any) -> None:
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert canonical(value) == plain


async def test_a_sync_evaluates_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await world.seat("client")
    monkeypatch.setattr("sessionday.web.states.evaluate", None)
    reply = (await client.sync(client.entry("intentions", "calm"))).json()
    assert (reply["verdicts"][0]["result"], reply["seq"], len(reply["entries"])) == ("stored", 1, 1)
    assert orjson.loads(orjson.dumps(reply)) == reply


async def test_a_card_is_drawn_again_only_when_something_came_or_its_time_did(world: World) -> None:
    cards, clinic = world.app.state.site.cards, world.clinic.id
    (first,) = await cards.of(clinic, world.clock.now)
    assert (await cards.of(clinic, world.clock.now))[0] is first
    client = await world.seat("client")
    await client.sync(client.entry("intentions", "calm"))
    (grown,) = await cards.of(clinic, world.clock.now)
    assert grown is not first
    changes_at = grown.summary.changes_at
    assert (await cards.of(clinic, changes_at - 1))[0] is grown
    (later,) = await cards.of(clinic, changes_at)
    assert later is not grown
    assert later.summary.at == changes_at


async def test_a_card_that_is_stored_saves_reading_the_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = world.app.state.site, world.clock.now
    monkeypatch.setattr("sessionday.web.cards.FEW", 0)
    await site.store.take_lease("test", None)
    (first,) = await site.cards.of(world.clinic.id, now)
    await site.store.note("test", [first.summary], [], by_time=False)
    site.cards.hear(None)
    monkeypatch.setattr("sessionday.web.states.evaluate", None)
    (again,) = await site.cards.of(world.clinic.id, now)
    assert again is not first
    assert joined([again.drawn], [b""] * 9, zipped=False) == joined([first.drawn], [b""] * 9, zipped=False)
    assert START - now == HOUR


async def test_in_another_epoch_nothing_that_was_remembered_is_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, client = world.app.state.site, await world.seat("client")
    await client.sync(client.entry("intentions", "calm"))
    before = await site.states.of(world.booked.session, world.clock.now)
    (card,) = await site.cards.of(world.clinic.id, world.clock.now)
    assert site.recent.newest(world.booked.session.id) == 1
    monkeypatch.setattr(type(world.store), "epoch", "of a standby that was promoted")
    session = await world.store.session(world.booked.session.handle)
    assert session
    assert await site.states.of(session, world.clock.now) is not before
    assert site.recent.newest(session.id) == 0
    assert (await site.cards.of(world.clinic.id, world.clock.now))[0] is not card


async def test_a_reply_names_no_number_beyond_what_it_carries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client, staff, site = await world.seat("client"), await world.desk(), world.app.state.site
    await staff.sync()
    place, asked = site.known.place, []

    async def place_while_somebody_writes(handle: str) -> Any:
        asked.append(handle)
        if len(asked) == 2:  # the record was read, the reply is not made yet
            clinic, session = world.clinic.id, world.booked.session.id
            said = {"kind": "answer", "step": "intentions", "answer": "x"}
            late: dict[str, Any] = {"clinic": clinic, "session": session, "device": "form", "id": "late", **said}
            seat = next(one for one in seats if one.role == "client")
            await world.store.append(Fact(by=seat.id, role="client", now=world.clock.now, **late))
        return await place(handle)

    seats = await world.store.seats(world.booked.session)
    monkeypatch.setattr(site.known, "place", place_while_somebody_writes)
    reply = (
        await staff.http.post(f"/s/{staff.handle}/sync", json={"v": 1, "device": "d", "seen": 0, "sent_at": 0})
    ).json()
    assert len(asked) == 2
    assert reply["seq"] == len(reply["entries"]) == 0
    monkeypatch.undo()
    assert (await client.sync()).json()["seq"] == 1


async def test_a_session_whose_handle_does_not_begin_with_its_clinic_is_found(world: World) -> None:
    old = world.booked.session
    seats = [("client", "Ida", "link-old", None, None)]
    await world.store.add_session(
        world.clinic.id, "Ida", START, old.days, old.over_at, "7", "short", old.protocol_id, old.protocol_version,
        seats, world.clock.now,
    )  # fmt: skip
    staff = await world.desk()
    assert (await staff.http.get("/s/short/")).status_code == 200
    assert "/s/short/" in (await staff.http.get("/board")).text


@pytest.mark.parametrize(
    "body", [b"9007199254740993", b"-9007199254740993", b"[9007199254740993]", b'{"a":9007199254740993}']
)
def test_a_number_too_long_to_be_whole_is_read_the_careful_way(body: bytes) -> None:
    assert repr(read_json(body)) == repr(strict_json._careful(body))
    assert "9007199254740992.0" in repr(read_json(body))
