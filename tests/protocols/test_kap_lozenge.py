"""The built-in protocol: complete against the clinical table, worded for its readers, private where it must be."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import sessionday.protocols
from sessionday.protocols import load

KAP = load("kap-lozenge")
STEPS = {step["id"]: step for step in KAP.rules["steps"]}
WORDS = KAP.words["en"]["steps"]
FILE = Path(sessionday.protocols.__file__).parent / "kap-lozenge.yaml"
LAY = {"client", "support"}


def texts_of(words: dict[str, Any]) -> Iterator[str]:
    yield from (words[key] for key in ("title", "what", "why") if key in words)
    yield from words.get("answers", {}).values()


def lay_texts() -> list[tuple[str, str]]:
    """(step, text) of every text that a client or a support person is asked with."""
    found = []
    for id, words in WORDS.items():
        readers = LAY & set(STEPS[id]["who"])
        own = words.get("for", {})
        if readers - set(own):
            found += [(id, text) for text in texts_of(words)]
        found += [(id, text) for role in sorted(readers & set(own)) for text in texts_of(own[role])]
    return found


def all_texts() -> list[tuple[str, str]]:
    return [
        (id, text)
        for id, words in WORDS.items()
        for each in (words, *words.get("for", {}).values())
        for text in texts_of(each)
    ]


def test_it_has_about_fifty_steps_in_the_order_of_the_day() -> None:
    assert 45 <= len(STEPS) <= 60
    phases = [part["phase"] for part in KAP.parts]
    assert phases == sorted(phases, key=["before", "during", "after"].index)


def test_every_row_of_the_clinical_table_is_a_step_or_has_a_reason_not_to_be() -> None:
    sources = {source for shown in KAP.steps.values() for source in shown["source"]}
    reasons = yaml.safe_load(FILE.read_text(encoding="utf-8"))["not_steps"]
    rows = {f"K{number:02d}" for number in range(1, 54)}
    assert rows - sources - set(reasons) == set()
    assert set(reasons) <= rows


def test_every_source_looks_like_one() -> None:
    for shown in KAP.steps.values():
        assert all(re.fullmatch(r"[KFC]\d{1,2}|seed", source) for source in shown["source"])


ROWS = {
    "consent_on_file": "hard",
    "limits_received": "hard",
    "support_named": "hard",
    "duties_accepted": "hard",
    "ride_plan": "hard",
    "ride_confirmed": "hard",
    "rules_understood": "hard",
    "health_change": "decided",
    "medicines_held": "decided",
    "last_food": "decided",
    "last_drink": "decided",
    "alcohol_drugs": "decided",
    "ride_reconfirmed": "hard",
    "identity": "hard",
    "orientation": "decided",
    "mood_risk": "decided",
    "ride_giver_reached": "hard",
    "emergency_plan": "hard",
    "card_given": "hard",
    "time_out": "hard",
    "alert_oriented": "hard",
    "steady_gait": "hard",
    "discharge_vitals": "decided",
    "nausea_pain": "decided",
    "discharge_risk": "decided",
    "teach_back": "hard",
    "pickup": "decided",
    "way_home": "hard",
    "slept": "hard",
    "clear_headed": "hard",
    "night_company": "reminder",
    "car_and_keys": "reminder",
    "help_signal": "reminder",
    "swish_timer": "reminder",
    "drove_before": "reminder",
}


@pytest.mark.parametrize(("step", "stop"), ROWS.items())
def test_a_hard_stop_is_nobodys_to_set_aside_and_a_reminder_holds_no_gate(step: str, stop: str) -> None:
    assert (STEPS[step]["gate"] is None) == (stop == "reminder")
    if stop != "reminder":
        assert STEPS[step]["waivable"] == (stop == "decided")


def limits(step: str, name: str) -> dict[str, Any]:
    return next(each for each in STEPS[step]["answer"]["fields"] if each["id"] == name)


def test_blood_pressure_has_three_bands_and_low_oxygen_no_exception() -> None:
    systolic, diastolic = limits("baseline_bp", "systolic"), limits("baseline_bp", "diastolic")
    assert (systolic["stop_above"], systolic["never_above"]) == (140, 160)
    assert (diastolic["stop_above"], diastolic["never_above"]) == (90, 100)
    assert STEPS["baseline_bp"]["waivable"]
    assert limits("baseline_pulse_oxygen", "pulse")["stop_above"] == 100
    assert limits("baseline_pulse_oxygen", "spo2")["never_below"] == 93


def test_a_client_under_the_medicine_vouches_for_no_step_that_holds_the_dose() -> None:
    theirs = [step for step in STEPS.values() if "client" in step["who"] and step["gate"] == "dose"]
    assert theirs
    assert all(step["capacity"] for step in theirs)


def test_no_gate_but_the_clients_own_hold_waits_for_a_client_after_the_dose() -> None:
    for step in STEPS.values():
        if step["phase"] != "before" and step["gate"] in ("leave", "close"):
            assert "staff" in step["who"]


def test_a_flag_without_a_gate_can_be_set_aside_so_that_it_does_not_stay_next_for_ever() -> None:
    for id, step in STEPS.items():
        asks_lay = LAY & set(step["who"]) and not step["marks"] and not step["gate"]
        if asks_lay and step["answer"]["type"] != "text":
            assert step["waivable"], id


def test_the_prescriber_has_a_seat_in_the_dose_gate() -> None:
    assert STEPS["dose_planned"]["who"] == ["prescriber"]
    assert STEPS["dose_planned"]["gate"] == "dose"


VITALS = ("baseline_bp", "baseline_pulse_oxygen", "vitals_40", "discharge_vitals", "sedation_score", "alert_oriented")
DOSES = ("dose", "dose_planned", "limits_received", "lozenge_lot", "lozenges_counted", "lozenges_locked")
HEALTH = (
    "health_change",
    "medicines_held",
    "alcohol_drugs",
    "mood_risk",
    "discharge_risk",
    "evening_mood",
    "reactions",
)


@pytest.mark.parametrize("step", [*VITALS, *DOSES, *HEALTH, "intentions", "stayed_with_you", "touch"])
def test_a_support_person_sees_no_vitals_no_doses_and_no_private_words(step: str) -> None:
    assert "support" not in KAP.steps[step]["visible_to"]


def test_a_clients_private_words_are_for_the_client_and_staff() -> None:
    for step in ("intentions", "stayed_with_you"):
        assert KAP.steps[step]["visible_to"] == ["client", "staff"]


@pytest.mark.parametrize(
    "step", ["ride_plan", "ride_details", "ride_confirmed", "ride_reconfirmed", "way_home", "leave"]
)
def test_all_who_go_along_see_how_the_ride_stands(step: str) -> None:
    assert LAY | {"staff"} <= set(KAP.steps[step]["visible_to"])


@pytest.mark.parametrize("step", [*VITALS, "dose", "health_change", "mood_risk", "evening_mood", "reactions", "events"])
def test_the_prescriber_sees_what_is_clinical(step: str) -> None:
    assert "prescriber" in KAP.steps[step]["visible_to"]


def test_every_step_has_words_and_every_reader_their_own() -> None:
    for id, words in WORDS.items():
        assert {"title", "what", "why", "answers"} <= set(words)
        mixed = LAY & set(STEPS[id]["who"]) and "staff" in STEPS[id]["who"]
        assert not mixed or "staff" in words["for"], id


FORBIDDEN = r"\bsafe|\bcleared\b|addictive|\bplease\b|tick all|all of the above|\bPADSS\b|\bguarantee|\bproven\b"


def test_no_text_promises_what_nobody_knows() -> None:
    assert [(id, text) for id, text in all_texts() if re.search(FORBIDDEN, text, re.IGNORECASE)] == []


def test_the_medicines_name_is_in_no_title_and_in_nothing_that_a_client_is_asked() -> None:
    titles = [words["title"] for words in WORDS.values()] + [KAP.words["en"]["title"]]
    lay = [text for _, text in lay_texts()]
    assert [text for text in titles + lay if "ketamine" in text.lower()] == []


def test_every_yes_or_no_says_what_it_means() -> None:
    for id, words in WORDS.items():
        if STEPS[id]["answer"]["type"] == "confirm":
            for each in (words, *words.get("for", {}).values()):
                assert all(len(label.split()) > 2 for label in each.get("answers", {}).values()), id


def test_titles_are_short() -> None:
    assert [words["title"] for words in WORDS.values() if len(words["title"]) > 40] == []


def grade(text: str) -> float:
    """Flesch and Kincaid's grade of reading, with syllables counted as groups of vowels."""
    words = re.findall(r"[A-Za-z’']+", text)
    sentences = max(1, len(re.findall(r"[.?!:]+(?:\s|$)", text)))
    syllables = sum(syllables_of(word.lower()) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / max(1, len(words)) - 15.59


def syllables_of(word: str) -> int:
    silent = word.endswith("e") and not word.endswith(("le", "ee", "ie")) and len(re.findall(r"[aeiouy]+", word)) > 1
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)


def test_a_nine_year_old_could_read_what_clients_and_their_people_are_asked() -> None:
    asked = [text for _, text in lay_texts() if len(text.split()) >= 5]
    assert sum(map(grade, asked)) / len(asked) <= 5
    assert [
        (id, round(grade(text), 1), text) for id, text in lay_texts() if len(text.split()) >= 8 and grade(text) >= 9
    ] == []
