"""Bodies that nobody would think of: from good ones, changed at random, and from nothing at all."""

import asyncio
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionday.core import evaluate
from sessionday.web.strict_json import BadJSON, read_json
from tests.web.test_bad_bodies import request, sent
from tests.world import Phone, World, open_world

texts = st.text(max_size=12) | st.sampled_from(
    ["answer", "withdraw", "intentions", "ride_plan", "__proto__", "help", ""]
)
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
entries = (
    st.builds(lambda step, kind, change: {**ENTRY, "step": step, "kind": kind, **change}, STEPS, kinds, changes)
    | st.fixed_dictionaries({}, optional=dict.fromkeys([*ENTRY, "reason"], anything))
    | anything
)
wholes = st.dictionaries(st.sampled_from(["v", "device", "seen", "sent_at", "looked", "x"]), anything, max_size=2)


def test_no_body_whatever_breaks_the_server_or_costs_a_good_entry(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opening = open_world(tmp_path)
        world = runner.run(opening.__aenter__())
        desk = runner.run(world.desk())

        @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(entries, max_size=4), wholes)
        def check(offered: list[Any], changed: dict[str, Any]) -> None:
            runner.run(survives(world, desk, offered, changed))

        check()
        runner.run(opening.__aexit__(None, None, None))


async def survives(world: World, desk: Phone, offered: list[Any], changed: dict[str, Any]) -> None:
    """`offered` among good entries, then by staff in a `changed` request: never a 5xx, and the good are stored."""
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
    desk.handle = phone.handle
    again = await sent(desk, json.dumps(request(desk, *offered, **changed)).encode())
    assert again.status_code in (200, 400)
    kept = await world.store.entries(booked.session)
    evaluate(world.checklist.rules, booked.session.rules_form(), kept, world.clock.now)
    page = await phone.http.get(f"/s/{phone.handle}/")
    assert page.status_code == 200
    await phone.http.aclose()


def is_taken(value: Any) -> bool:
    """Whether this is JSON that is taken at all: some of it is too deep, or has NUL in it."""
    try:
        read_json(json.dumps([[value]]).encode())
    except BadJSON:
        return False
    return True
