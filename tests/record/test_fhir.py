"""The bundle, held against the models of R4 that others wrote."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from sessionday.record.fhir import bundle

Json = dict[str, Any]
KINDS = {
    "Organization", "Patient", "Practitioner", "RelatedPerson", "PlanDefinition", "Procedure", "QuestionnaireResponse",
    "Observation", "MedicationAdministration", "Provenance", "AuditEvent",
}  # fmt: skip


def resources(made: Json, kind: str) -> list[Json]:
    return [one["resource"] for one in made["entry"] if one["resource"]["resourceType"] == kind]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "reference":
                yield inner
            yield from references(inner)
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


def refused(made: Json) -> list[str]:
    """What is wrong with a bundle: by the models, then what they don't look at."""
    try:
        Bundle.model_validate(made)
    except ValidationError as error:
        return [str(error)]
    urls, ids = [one["fullUrl"] for one in made["entry"]], [one["resource"]["id"] for one in made["entry"]]
    wrong = [f"{one} leads nowhere" for one in references(made) if one not in urls]
    wrong += [f"{id} is no id" for id in ids if not re.fullmatch(r"[A-Za-z0-9.-]{1,64}", id)]
    return wrong + (["two have one id"] if len(set(ids)) < len(ids) else [])


def test_it_is_valid_and_every_reference_resolves(record: Json) -> None:
    made = json.loads(bundle(record))
    assert refused(made) == []
    assert {one["resource"]["resourceType"] for one in made["entry"]} == KINDS
    said = [entry for entry in record["entries"] if entry["kind"] in ("answer", "waive")]
    assert len(resources(made, "QuestionnaireResponse")) == len(said)


def a_reference_to_nowhere(made: Json) -> None:
    resources(made, "RelatedPerson")[0]["patient"]["reference"] = "urn:uuid:nobody"


def no_status(made: Json) -> None:
    del resources(made, "Observation")[0]["status"]


def an_unknown_key(made: Json) -> None:
    resources(made, "Patient")[0]["nickname"] = "Sam"


def no_code(made: Json) -> None:
    del resources(made, "Observation")[0]["code"]


def an_odd_id(made: Json) -> None:
    made["entry"][1]["resource"]["id"] = "a b"


@pytest.mark.parametrize(
    "broken", [a_reference_to_nowhere, no_status, an_unknown_key, no_code, an_odd_id], ids=lambda one: one.__name__
)
def test_a_broken_bundle_is_refused(spravato: Json, broken: Callable[[Json], None]) -> None:
    made = json.loads(bundle(spravato))
    broken(made)
    assert refused(made) != []


def test_pressure_pulse_and_oxygen_carry_their_codes_and_units(spravato: Json) -> None:
    made = json.loads(bundle(spravato))
    found: dict[str, set[str]] = {}
    for one in resources(made, "Observation"):
        for part in one.get("component", [one]):
            found.setdefault(part["code"]["coding"][0]["code"], set()).add(part["valueQuantity"]["code"])
    assert found == {
        "8480-6": {"mm[Hg]"}, "8462-4": {"mm[Hg]"}, "8867-4": {"/min"}, "59408-5": {"%"}, "9279-1": {"/min"},
    }  # fmt: skip
    pressures = [one for one in resources(made, "Observation") if "component" in one]
    assert {one["code"]["coding"][0]["code"] for one in pressures} == {"85354-9"}


def test_each_dose_is_given_once(spravato: Json) -> None:
    doses = resources(json.loads(bundle(spravato)), "MedicationAdministration")
    assert [one["dosage"]["dose"]["value"] for one in doses] == [28, 28, 28]
    assert [one["effectiveDateTime"] for one in doses] == [f"2026-12-01T10:{m}:00.000Z" for m in ("00", "05", "10")]


def test_a_dose_that_was_taken_back_was_entered_in_error(spravato: Json) -> None:
    record = copy.deepcopy(spravato)
    dose = next(entry for entry in record["entries"] if entry["step"] == "dose")
    record["entries"].append({**dose, "id": "back", "kind": "withdraw", "of": dose["id"], "answer": None})
    statuses = [one["status"] for one in resources(json.loads(bundle(record)), "MedicationAdministration")]
    assert statuses == ["entered-in-error", "completed", "completed"]


@pytest.mark.parametrize("answer", [None, "", "  ", 5, 1e308, -(2**60), True, [], {}, {"systolic": "high"}, "\u0000"])
def test_whatever_was_answered_the_bundle_is_valid(spravato: Json, answer: Any) -> None:
    record = copy.deepcopy(spravato)
    for entry in record["entries"]:
        entry["answer"] = answer
    assert refused(json.loads(bundle(record))) == []


def test_the_head_of_the_chain_travels_along(spravato: Json) -> None:
    (provenance,) = resources(json.loads(bundle(spravato)), "Provenance")
    assert provenance["entity"][0]["what"]["identifier"]["value"] == spravato["session"]["head"]
