"""A whole good day under the built-in protocol, through the rules: every gate opens when it should, not before."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from sessionday.core import evaluate
from sessionday.protocols import load

RULES = load("kap-lozenge").rules
MINUTE = 60_000
DAY = 1440 * MINUTE
MIDNIGHT = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)
START = MIDNIGHT + 10 * 60 * MINUTE
SESSION = {
    "id": "s1",
    "start": START,
    "pickup_code": "4821",
    "days": [
        {"midnight": MIDNIGHT + day * DAY, "morning": MIDNIGHT + day * DAY + 6 * 60 * MINUTE} for day in range(-1, 11)
    ],
}
STEPS = {step["id"]: step for step in RULES["steps"]}


@dataclass
class Day:
    """A record that is written as the day goes on; minutes are counted from the planned start."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def say(self, minute: float, step: str, answer: object = None, role: str | None = None) -> None:
        rule, number = STEPS[step], len(self.entries) + 1
        role = role or rule["who"][0]
        t = START + round(minute * MINUTE)
        entry = {"id": f"{number:08d}", "device": role, "n": number, "seen": number - 1, "seq": number, "role": role}
        entry |= {"t": t, "kind": "answer", "step": step, "of": None, "reason": None}
        self.entries.append(entry | {"answer": good(rule["answer"], t) if answer is None else answer})

    def at(self, minute: float) -> dict[str, Any]:
        state: dict[str, Any] = evaluate(RULES, SESSION, self.entries, START + round(minute * MINUTE))
        return state


def good(answer: dict[str, Any], t: int) -> object:
    """An answer that is ok."""
    match answer["type"]:
        case "choice":
            return next(option["id"] for option in answer["options"] if option["verdict"] == "ok")
        case "checks":
            return {item["id"]: item["want"] for item in answer["items"]}
        case "measure":
            return {each["id"]: good_number(each) for each in answer["fields"]}
        case "time":
            return t if answer["latest_minutes"] is None else START + answer["latest_minutes"] * MINUTE
        case "code":
            return SESSION["pickup_code"]
        case "confirm":
            return "yes"
        case _:
            return "words"


def good_number(limits: dict[str, Any]) -> float:
    lows = [limits[key] for key in ("min", "stop_below", "never_below") if limits[key] is not None]
    highs = [limits[key] for key in ("max", "stop_above", "never_above") if limits[key] is not None]
    return float((max(lows) + min(highs)) / 2)


def before(day: Day) -> None:
    """Everything up to the dose, each said when it first can be."""
    for step in RULES["steps"]:
        if step["phase"] != "before" or step["marks"]:
            continue
        opens = step["opens"]["minutes"] if step["opens"] else -3 * 1440
        minute = max(opens, -40) if step["fresh_minutes"] else opens
        for role in step["who"] if step["quorum"] == "all" else step["who"][:1]:
            day.say(-10 if step["id"] == "time_out" else minute, step["id"], role=role)


def dosed() -> Day:
    day = Day()
    before(day)
    day.say(0, "dose")
    return day


def watched() -> Day:
    """As far as the door: the dose, a look every quarter of an hour, all that leaving asks for."""
    day = dosed()
    day.say(12, "swish_timer")
    for minute in range(15, 121, 15):
        day.say(minute, "watch")
    day.say(30, "sedation_score")
    day.say(40, "vitals_40")
    for step in RULES["steps"]:
        if step["gate"] == "leave" and not step["every"]:
            day.say(100, step["id"])
    return day


def gone_home() -> Day:
    day = watched()
    day.say(125, "leave")
    return day


def over() -> Day:
    """The next morning, with everything said."""
    day = gone_home()
    for minute, step in ((160, "home_safe"), (270, "evening_check"), (271, "evening_mood")):
        day.say(minute, step)
    morning = 20 * 60 + 30
    for step in (
        "slept",
        "clear_headed",
        "drove_before",
        "reactions",
        "lozenges_locked",
        "events",
        "integration_booked",
    ):
        day.say(morning, step)
    return day


MORNING = 20 * 60 + 31


def test_the_dose_gate_is_open_on_a_good_day() -> None:
    day = Day()
    before(day)
    state = day.at(-1)
    assert state["gates"]["dose"] == {"open": True, "blockers": []}
    assert state["stage"] == "before"
    assert state["alerts"] == []


@pytest.mark.parametrize("step", [step["id"] for step in RULES["steps"] if step["gate"] == "dose"])
def test_each_missing_answer_keeps_the_dose_gate_shut(step: str) -> None:
    day = Day()
    before(day)
    day.entries = [entry for entry in day.entries if entry["step"] != step]
    assert [blocker["step"] for blocker in day.at(-1)["gates"]["dose"]["blockers"]] == [step]


def test_every_before_step_is_reached_by_following_next() -> None:
    """Whoever does what their page says next, from the evening before on, opens the dose gate."""
    day = Day()
    followed: list[str] = []
    for minute in (-3000, -1000, -300, -150, -100, -30):
        for role in ("prescriber", "client", "support", "staff"):
            while step := day.at(minute)["next"][role]:
                day.say(minute, step, role=role)
                followed.append(step)
    assert len(followed) == len(set(followed)) + 1  # the sign for help is said by two
    assert day.at(-1)["gates"]["dose"]["open"]


def test_no_step_nags_while_the_client_is_under_the_medicine() -> None:
    day = dosed()
    assert all(day.at(minute)["next"]["client"] is None for minute in range(1, 240, 7))


def test_the_ride_givers_no_shuts_the_dose_gate() -> None:
    day = Day()
    before(day)
    day.say(-20, "ride_confirmed", "no")
    assert not day.at(-1)["gates"]["dose"]["open"]


def test_a_second_lozenge_needs_new_vital_signs_and_a_new_time_out() -> None:
    blockers = dosed().at(45)["gates"]["dose"]["blockers"]
    assert [blocker["step"] for blocker in blockers] == ["baseline_bp", "baseline_pulse_oxygen", "time_out"]
    assert {blocker["why"] for blocker in blockers} == {"expired"}


def test_the_leave_gate_opens_after_two_hours_and_not_before() -> None:
    day = watched()
    assert [blocker["why"] for blocker in day.at(119)["gates"]["leave"]["blockers"]] == ["observe"]
    assert day.at(121)["gates"]["leave"] == {"open": True, "blockers": []}
    assert day.at(121)["alerts"] == []


@pytest.mark.parametrize("step", [step["id"] for step in RULES["steps"] if step["gate"] == "leave"])
def test_each_missing_answer_keeps_the_leave_gate_shut(step: str) -> None:
    day = watched()
    day.entries = [entry for entry in day.entries if entry["step"] != step]
    assert [blocker["step"] for blocker in day.at(121)["gates"]["leave"]["blockers"]] == [step]


def test_a_second_lozenge_asks_the_discharge_questions_anew() -> None:
    day = watched()
    day.say(110, "dose")
    shut = {blocker["step"] for blocker in day.at(231)["gates"]["leave"]["blockers"]}
    assert {"discharge_vitals", "alert_oriented", "steady_gait", "pickup", "way_home"} <= shut


def test_leaving_alone_can_not_be_set_aside() -> None:
    day = watched()
    day.say(122, "way_home", "goes_alone")
    assert [blocker["step"] for blocker in day.at(123)["gates"]["leave"]["blockers"]] == ["way_home"]
    assert not STEPS["way_home"]["waivable"]


def test_the_hold_lasts_to_the_next_morning_and_to_the_clients_own_word() -> None:
    day = gone_home()
    assert day.at(126)["stage"] == "after"
    assert day.at(126)["hold_until"] == MIDNIGHT + DAY + 6 * 60 * MINUTE
    assert [blocker["step"] for blocker in day.at(MORNING)["gates"]["drive"]["blockers"]] == ["slept", "clear_headed"]


def test_the_next_morning_is_clear_and_the_record_can_be_closed() -> None:
    day = over()
    state = day.at(MORNING)
    assert state["stage"] == "clear"
    assert state["gates"]["close"] == {"open": True, "blockers": []}
    assert state["alerts"] == []
    day.say(MORNING, "close")
    assert day.at(MORNING + 1)["stage"] == "closed"
    assert day.at(MORNING + 1)["alerts"] == []


def test_a_bad_night_keeps_the_hold_until_a_better_answer() -> None:
    day = over()
    day.say(MORNING, "slept", "not_rested")
    assert not day.at(MORNING + 1)["gates"]["drive"]["open"]
    day.say(MORNING + 300, "slept", "less_but_rested")
    assert day.at(MORNING + 301)["gates"]["drive"]["open"]


def test_a_phone_that_hears_nothing_assumes_the_dose_once_its_gate_could_open() -> None:
    assert Day().at(-61)["gates"]["drive"]["open"]
    assert not Day().at(-60)["gates"]["drive"]["open"]
    opens = [STEPS[step]["opens"]["minutes"] for step in ("baseline_bp", "baseline_pulse_oxygen", "time_out")]
    assert opens == [RULES["assume"]["from_minutes"]] * 3
