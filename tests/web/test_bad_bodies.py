"""Whatever a phone sends, it gets an answer that it can act on, and one bad entry never holds up its neighbours."""

import json
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from sessionday.store import Held, Session
from tests.world import Phone, World, open_world

JSON = {"content-type": "application/json"}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for all of these: each test takes a session of its own in it."""
    async with open_world(tmp_path_factory.mktemp("world")) as made:
        yield made


async def client_of_one_more(world: World) -> tuple[Phone, Session]:
    """A client's phone, and their session, that nobody else uses."""
    booked = await world.book("Jo")
    phone = world.stranger()
    assert (await phone.open(booked.links["client"])).status_code == 303
    return phone, booked.session


async def sent(phone: Phone, body: bytes) -> httpx2.Response:
    """A body as it stands, posted as a sync."""
    return await phone.http.post(f"/s/{phone.handle}/sync", content=body, headers=JSON)


def request(phone: Phone, *entries: Any, **more: Any) -> dict[str, Any]:
    """A sync request that is one."""
    return {"v": 1, "device": phone.device, "seen": 0, "sent_at": phone.clock.now, "entries": list(entries), **more}


def with_value(raw: str) -> Callable[[Phone], bytes]:
    """A good request in which one entry's answer is the JSON text `raw`."""

    def made(phone: Phone) -> bytes:
        body = json.dumps(request(phone, phone.entry("intentions", "PLACE")))
        return body.replace('"PLACE"', raw).encode("utf-8", "surrogatepass")

    return made


def as_bytes(change: Callable[[bytes], bytes]) -> Callable[[Phone], bytes]:
    """A good request, changed as bytes."""
    return lambda phone: change(json.dumps(request(phone, phone.entry("intentions", "é rest"))).encode())


def without(key: str) -> Callable[[Phone], bytes]:
    """A good request that lacks `key`."""
    return lambda phone: json.dumps({k: v for k, v in request(phone).items() if k != key}).encode()


def having(**parts: Any) -> Callable[[Phone], bytes]:
    """A good request with other `parts`."""
    return lambda phone: json.dumps(request(phone, **parts)).encode()


NOT_A_SYNC: dict[str, tuple[int, Callable[[Phone], bytes]]] = {
    "nothing": (400, lambda phone: b""),
    "not JSON": (400, lambda phone: b"{entries: []}"),
    "half of it": (400, as_bytes(lambda body: body[:-5])),
    "two documents": (400, as_bytes(lambda body: body + body)),
    "a list": (400, lambda phone: b"[]"),
    "a string": (400, lambda phone: b'"entries"'),
    "null": (400, lambda phone: b"null"),
    "no version": (400, without("v")),
    "version as text": (400, having(v="1")),
    "version true": (400, having(v=True)),
    "no device": (400, without("device")),
    "device a number": (400, having(device=7)),
    "device empty": (400, having(device="")),
    "device of 65 characters": (400, having(device="d" * 65)),
    "device not ASCII": (400, having(device="télé")),
    "no sent_at": (400, without("sent_at")),
    "sent_at as text": (400, having(sent_at="now")),
    "sent_at null": (400, having(sent_at=None)),
    "sent_at of 2^53": (400, having(sent_at=2**53)),
    "sent_at of 10^300": (400, having(sent_at=1e300)),
    "sent_at of half a ms": (400, having(sent_at=1.5)),
    "seen below nothing": (400, having(seen=-1)),
    "seen as text": (400, having(seen="0")),
    "seen of 2^63": (400, having(seen=2**63)),
    "entries an object": (400, having(entries={})),
    "entries null": (400, having(entries=None)),
    "300 KB": (413, having(pad="x" * 300_000)),
    "201 entries": (413, having(entries=[1] * 201)),
    "depth 1,000": (400, with_value("[" * 1000 + "]" * 1000)),
    "depth 100,000, never closed": (400, lambda phone: b"[" * 100_000),
    "NaN": (400, with_value("NaN")),
    "Infinity": (400, with_value("Infinity")),
    "-Infinity": (400, with_value("-Infinity")),
    "1e400": (400, with_value("1e400")),
    "5,000 digits": (400, with_value("9" * 5000)),
    "duplicate keys": (400, with_value('{"a": 1, "a": 1}')),
    "duplicate keys at the top": (400, lambda phone: b'{"v":1,"v":1}'),
    "lone surrogate": (400, with_value(r'"\ud800"')),
    "lone surrogate in a key": (400, with_value(r'{"\udfff": 1}')),
    "raw lone surrogate": (400, with_value('"\ud800"')),
    "NUL": (400, with_value(r'"a\u0000b"')),
    "raw NUL": (400, with_value('"a\0b"')),
    "raw control character": (400, with_value('"a\x07b"')),
    "invalid UTF-8": (400, as_bytes(lambda body: body.replace(b"rest", b"r\xffst"))),
    "overlong UTF-8": (400, as_bytes(lambda body: body.replace(b"rest", b"\xc0\xaf"))),
    "Latin-1": (400, as_bytes(lambda body: body.decode().replace("\\u00e9", "é").encode("latin-1"))),
    "UTF-16": (400, as_bytes(lambda body: body.decode().encode("utf-16"))),
    "UTF-16 without a mark": (400, as_bytes(lambda body: body.decode().encode("utf-16-le"))),
    "UTF-32": (400, as_bytes(lambda body: body.decode().encode("utf-32"))),
    "a byte order mark": (400, as_bytes(lambda body: b"\xef\xbb\xbf" + body)),
    "pickled": (400, lambda phone: b"\x80\x04" + struct.pack("<q", 7)),
}


@pytest.mark.parametrize(("status", "made"), NOT_A_SYNC.values(), ids=NOT_A_SYNC)
async def test_what_is_no_sync_request_is_refused_in_a_sentence(
    shared: World, status: int, made: Callable[[Phone], bytes]
) -> None:
    phone, session = await client_of_one_more(shared)
    answer = await sent(phone, made(phone))
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error.keys() == {"code", "message"}
    assert error["message"].endswith(".")
    assert await shared.store.entries(session) == []


# One entry that can't be applied as it is, and the `why` that DESIGN gives it.
HELD: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown step": ("unknown_step", {"step": "moon"}),
    "no step": ("unknown_step", {"step": None}),
    "step a list": ("unknown_step", {"step": ["intentions"]}),
    "step __proto__": ("unknown_step", {"step": "__proto__"}),
    "another seat's step": ("not_your_step", {"step": "ride_confirmed", "answer": "yes"}),
    "staff's dose": ("not_your_step", {"step": "dose", "answer": {"mg": 1, "lozenges": 1}}),
    "unknown kind": ("unknown_kind", {"kind": "delete"}),
    "kind null": ("unknown_kind", {"kind": None}),
    "kind a list": ("unknown_kind", {"kind": ["answer"]}),
    "17 KB": ("too_big", {"answer": "x" * 17 * 1024}),
    "17 KB beside": ("too_big", {"pad": "x" * 17 * 1024}),
    "17 KB of two-byte letters": ("too_big", {"answer": "é" * 9 * 1024}),
    "at as text": ("bad_time", {"at": "2026-12-01T10:00"}),
    "at a fraction": ("bad_time", {"at": 1.5}),
    "at true": ("bad_time", {"at": True}),
    "at null": ("bad_time", {"at": None}),
    "at of 2^63": ("bad_time", {"at": 2**63}),
    "at of 10^300": ("bad_time", {"at": 1e300}),
    "at a list": ("bad_time", {"at": []}),
    "n of 0": ("newer_app", {"n": 0}),
    "n of -1": ("newer_app", {"n": -1}),
    "n as text": ("newer_app", {"n": "1"}),
    "n true": ("newer_app", {"n": True}),
    "n a fraction": ("newer_app", {"n": 1.5}),
    "n of 2^63": ("newer_app", {"n": 2**63}),
    "n null": ("newer_app", {"n": None}),
    "seen of -1": ("newer_app", {"seen": -1}),
    "seen null": ("newer_app", {"seen": None}),
    "seen as text": ("newer_app", {"seen": "0"}),
    "id a number": ("newer_app", {"id": 7}),
    "id null": ("newer_app", {"id": None}),
    "id empty": ("newer_app", {"id": ""}),
    "id of 65 characters": ("newer_app", {"id": "i" * 65}),
    "id of 100 KB": ("newer_app", {"id": "i" * 100_000}),
    "id not ASCII": ("newer_app", {"id": "é"}),
    "id with a line end": ("newer_app", {"id": "abc\n"}),
    "withdraw without of": ("bad_answer", {"kind": "withdraw"}),
    "withdraw of a number": ("bad_answer", {"kind": "withdraw", "of": 7}),
    "withdraw of an unknown step": ("unknown_step", {"kind": "withdraw", "step": "moon", "of": "x"}),
    "withdraw for another seat": ("not_your_step", {"kind": "withdraw", "step": "ride_confirmed", "of": "x"}),
    "waive by the client": ("not_your_step", {"kind": "waive", "step": "health_change", "reason": "fine"}),
    "ack by the client": ("not_your_step", {"kind": "ack", "step": None, "of": "help:x"}),
    "no answer": ("bad_answer", {"answer": None}),
    "text true": ("bad_answer", {"answer": True}),
    "text a number": ("bad_answer", {"answer": 7}),
    "text a list": ("bad_answer", {"answer": ["rest"]}),
    "choice an object": ("bad_answer", {"step": "ride_plan", "answer": {"named_driver": "yes"}}),
    "choice a number": ("bad_answer", {"step": "ride_plan", "answer": 0}),
    "checks as text": ("bad_answer", {"step": "health_change", "answer": "no"}),
    "checks a list": ("bad_answer", {"step": "health_change", "answer": ["ill"]}),
    "checks false": ("bad_answer", {"step": "health_change", "answer": False}),
    "time as text": ("bad_answer", {"step": "last_food", "answer": "08:00"}),
    "time true": ("bad_answer", {"step": "last_food", "answer": True}),
    "confirm true": ("bad_answer", {"step": "help", "answer": True}),
}
# Strange, and still a fact that can be read: a stop, or keys that nobody reads (RULES, principle 1).
STORED: dict[str, dict[str, Any]] = {
    "an option that there isn't": {"step": "ride_plan", "answer": "helicopter"},
    "checks without items": {"step": "health_change", "answer": {}},
    "checks of numbers": {"step": "health_change", "answer": {"ill": 0}},
    "a time far off": {"step": "last_food", "answer": 2**53},
    "a time of half a ms": {"step": "last_food", "answer": 1.5},
    "a time of 10^300": {"step": "last_food", "answer": 1e300},
    "white space": {"answer": " \t\n"},
    "right to left and zero width": {"answer": "\u202eabc\u2066\ufeff👩‍👩‍👧"},
    "markup": {"answer": "<script>alert(1)</script>{{7*7}}'; DROP TABLE entry;--"},
    "a key __proto__": {"__proto__": {"verdict": "ok"}},
    "a key constructor": {"constructor": {"prototype": 1}, "toString": None},
    "answer keys __proto__": {"step": "health_change", "answer": {"__proto__": "no", "constructor": "no"}},
    "reason a list": {"reason": ["because"]},
    "of a number": {"of": 7},
    "n of 2^53": {"n": 2**53},
    "seen of 2^53": {"seen": 2**53},
    "at in 1970": {"at": 0},
    "at before 1970": {"at": -(10**12)},
    "at in the year 9999": {"at": 253_402_300_799_000},
    "at with a point": {"at": 1_796_133_600_000.0},
    "a withdrawal of what never was": {"kind": "withdraw", "of": "never-was"},
    "a withdrawal without a step": {"kind": "withdraw", "step": None, "of": "never-was"},
}


async def among_good_ones(world: World, make: Callable[[Phone], Any]) -> tuple[dict[str, Any], list[Held]]:
    """The verdict on one entry between two good ones, which are stored, and what is held; the day is still shown."""
    phone, session = await client_of_one_more(world)
    before, after = phone.entry("intentions", "rest"), phone.entry("touch", "no_touch", n=50)
    answer = await sent(phone, json.dumps(request(phone, before, make(phone), after)).encode())
    assert answer.status_code == 200, answer.text
    first, found, last = answer.json()["verdicts"]
    assert (first["result"], last["result"]) == ("stored", "stored")
    assert (await phone.http.get(f"/s/{phone.handle}/")).status_code == 200
    return found, await world.store.held(session)


@pytest.mark.parametrize(("why", "parts"), HELD.values(), ids=HELD)
async def test_an_entry_that_cant_be_applied_is_held_alone(shared: World, why: str, parts: dict[str, Any]) -> None:
    found, (kept,) = await among_good_ones(shared, lambda phone: {**phone.entry("intentions", "rest"), **parts})
    assert (found["result"], found["why"], found["seq"]) == ("held", why, None)
    assert found["message"].endswith(".")
    assert {key: kept.body[key] for key in parts} == parts  # nothing the phone made is dropped


@pytest.mark.parametrize("parts", STORED.values(), ids=STORED)
async def test_an_entry_that_is_only_strange_is_a_fact(shared: World, parts: dict[str, Any]) -> None:
    found, kept = await among_good_ones(shared, lambda phone: {**phone.entry("intentions", "rest"), **parts})
    assert (found["result"], found["seq"], kept) == ("stored", 2, [])


@pytest.mark.parametrize("entry", [None, True, 7, "intentions", [], {}, [{"id": "x"}]], ids=str)
async def test_an_entry_that_is_no_entry_is_held_alone(shared: World, entry: Any) -> None:
    found, (kept,) = await among_good_ones(shared, lambda phone: entry)
    assert (found["id"], found["result"], found["why"]) == (None, "held", "newer_app")
    assert kept.body == entry


@pytest.mark.parametrize("key", ["id", "n"])
@pytest.mark.parametrize("change", [{"answer": "other"}, {"seen": 3}, {"at": 5}, {"step": "support_named"}], ids=str)
async def test_the_same_id_or_n_with_other_content_is_held_and_the_first_stands(
    shared: World, key: str, change: dict[str, Any]
) -> None:
    phone, session = await client_of_one_more(shared)
    first = phone.entry("intentions", "rest")
    await phone.sync(first)
    other = {**first, "id": first["id"] if key == "id" else "another", **change}
    found = (await phone.sync(other)).json()["verdicts"][0]
    assert (found["result"], found["why"]) == ("held", f"same_{key}_other_content")
    (kept,) = await shared.store.entries(session)
    assert kept["answer"] == "rest"


async def test_the_same_id_from_another_device_is_held_unless_it_is_the_same_word(shared: World) -> None:
    phone, _ = await client_of_one_more(shared)
    entry = phone.entry("intentions", "rest")
    await phone.sync(entry)
    verdicts = [
        (await phone.sync(one, device="another")).json()["verdicts"][0] for one in (entry, {**entry, "answer": "x"})
    ]
    assert verdicts[0]["result"] == "duplicate"
    assert verdicts[1]["why"] == "same_id_other_content"


async def test_staff_see_everything_that_was_kept_aside(shared: World) -> None:
    phone, session = await client_of_one_more(shared)
    bad = [{**phone.entry("intentions", "x"), **parts} for why, parts in HELD.values() if why != "too_big"]
    answer = await sent(phone, json.dumps(request(phone, *bad, phone.entry("intentions", "rest"))).encode())
    assert [one["result"] for one in answer.json()["verdicts"]] == ["held"] * len(bad) + ["stored"]
    page = await (await shared.desk()).http.get(f"/s/{session.handle}/")
    assert page.status_code == 200
    for one in await shared.store.held(session):
        assert one.message in page.text
    assert "i" * 100_000 in page.text
