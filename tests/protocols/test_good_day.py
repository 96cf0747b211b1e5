"""A whole good day under each built-in protocol, through the rules: every gate opens when it should, not before."""

import pytest

from .built_in import NAMES, BuiltIn, built_in
from .good_day import LEFT, MIDNIGHT, MINUTE, START, Day, dosed, left, over, prepared, watched

KAP = ("kap-lozenge", "kap-im", "kap-remote")
DAY = 1440


@pytest.fixture(params=NAMES)
def protocol(request: pytest.FixtureRequest) -> BuiltIn:
    return built_in(request.param)


def holding(gate: str) -> list[tuple[str, str]]:
    """(protocol, step) of every step that holds the gate."""
    return [(name, id) for name in NAMES for id, step in built_in(name).steps.items() if step["gate"] == gate]


def test_the_dose_gate_is_open_on_a_good_day(protocol: BuiltIn) -> None:
    state = prepared(protocol).at(-1)
    assert state["gates"]["dose"] == {"open": True, "blockers": []}
    assert state["stage"] == "before"
    assert state["alerts"] == []


@pytest.mark.parametrize(("name", "step"), holding("dose"))
def test_each_missing_answer_keeps_the_dose_gate_shut(name: str, step: str) -> None:
    assert prepared(built_in(name)).without(step).shut(-1, "dose") == [step]


def test_every_before_step_is_reached_by_following_next(protocol: BuiltIn) -> None:
    """Whoever does what their page says next, from the evening before on, opens the dose gate."""
    day = Day(protocol)
    followed: list[str] = []
    for minute in (-3000, -1000, -300, -150, -100, -30):
        for role in ("prescriber", "client", "support", "staff"):
            while step := day.at(minute)["next"][role]:
                day.say(minute, step, role=role)
                followed.append(step)
    by_two = [id for id, step in protocol.steps.items() if step["quorum"] == "all"]
    assert len(followed) == len(set(followed)) + len(by_two)
    assert day.at(-1)["gates"]["dose"]["open"]


def test_no_step_nags_while_the_client_is_under_the_medicine(protocol: BuiltIn) -> None:
    day = dosed(protocol)
    assert all(day.at(minute)["next"]["client"] is None for minute in range(1, 240, 7))


@pytest.mark.parametrize("step", ["ride_confirmed", "ride_reconfirmed", "watch_confirmed", "watch_reconfirmed"])
def test_the_other_persons_no_shuts_the_dose_gate(protocol: BuiltIn, step: str) -> None:
    if step not in protocol.steps:
        assert (step in built_in("kap-remote").steps) != (protocol.name == "kap-remote")
        return
    day = prepared(protocol)
    day.say(-20, step, "no" if protocol.steps[step]["answer"]["type"] == "confirm" else {"coming": "no"})
    assert day.shut(-1, "dose") == [step]


@pytest.mark.parametrize("name", KAP)
def test_a_second_dose_needs_new_vital_signs_and_a_new_time_out(name: str) -> None:
    blockers = dosed(built_in(name)).at(45)["gates"]["dose"]["blockers"]
    assert [blocker["step"] for blocker in blockers] == ["baseline_bp", "baseline_pulse_oxygen", "time_out"]
    assert {blocker["why"] for blocker in blockers} == {"expired"}


def test_three_devices_with_their_rests_need_nothing_new() -> None:
    day = dosed(built_in("spravato"))
    assert day.at(11)["alerts"] == []
    assert day.at(11)["gates"]["dose"]["open"]


def test_the_leave_gate_opens_after_two_hours_and_not_before(protocol: BuiltIn) -> None:
    """From the first device, or from the one dose."""
    day = watched(protocol)
    assert [blocker["why"] for blocker in day.at(119)["gates"]["leave"]["blockers"]] == ["observe"]
    assert day.at(121)["gates"]["leave"] == {"open": True, "blockers": []}
    assert day.at(121)["alerts"] == []


@pytest.mark.parametrize(("name", "step"), holding("leave"))
def test_each_missing_answer_keeps_the_leave_gate_shut(name: str, step: str) -> None:
    assert watched(built_in(name)).without(step).shut(121, "leave") == [step]


def test_a_second_dose_asks_the_discharge_questions_anew(protocol: BuiltIn) -> None:
    day = watched(protocol)
    day.say(110, "dose")
    shut = set(day.shut(169, "leave"))
    asked = {id for id, step in protocol.steps.items() if (step["opens"] or {}) == {"from": "dose", "minutes": 60}}
    assert {step for step in asked if protocol.steps[step]["gate"] == "leave"} <= shut
    assert {"discharge_vitals", "alert_oriented", "steady_gait"} <= asked


def test_a_second_dose_starts_the_time_to_stay_again_but_for_devices(protocol: BuiltIn) -> None:
    day = watched(protocol)
    day.say(110, "dose")
    assert (None in day.shut(229, "leave")) == (protocol.name != "spravato")
    assert None not in day.shut(231, "leave")


@pytest.mark.parametrize(
    ("name", "step", "answer"),
    [
        ("kap-lozenge", "way_home", "goes_alone"),
        ("kap-im", "way_home", "goes_alone"),
        ("spravato", "way_home", "goes_alone"),
        ("kap-remote", "stays_on", "goes_out"),
    ],
)
def test_going_alone_can_not_be_set_aside(name: str, step: str, answer: str) -> None:
    day = watched(built_in(name))
    day.say(122, step, answer)
    day.waive(123, step, "They insist.")
    assert day.shut(124, "leave") == [step]
    assert [alert["level"] for alert in day.at(124)["alerts"] if alert["step"] == step] == ["critical"]


def test_high_pressure_before_is_the_prescribers_to_decide() -> None:
    day = prepared(built_in("spravato"))
    day.say(-8, "baseline_bp", {"systolic": 165, "diastolic": 95})
    assert day.shut(-7, "dose") == ["baseline_bp"]
    day.waive(-6, "baseline_bp", "Dr Okafor: usual for this client, benefit outweighs.")
    assert day.shut(-5, "dose") == []


@pytest.mark.parametrize("name", KAP)
def test_very_high_pressure_before_is_nobodys_to_decide(name: str) -> None:
    day = prepared(built_in(name))
    day.say(-8, "baseline_bp", {"systolic": 165, "diastolic": 95})
    day.waive(-6, "baseline_bp", "Dr Okafor says go.")
    assert day.shut(-5, "dose") == ["baseline_bp"]


def test_a_long_infusion_waits_for_the_staffs_word() -> None:
    day = watched(built_in("kap-im"))
    day.say(110, "dose_ended", "longer")
    assert day.shut(121, "leave") == ["dose_ended"]
    day.waive(175, "dose_ended", "Ended at 11:55, 60 minutes ago.")
    assert "dose_ended" not in day.shut(176, "leave")


def test_low_oxygen_stands_until_a_better_reading() -> None:
    day = watched(built_in("spravato"))
    day.say(121, "oximetry", {"spo2": 91, "breaths": 9})
    assert day.shut(122, "leave") == ["oximetry"]
    day.say(124, "oximetry", {"spo2": 96, "breaths": 14})
    assert day.shut(125, "leave") == []


def test_a_look_that_the_support_person_missed_reaches_staff_and_staff_can_look_instead() -> None:
    day = dosed(built_in("kap-remote"))
    day.say(12, "swish_timer")
    assert [alert["step"] for alert in day.at(21)["alerts"]] == ["watch"]
    day.say(21, "watch", role="staff")
    assert day.at(22)["alerts"] == []


def test_the_hold_lasts_to_the_next_day_and_to_the_clients_own_word(protocol: BuiltIn) -> None:
    day = left(protocol)
    at_least = {"kap-im": START + DAY * MINUTE}
    assert day.at(LEFT + 1)["stage"] == "after"
    next_morning = MIDNIGHT + (DAY + 360) * MINUTE
    assert day.at(LEFT + 1)["hold_until"] == at_least.get(protocol.name, next_morning)
    assert day.shut(day.hold_ends() + 1, "drive") == ["slept", "clear_headed"]


def test_the_next_morning_is_clear_and_the_record_can_be_closed(protocol: BuiltIn) -> None:
    day = over(protocol)
    morning = day.hold_ends() + 31
    state = day.at(morning)
    assert state["stage"] == "clear"
    assert state["gates"]["close"] == {"open": True, "blockers": []}
    assert state["alerts"] == []
    day.say(morning, "close")
    assert day.at(morning + 1)["stage"] == "closed"
    assert day.at(morning + 1)["alerts"] == []


@pytest.mark.parametrize(("name", "step"), holding("close"))
def test_each_missing_answer_keeps_the_close_gate_shut(name: str, step: str) -> None:
    day = over(built_in(name)).without(step)
    assert day.shut(day.hold_ends() + 31, "close") == [step]


def test_no_step_is_left_over_at_the_end_of_a_good_day(protocol: BuiltIn) -> None:
    day = over(protocol)
    statuses = day.at(day.hold_ends() + 31)["steps"]
    marks = {step["id"] for step in protocol.steps.values() if step["marks"]}
    fresh = {id for id, step in protocol.steps.items() if step["fresh_minutes"] and step["gate"] == "dose"}
    assert [id for id in statuses.keys() - marks - fresh if statuses[id]["status"] != "done"] == []


def test_a_bad_night_keeps_the_hold_until_a_better_answer(protocol: BuiltIn) -> None:
    day = over(protocol)
    morning = day.hold_ends() + 31
    day.say(morning, "slept", "not_rested")
    assert not day.at(morning + 1)["gates"]["drive"]["open"]
    day.say(morning + 300, "slept", "less_but_rested")
    assert day.at(morning + 301)["gates"]["drive"]["open"]


def test_the_monitoring_form_is_an_alarm_on_day_five_and_in_time_until_day_seven() -> None:
    day = over(built_in("spravato")).without("monitoring_form")
    late = 5 * DAY + 1
    assert "monitoring_form" not in {alert["step"] for alert in day.at(late - 2)["alerts"]}
    assert "monitoring_form" in {alert["step"] for alert in day.at(late)["alerts"]}
    day.say(late + 10, "monitoring_form")
    assert day.at(late + 11)["gates"]["close"]["open"]


def test_a_phone_that_hears_nothing_assumes_the_dose_once_its_gate_could_open(protocol: BuiltIn) -> None:
    day = Day(protocol)
    assert day.at(-61)["gates"]["drive"]["open"]
    assert not day.at(-60)["gates"]["drive"]["open"]
    opens = [protocol.steps[step]["opens"]["minutes"] for step in ("baseline_bp", "baseline_pulse_oxygen", "time_out")]
    assert opens == [protocol.checklist.rules["assume"]["from_minutes"]] * 3
