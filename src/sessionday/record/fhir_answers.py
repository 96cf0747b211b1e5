"""What was answered, as FHIR's items, quantities and observations: LOINC names the vital signs, UCUM the units."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

from sessionday.record.speech import Speech

Json = Mapping[str, Any]
Resource = dict[str, Any]
UCUM = {"mmHg": "mm[Hg]", "pcs": "{pcs}"}  # the others are spelled as here, and so many of so many is a score
PRESSURE = ("85354-9", "Blood pressure panel with all children optional")
SYSTOLIC = ("8480-6", "Systolic blood pressure")
DIASTOLIC = ("8462-4", "Diastolic blood pressure")
SIGNS = {
    "pulse": ("8867-4", "Heart rate"),
    "spo2": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    "breaths": ("9279-1", "Respiratory rate"),
}
VITAL = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}


def has_text(value: Any) -> bool:
    """Whether FHIR takes it for a string: one with nothing in it is none."""
    return isinstance(value, str) and bool(value.strip())


def quantity(value: float, unit: str | None) -> Resource:
    """A number with its unit."""
    found: Resource = {"value": value}
    if not unit:
        return found
    code = "{score}" if unit[:1] == "/" and unit[1:].isdigit() else UCUM.get(unit, unit)
    return {**found, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}


def items(speech: Speech, entry: Json) -> list[Resource]:
    """A question with its answer, and the parts of one that has several."""
    step, rules = entry["step"], speech.rules[entry["step"]]
    found: Resource = {"linkId": step, "text": speech.asked(entry)["what"]}
    if entry["kind"] == "waive":
        reason = entry["reason"] if has_text(entry["reason"]) else "-"
        label = speech.words["kinds"]["waive"]
        return [{**found, "item": [{"linkId": f"{step}.waive", "text": label, "answer": [{"valueString": reason}]}]}]
    parts = rules["answer"].get("items") or rules["answer"].get("fields")
    if not parts or not isinstance(entry["answer"], dict):
        return [{**found, "answer": [_value(speech, entry)]}]
    labels = speech.asked(entry)["answers"]
    return [{**found, "item": [_part(step, one, labels, entry["answer"].get(one["id"])) for one in parts]}]


def _part(step: str, one: Json, labels: Mapping[str, str], given: Any) -> Resource:
    """One line of several, or one number; with no answer where none was given."""
    found: Resource = {"linkId": f"{step}.{one['id']}", "text": labels[one["id"]]}
    if is_number(given):
        return {**found, "answer": [{"valueQuantity": quantity(given, one.get("unit"))}]}
    if given in ("yes", "no"):
        return {**found, "answer": [{"valueBoolean": given == "yes"}]}
    return {**found, "answer": [{"valueString": str(given)}]} if has_text(given) else found


def _value(speech: Speech, entry: Json) -> Resource:
    said, kind = entry["answer"], speech.rules[entry["step"]]["answer"]["type"]
    if kind == "time" and is_number(said) and abs(said) < 2**42:
        at = datetime.fromtimestamp(said / 1000, UTC)
        return {"valueDateTime": at.isoformat(timespec="seconds").replace("+00:00", "Z")}
    words = speech.answer(entry)
    if kind in ("choice", "confirm") and isinstance(said, str) and has_text(words):
        return {"valueCoding": {"code": said, "display": words}}
    return {"valueString": words if has_text(words) else "-"}


def observations(speech: Speech, entry: Json) -> Iterator[Resource]:
    """The vital signs in an answer; what was planned or counted is none."""
    rules, given = speech.rules[entry["step"]], entry["answer"]
    if entry["kind"] != "answer" or rules["answer"]["type"] != "measure" or not isinstance(given, dict):
        return
    units = {field["id"]: field["unit"] for field in rules["answer"]["fields"]}
    known = {id: value for id, value in given.items() if id in units and is_number(value)}
    if {"systolic", "diastolic"} <= known.keys():
        parts = [(SYSTOLIC, "systolic"), (DIASTOLIC, "diastolic")]
        yield {
            **_coded(PRESSURE),
            "component": [{"code": _code(of), "valueQuantity": quantity(known[id], units[id])} for of, id in parts],
        }
    for id, of in SIGNS.items():
        if id in known:
            yield {**_coded(of), "valueQuantity": quantity(known[id], units[id])}


def _coded(of: tuple[str, str]) -> Resource:
    return {"category": [{"coding": [VITAL]}], "code": _code(of)}


def _code(of: tuple[str, str]) -> Resource:
    return {"coding": [{"system": "http://loinc.org", "code": of[0], "display": of[1]}]}


def is_number(value: Any) -> TypeGuard[float]:
    """JSON's numbers: true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
