"""Whatever a phone sends, it gets an answer that it can act on, and one bad entry never holds up its neighbours."""

import asyncio
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionday.core import evaluate
from tests.world import Phone, World, open_world

JSON = {"content-type": "application/json"}


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
    world: World, status: int, made: Callable[[Phone], bytes]
) -> None:
    phone = await world.seat("client")
    answer = await sent(phone, made(phone))
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error.keys() == {"code", "message"}
    assert error["message"].endswith(".")
    assert await world.store.entries(world.booked.session) == []


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


async def among_good_ones(world: World, make: Callable[[Phone], Any]) -> dict[str, Any]:
    """The verdict on one entry that is pushed between two good ones, which are stored; the day can still be shown."""
    phone = await world.seat("client")
    before, after = phone.entry("intentions", "rest"), phone.entry("touch", "no_touch", n=50)
    answer = await sent(phone, json.dumps(request(phone, before, make(phone), after)).encode())
    assert answer.status_code == 200, answer.text
    first, found, last = answer.json()["verdicts"]
    assert (first["result"], last["result"]) == ("stored", "stored")
    page = await phone.http.get(f"/s/{phone.handle}/")
    desk = await world.desk()
    desk_page = await desk.http.get(f"/s/{phone.handle}/")
    assert (page.status_code, desk_page.status_code) == (200, 200)
    made: dict[str, Any] = found
    return made


@pytest.mark.parametrize(("why", "parts"), HELD.values(), ids=HELD)
async def test_an_entry_that_cant_be_applied_is_held_alone(world: World, why: str, parts: dict[str, Any]) -> None:
    found = await among_good_ones(world, lambda phone: {**phone.entry("intentions", "rest"), **parts})
    assert (found["result"], found["why"], found["seq"]) == ("held", why, None)
    assert found["message"].endswith(".")
    (kept,) = await world.store.held(world.booked.session)
    assert {key: kept.body[key] for key in parts} == parts  # nothing the phone made is dropped


@pytest.mark.parametrize("parts", STORED.values(), ids=STORED)
async def test_an_entry_that_is_only_strange_is_a_fact(world: World, parts: dict[str, Any]) -> None:
    found = await among_good_ones(world, lambda phone: {**phone.entry("intentions", "rest"), **parts})
    assert (found["result"], found["seq"]) == ("stored", 2)


@pytest.mark.parametrize("entry", [None, True, 7, "intentions", [], {}, [{"id": "x"}]], ids=str)
async def test_an_entry_that_is_no_entry_is_held_alone(world: World, entry: Any) -> None:
    found = await among_good_ones(world, lambda phone: entry)
    assert (found["id"], found["result"], found["why"]) == (None, "held", "newer_app")
    assert (await world.store.held(world.booked.session))[0].body == entry


@pytest.mark.parametrize("key", ["id", "n"])
@pytest.mark.parametrize("change", [{"answer": "other"}, {"seen": 3}, {"at": 5}, {"step": "support_named"}], ids=str)
async def test_the_same_id_or_n_with_other_content_is_held_and_the_first_stands(
    world: World, key: str, change: dict[str, Any]
) -> None:
    phone = await world.seat("client")
    first = phone.entry("intentions", "rest")
    await phone.sync(first)
    other = {**phone.entry("intentions", "rest"), key: first[key], **({"n": first["n"]} if key == "id" else {}), **change}
    found = (await phone.sync(other)).json()["verdicts"][0]
    assert (found["result"], found["why"]) == ("held", f"same_{key}_other_content")
    (kept,) = await world.store.entries(world.booked.session)
    assert kept["answer"] == "rest"


async def test_the_same_id_from_another_device_is_held(world: World) -> None:
    one, other = await world.seat("client"), await world.seat("client")
    entry = one.entry("intentions", "rest")
    await one.sync(entry)
    assert (await other.sync(entry)).json()["verdicts"][0]["why"] == "same_id_other_content"


async def test_every_bad_entry_at_once_and_the_good_one_is_stored(world: World) -> None:
    phone = await world.seat("client")
    bad = [{**phone.entry("intentions", "x"), **parts} for why, parts in HELD.values() if why != "too_big"]
    answer = await sent(phone, json.dumps(request(phone, *bad, phone.entry("intentions", "rest"))).encode())
    assert [one["result"] for one in answer.json()["verdicts"]] == ["held"] * len(bad) + ["stored"]


# Whatever else there is

texts = st.text(max_size=12) | st.sampled_from(["answer", "withdraw", "intentions", "ride_plan", "__proto__", "help", ""])
scalars = (
    st.none() | st.booleans() | texts | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ENTRY = {"id": "e", "n": 1, "seen": 0, "at": 0, "kind": "answer", "step": "intentions", "answer": "x", "of": None}
STEPS = st.sampled_from(["intentions", "ride_plan", "health_change", "last_food", "help", "dose", "touch"])
kinds = st.sampled_from(["answer", "withdraw", "waive", "ack"])
changes = st.dictionaries(st.sampled_from([*ENTRY, "reason", "x"]) | texts, anything, max_size=4)
entries = st.builds(
    lambda step, kind, change: {**ENTRY, "step": step, "kind": kind, **change}, STEPS, kinds, changes
) | st.fixed_dictionaries({}, optional=dict.fromkeys([*ENTRY, "reason"], anything)) | anything
wholes = st.dictionaries(st.sampled_from(["v", "device", "seen", "sent_at", "looked", "x"]), anything, max_size=2)


def test_no_body_whatever_breaks_the_server_or_costs_a_good_entry(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opening = open_world(tmp_path)
        world = runner.run(opening.__aenter__())

        @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(entries, max_size=4), wholes)
        def check(offered: list[Any], changed: dict[str, Any]) -> None:
            runner.run(survives(world, offered, changed))

        check()
        runner.run(opening.__aexit__(None, None, None))


async def survives(world: World, offered: list[Any], changed: dict[str, Any]) -> None:
    """`offered` between good entries, then a whole request with `changed` parts: never a 5xx, and the good are stored."""
    booked = await world.book("Jo")
    phone = Phone(world.app, world.clock)
    await phone.open(booked.links["client"])
    good = [phone.entry("intentions", "rest", n=100), phone.entry("touch", "no_touch", n=101)]
    answer = await sent(phone, json.dumps(request(phone, good[0], *offered, good[1])).encode())
    assert answer.status_code == 200 or (answer.status_code == 400 and not is_taken(offered)), answer.text
    if answer.status_code == 200:
        verdicts = answer.json()["verdicts"]
        assert len(verdicts) == len(offered) + 2
        assert (verdicts[0]["result"], verdicts[-1]["result"]) == ("stored", "stored")
    again = await sent(phone, json.dumps(request(phone, *offered, **changed)).encode())
    assert again.status_code in (200, 400)
    kept = await world.store.entries(booked.session)
    evaluate(world.checklist.rules, booked.session.rules_form(), kept, world.clock.now)
    page = await phone.http.get(f"/s/{phone.handle}/")
    assert page.status_code == 200
    await phone.http.aclose()


def is_taken(value: Any) -> bool:
    """Whether this is JSON that is taken at all: nothing but NUL makes these refused."""
    return "\\u0000" not in json.dumps(value) and not math.isnan(0)
