"""Vital signs as a chart: what was measured, where its limits lay, when a dose was given; and the same as a table."""

from typing import Any

import pytest

from sessionday.web.chart import TALL, WIDTH, panels, readings
from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, World

FIELD = {"unit": "mmHg", "min": 80, "max": 260, "stop_below": None, "stop_above": 140, "never_below": None}
STEPS: list[dict[str, Any]] = [
    {
        "id": id,
        "every": None,
        "marks": None,
        "answer": {"type": "measure", "fields": [{**FIELD, "id": "systolic", "never_above": never}]},
    }
    for id, never in (("first", 160), ("second", 179))
]


def entry(id: str, step: str, t: int, answer: Any, kind: str = "answer", of: str | None = None) -> dict[str, Any]:
    return {"id": id, "step": step, "t": t, "answer": answer, "kind": kind, "of": of, "role": "staff"}


def test_what_was_taken_back_or_said_anew_is_not_drawn() -> None:
    said = [
        entry("a", "first", 1, {"systolic": 120}),
        entry("b", "first", 2, {"systolic": 130}),
        entry("c", "second", 3, {"systolic": 140}),
        entry("d", "second", 4, None, "withdraw", "c"),
    ]
    assert [one.values for one in readings(STEPS, said)] == [{"systolic": 130.0}]


def test_nobody_takes_back_a_reading_for_another_role() -> None:
    said = [
        entry("a", "first", 1, {"systolic": 120}),
        {**entry("b", "first", 2, None, "withdraw", "a"), "role": "client"},
    ]
    assert [one.values for one in readings(STEPS, said)] == [{"systolic": 120.0}]


@pytest.mark.parametrize("answer", [None, "x", {}, {"systolic": "x"}, {"systolic": 1e300}, {"systolic": True}, [1]])
def test_what_is_no_reading_is_not_drawn(answer: Any) -> None:
    found = readings(STEPS, [entry("a", "first", 1, answer)])
    assert [one.values for one in found] == [{}]
    assert panels(found, [], str) == []


def test_a_limit_reaches_as_far_as_the_readings_that_it_was_asked_of() -> None:
    said = [entry("a", "first", START, {"systolic": 120}), entry("b", "second", START + HOUR, {"systolic": 150})]
    (panel,) = panels(readings(STEPS, said), [START + 10 * MINUTE], str)
    never = [one for one in panel["limits"] if one["kind"] == "never"]
    assert never[0]["x2"] == never[1]["x1"]
    assert never[0]["y"] > never[1]["y"]  # 160 lies below 179
    assert [one["text"] for one in panel["limits"]] == ["160", "140", "179", ""], (
        "a number stands where a limit changes"
    )
    assert panel["series"][0]["last"] == "150"
    points = panel["series"][0]["points"]
    assert points[0]["x"] < panel["doses"][0] < points[1]["x"]
    for one in points:
        assert 0 < one["x"] < WIDTH
        assert 0 < one["y"] < TALL


async def test_staff_see_the_readings_of_the_day_and_others_do_not(world: World) -> None:
    world.clock.now = START - 20 * MINUTE
    desk = await world.desk()
    empty = (await desk.http.get(f"/s/{desk.handle}/")).text
    assert "data-series" not in empty
    await desk.say("baseline_bp", {"systolic": 150, "diastolic": 80})
    await desk.say("baseline_pulse_oxygen", {"pulse": 72, "spo2": 98})
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    text = (await desk.http.get(f"/s/{desk.handle}/")).text
    page = Page(text)
    assert page.faults == []
    assert set(page.having("data-series")) == {"systolic", "diastolic", "pulse", "spo2"}
    assert "150 <span" in text
    assert "beyond the limit" in text
    client = await world.seat("client")
    assert "data-vitals" not in (await client.http.get(f"/s/{client.handle}/")).text
