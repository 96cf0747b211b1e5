"""The programme's monitoring form: every field from the record, what is missing, and when it is due."""

import copy
from typing import Any

import pytest

from sessionday.record.monitoring import form, is_asked
from sessionday.record.speech import Speech

Json = dict[str, Any]


def fields(record: Json) -> dict[str, str]:
    return {row[0]: row[1] for row in form(Speech(record))}


def without(record: Json, *steps: str) -> Json:
    return {**record, "entries": [entry for entry in record["entries"] if entry["step"] not in steps]}


def test_a_good_day_leaves_no_field_missing(spravato: Json) -> None:
    found = fields(spravato)
    assert "missing" not in found.values()
    assert found["Dose"] == "84 mg"
    assert found["Treatment date"] == "Tue 1 Dec 2026"
    assert found["The form is due by"] == "Tue 8 Dec 2026"
    assert found["Blood pressure before"] == "Systolic 110 mmHg, Diastolic 65 mmHg"
    assert found["Watched by"] == "Zofia Wójcik"
    assert found["Oxygen saturation during the stay"].startswith("10:30 96.5 %; 10:41 96.5 %")


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ("concomitant", "Other medicines"),
        ("device_lot", "Lot number"),
        ("rems_minutes", "Minutes until ready, had there been no two-hour rule"),
        ("vitals_40", "Vital signs at 40 minutes"),
        ("effects_seen", "Sedation seen"),
        ("dose", "The form is due by"),
        ("monitoring_form", "Sent in by the clinic at"),
    ],
)
def test_what_nobody_said_is_told_as_missing(spravato: Json, step: str, field: str) -> None:
    assert fields(without(spravato, step))[field] == "missing"


def test_a_dose_that_was_taken_back_is_not_counted(spravato: Json) -> None:
    record = copy.deepcopy(spravato)
    dose = next(entry for entry in record["entries"] if entry["step"] == "dose")
    record["entries"].append({**dose, "id": "back", "kind": "withdraw", "of": dose["id"], "answer": None})
    assert fields(record)["Dose"] == "56 mg"


@pytest.mark.parametrize(
    ("answer", "sedation", "dissociation"),
    [("neither", "no", "no"), ("sedation", "yes", "no"), ("dissociation", "no", "yes"), ("both", "yes", "yes")],
)
def test_sedation_and_dissociation_are_told_apart(
    spravato: Json, answer: str, sedation: str, dissociation: str
) -> None:
    record = copy.deepcopy(spravato)
    next(entry for entry in record["entries"] if entry["step"] == "effects_seen")["answer"] = answer
    found = fields(record)
    assert (found["Sedation seen"], found["Dissociation seen"]) == (sedation, dissociation)


@pytest.mark.parametrize("answer", [None, "", 5, [], {"mg": "x", "spo2": None, "total": True}])
def test_whatever_was_answered_it_can_be_read(spravato: Json, answer: Any) -> None:
    record = copy.deepcopy(spravato)
    for entry in record["entries"]:
        entry["answer"] = answer
    assert len(fields(record)) == 22


def test_other_protocols_have_no_such_form(record: Json) -> None:
    assert is_asked(Speech(record)) == (record["protocol"]["id"] == "spravato")
