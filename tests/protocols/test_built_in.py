"""The built-in protocols: complete against the clinical ground, worded for their readers, private where needed."""

import re
from collections import Counter
from typing import Any

import pytest

from .built_in import LAY, NAMES, BuiltIn, built_in, texts_of

KAP = ("kap-lozenge", "kap-im", "kap-remote")
SIZES = {"kap-lozenge": 55, "kap-im": 60, "kap-remote": 60, "spravato": 65}


@pytest.fixture(params=NAMES)
def protocol(request: pytest.FixtureRequest) -> BuiltIn:
    return built_in(request.param)


def test_it_has_the_steps_of_one_day_in_the_days_order(protocol: BuiltIn) -> None:
    assert abs(len(protocol.steps) - SIZES[protocol.name]) <= 5
    phases = [part["phase"] for part in protocol.checklist.parts]
    assert phases == sorted(phases, key=["before", "during", "after"].index)


def test_every_row_of_the_clinical_ground_is_a_step_or_has_a_reason_not_to_be(protocol: BuiltIn) -> None:
    sources = {source for shown in protocol.shown.values() for source in shown["source"]}
    assert set(protocol.rows) - sources - set(protocol.reasons) == set()
    assert set(protocol.reasons) <= set(protocol.rows)


def test_every_step_has_sources_that_look_like_some(protocol: BuiltIn) -> None:
    rows = "S" if protocol.name == "spravato" else "K"
    for id, shown in protocol.shown.items():
        assert shown["source"], id
        assert all(re.fullmatch(rf"[{rows}FC]\d{{1,2}}|seed", source) for source in shown["source"]), id
        assert all(source in protocol.rows for source in shown["source"] if source[0] == rows), id


def test_a_row_in_the_rules_numbers_is_not_asked_of_anybody(protocol: BuiltIn) -> None:
    """A reason that says “reckoned” must name what reckons it."""
    for reason in protocol.reasons.values():
        for named in re.findall(r"`(\w+)`", reason):
            assert named in protocol.steps or named in protocol.checklist.rules, named


def test_each_event_has_one_step_that_marks_it(protocol: BuiltIn) -> None:
    marks = Counter(step["marks"] for step in protocol.steps.values() if step["marks"])
    assert marks == {"dose": 1, "leave": 1, "close": 1, "cancel": 1, "help": 1}
    assert all(protocol.steps[mark]["marks"] == mark for mark in marks)


def test_what_two_protocols_share_by_name_they_ask_of_the_same_kind(protocol: BuiltIn) -> None:
    """People and phones know a step by its id: it holds the same gate and takes the same type of answer everywhere."""
    model = built_in("kap-lozenge").steps
    for id in protocol.steps.keys() & model.keys():
        for key in ("gate", "marks", "capacity", "quorum", "phase"):
            assert protocol.steps[id][key] == model[id][key], (id, key)
        assert protocol.steps[id]["answer"]["type"] == model[id]["answer"]["type"], id


# Steps with the lozenge's id whose words had to differ; a fix in any other step belongs in all four files.
OWN_WORDS = {
    "kap-lozenge": set[str](),
    "kap-im": {
        *("consent_on_file", "dose_planned", "rules_understood", "identity", "dose", "sedation_score", "vitals_40"),
        "steady_gait",
    },
    "kap-remote": {
        *("consent_on_file", "support_named", "duties_accepted", "car_and_keys", "identity", "baseline_bp", "leave"),
        *("baseline_pulse_oxygen", "orientation", "mood_risk", "emergency_plan", "touch", "card_given", "lozenge_lot"),
        *("lozenges_counted", "time_out", "cancel", "dose", "swish_timer", "watch", "sedation_score", "vitals_40"),
        *("discharge_vitals", "alert_oriented", "steady_gait", "nausea_pain", "discharge_risk", "teach_back"),
        "lozenges_locked",
    },
    "spravato": {
        *("dose_planned", "last_food", "last_drink", "identity", "baseline_bp", "baseline_pulse_oxygen", "time_out"),
        *("help_signal", "dose", "vitals_40", "steady_gait"),
    },
}


def test_what_is_asked_in_the_same_way_is_asked_in_the_same_words(protocol: BuiltIn) -> None:
    model = built_in("kap-lozenge").words
    shared = protocol.words.keys() & model.keys()
    assert {id for id in shared if protocol.words[id] != model[id]} == OWN_WORDS[protocol.name]


# What each row's hard stop, decision or reminder has become. Steps that a protocol lacks are in its own list.
COMMON = {
    "support_named": "hard",
    "duties_accepted": "hard",
    "rules_understood": "hard",
    "health_change": "decided",
    "last_food": "decided",
    "last_drink": "decided",
    "identity": "hard",
    "baseline_bp": "decided",
    "baseline_pulse_oxygen": "decided",
    "orientation": "decided",
    "mood_risk": "decided",
    "emergency_plan": "hard",
    "card_given": "hard",
    "time_out": "hard",
    "alert_oriented": "hard",
    "steady_gait": "hard",
    "discharge_vitals": "decided",
    "nausea_pain": "decided",
    "discharge_risk": "decided",
    "teach_back": "hard",
    "slept": "hard",
    "clear_headed": "hard",
    "watch": "decided",
    "night_company": "reminder",
    "car_and_keys": "reminder",
    "help_signal": "reminder",
    "drove_before": "reminder",
}
THERAPY = {
    "consent_on_file": "hard",
    "limits_received": "hard",
    "medication_plan": "hard",
    "medicines_held": "decided",
    "alcohol_drugs": "decided",
}
RIDE = {
    "ride_plan": "hard",
    "ride_details": "hard",
    "ride_confirmed": "hard",
    "ride_reconfirmed": "hard",
    "ride_giver_reached": "hard",
    "way_home": "hard",
    "pickup": "decided",
}
HOME = {
    "watch_confirmed": "hard",
    "watch_reconfirmed": "hard",
    "support_reached": "hard",
    "home_address": "hard",
    "contact_path": "hard",
    "room_ready": "hard",
    "stays_on": "hard",
    "swish_timer": "reminder",
}
REMS = {
    "setting_ready": "hard",
    "enrolled": "hard",
    "counselled": "hard",
    "contraindications": "hard",
    "driving_rule_told": "hard",
    "concomitant": "decided",
    "nose_spray": "decided",
    "vitals_acceptable": "decided",
    "vitals_acceptable_after": "decided",
    "ready_to_leave": "hard",
    "self_sprayed": "reminder",
    "bp_again": "reminder",
}
STOPS = {
    "kap-lozenge": COMMON | THERAPY | RIDE | {"swish_timer": "reminder"},
    "kap-im": COMMON | THERAPY | RIDE | {"dose_ended": "decided"},
    "kap-remote": COMMON | THERAPY | HOME,
    "spravato": COMMON | RIDE | REMS,
}


@pytest.mark.parametrize(("name", "step"), [(name, step) for name, steps in STOPS.items() for step in steps])
def test_a_hard_stop_is_nobodys_to_set_aside_and_a_reminder_holds_no_gate(name: str, step: str) -> None:
    rule, stop = built_in(name).steps[step], STOPS[name][step]
    assert (rule["gate"] is None) == (stop == "reminder")
    if stop != "reminder":
        assert rule["waivable"] == (stop == "decided")


def limits(protocol: BuiltIn, step: str, name: str) -> dict[str, Any]:
    fields = protocol.steps[step]["answer"]["fields"]
    found: dict[str, Any] = next(each for each in fields if each["id"] == name)
    return found


@pytest.mark.parametrize("name", KAP)
def test_blood_pressure_has_three_bands_and_low_oxygen_no_exception(name: str) -> None:
    kap = built_in(name)
    systolic, diastolic = limits(kap, "baseline_bp", "systolic"), limits(kap, "baseline_bp", "diastolic")
    assert (systolic["stop_above"], systolic["never_above"]) == (140, 160)
    assert (diastolic["stop_above"], diastolic["never_above"]) == (90, 100)
    assert limits(kap, "baseline_pulse_oxygen", "pulse")["stop_above"] == 100
    assert limits(kap, "baseline_pulse_oxygen", "spo2")["never_below"] == 93


def test_under_the_risk_programme_pressure_before_is_a_decision_and_never_absolute() -> None:
    spravato = built_in("spravato")
    for field, limit in (("systolic", 140), ("diastolic", 90)):
        found = limits(spravato, "baseline_bp", field)
        assert (found["stop_above"], found["never_above"]) == (limit, None)
    assert limits(spravato, "baseline_pulse_oxygen", "spo2")["never_below"] is None


NUMBERS = {
    "kap-lozenge": ("dose", 120, 720),
    "kap-im": ("dose", 120, 1440),
    "kap-remote": ("dose", 120, 720),
    "spravato": ("first_dose", 120, 0),
}


def test_the_time_to_stay_and_the_hold_are_the_grounds(protocol: BuiltIn) -> None:
    rules = protocol.checklist.rules
    found = (rules["observe"]["from"], rules["observe"]["minutes"], rules["hold"]["at_least_minutes"])
    assert found == NUMBERS[protocol.name]


def test_an_emergency_pressure_in_the_session_is_critical(protocol: BuiltIn) -> None:
    for step in {"vitals_20", "vitals_40", "bp_again"} & protocol.steps.keys():
        assert limits(protocol, step, "systolic")["never_above"] == 179
        assert limits(protocol, step, "diastolic")["never_above"] == 109


def test_a_client_under_the_medicine_vouches_for_no_step_that_holds_the_dose(protocol: BuiltIn) -> None:
    theirs = [step for step in protocol.steps.values() if "client" in step["who"] and step["gate"] == "dose"]
    assert theirs
    assert all(step["capacity"] for step in theirs)


def test_no_gate_but_the_clients_own_hold_waits_for_a_client_after_the_dose(protocol: BuiltIn) -> None:
    for step in protocol.steps.values():
        if step["phase"] != "before" and step["gate"] in ("leave", "close"):
            assert "staff" in step["who"]


def test_a_flag_without_a_gate_can_be_set_aside_so_that_it_does_not_stay_next_for_ever(protocol: BuiltIn) -> None:
    for id, step in protocol.steps.items():
        asks_lay = LAY & set(step["who"]) and not step["marks"] and not step["gate"]
        if asks_lay and step["answer"]["type"] not in ("text", "time"):
            assert step["waivable"], id


def test_the_prescriber_has_a_seat_in_the_dose_gate(protocol: BuiltIn) -> None:
    assert protocol.steps["dose_planned"]["who"] == ["prescriber"]
    assert protocol.steps["dose_planned"]["gate"] == "dose"


VITALS = {
    *("baseline_bp", "baseline_pulse_oxygen", "vitals_20", "vitals_40", "discharge_vitals", "sedation_score"),
    *("alert_oriented", "bp_again", "oximetry", "vitals_acceptable", "vitals_acceptable_after", "effects_seen"),
}
DOSES = {
    *("dose", "dose_planned", "limits_received", "lozenge_lot", "lozenges_counted", "lozenges_locked", "vial_lot"),
    *("vials_counted", "vials_locked", "dose_ended", "device_lot", "rems_minutes"),
}
HEALTH = {
    *("health_change", "medicines_held", "alcohol_drugs", "mood_risk", "discharge_risk", "evening_mood", "reactions"),
    *("contraindications", "concomitant", "nose_spray", "serious_event", "events", "monitoring_form"),
}
PRIVATE = {"intentions", "stayed_with_you"}


def test_a_support_person_sees_no_vitals_no_doses_and_no_private_words(protocol: BuiltIn) -> None:
    for step in (VITALS | DOSES | HEALTH | PRIVATE) & protocol.steps.keys():
        assert "support" not in protocol.shown[step]["visible_to"], step


def test_touch_is_between_the_client_and_whoever_touches() -> None:
    assert built_in("kap-lozenge").shown["touch"]["visible_to"] == ["client", "staff"]
    assert built_in("kap-im").shown["touch"]["visible_to"] == ["client", "staff"]
    assert built_in("kap-remote").shown["touch"]["visible_to"] == ["client", "support", "staff"]


def test_whatever_measures_is_kept_from_the_support_person(protocol: BuiltIn) -> None:
    """So that a new step with numbers can't be forgotten in the lists above."""
    for id, step in protocol.steps.items():
        assert step["answer"]["type"] != "measure" or "support" not in protocol.shown[id]["visible_to"], id


def test_a_clients_private_words_are_for_the_client_and_staff(protocol: BuiltIn) -> None:
    for step in PRIVATE & protocol.steps.keys():
        assert protocol.shown[step]["visible_to"] == ["client", "staff"]


RIDES = {
    *("ride_plan", "ride_details", "ride_confirmed", "ride_reconfirmed", "way_home", "leave"),
    *("watch_confirmed", "watch_reconfirmed", "support_reached", "stays_on", "home_address", "contact_path"),
}


def test_all_who_go_along_see_how_the_ride_or_the_watch_at_home_stands(protocol: BuiltIn) -> None:
    for step in RIDES & protocol.steps.keys():
        assert LAY | {"staff"} <= set(protocol.shown[step]["visible_to"]), step


def test_the_prescriber_sees_what_is_clinical(protocol: BuiltIn) -> None:
    for step in ((VITALS | HEALTH) & protocol.steps.keys()) | {"dose", "watch"}:
        assert "prescriber" in protocol.shown[step]["visible_to"], step


def test_at_home_the_support_person_looks_and_staff_can_too() -> None:
    home = built_in("kap-remote")
    assert home.steps["watch"]["who"] == ["support", "staff"]
    assert home.steps["watch"]["every"] == {"minutes": 15, "grace_minutes": 5}
    assert home.steps["leave"]["who"] == ["staff"]


def test_every_step_has_words_and_every_reader_their_own(protocol: BuiltIn) -> None:
    for id, words in protocol.words.items():
        assert {"title", "what", "why", "answers"} <= set(words)
        mixed = LAY & set(protocol.steps[id]["who"]) and "staff" in protocol.steps[id]["who"]
        assert not mixed or "staff" in words["for"], id


FORBIDDEN = r"\bsafe|\bcleared\b|addictive|\bplease\b|tick all|all of the above|\bPADSS\b|\bguarantee|\bproven\b"


def test_no_text_promises_what_nobody_knows(protocol: BuiltIn) -> None:
    texts = [*protocol.all_texts(), ("", protocol.checklist.words["en"]["title"])]
    assert [(id, text) for id, text in texts if re.search(FORBIDDEN, text, re.IGNORECASE)] == []


def test_the_medicines_name_is_in_no_title_and_in_nothing_that_a_client_is_asked(protocol: BuiltIn) -> None:
    titles = [text for words in protocol.words.values() for each in titled(words) for text in [each["title"]]]
    titles += [protocol.checklist.words["en"]["title"], *protocol.checklist.words["en"]["parts"].values()]
    lay = [text for _, text in protocol.lay_texts()]
    assert [text for text in titles + lay if re.search("ketamin|spravato", text, re.IGNORECASE)] == []


def titled(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in (words, *words.get("for", {}).values()) if "title" in each]


def test_every_yes_or_no_says_what_it_means(protocol: BuiltIn) -> None:
    for id, words in protocol.words.items():
        if protocol.steps[id]["answer"]["type"] == "confirm":
            for each in (words, *words.get("for", {}).values()):
                assert all(len(label.split()) > 2 for label in each.get("answers", {}).values()), id


def test_titles_are_short(protocol: BuiltIn) -> None:
    titles = [each["title"] for words in protocol.words.values() for each in titled(words)]
    assert [title for title in titles if len(title) > 40] == []


STRANGE = {"kap-im": "lozenge", "spravato": "lozenge|therapist", "kap-remote": r"\bride-?giver|vehicle|ride home"}


@pytest.mark.parametrize(("name", "words"), STRANGE.items())
def test_no_protocol_speaks_of_another_ones_medicine_or_way_home(name: str, words: str) -> None:
    assert [text for _, text in built_in(name).all_texts() if re.search(words, text, re.IGNORECASE)] == []


def grade(text: str) -> float:
    """Flesch and Kincaid's grade of reading, with syllables counted as groups of vowels."""
    words = re.findall(r"[A-Za-z’']+", text)
    sentences = max(1, len(re.findall(r"[.?!:]+(?:\s|$)", text)))
    syllables = sum(syllables_of(word.lower()) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / max(1, len(words)) - 15.59


def syllables_of(word: str) -> int:
    silent = word.endswith("e") and not word.endswith(("le", "ee", "ie")) and len(re.findall(r"[aeiouy]+", word)) > 1
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)


def test_a_nine_year_old_could_read_what_clients_and_their_people_are_asked(protocol: BuiltIn) -> None:
    asked = [text for _, text in protocol.lay_texts() if len(text.split()) >= 5]
    assert sum(map(grade, asked)) / len(asked) <= 5
    hard = [(id, round(grade(text), 1), text) for id, text in protocol.lay_texts() if len(text.split()) >= 8]
    assert [each for each in hard if each[1] >= 9] == []


def test_no_text_is_empty(protocol: BuiltIn) -> None:
    assert all(text.strip() for words in protocol.words.values() for text in texts_of(words))
