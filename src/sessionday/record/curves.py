"""The vital signs as curves, each with the limits that held when it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sessionday.record.fhir_answers import is_number
from sessionday.record.speech import Speech

Json = Mapping[str, Any]
LIMITS = ("never_below", "stop_below", "stop_above", "never_above")
GROUPS = (("systolic", "diastolic"), ("pulse",), ("spo2",))


@dataclass(slots=True)
class Curve:
    """`points` are (t, value); `limits` (t, value) too, one for each limit at each reading."""

    label: str
    unit: str
    points: list[tuple[int, float]] = field(default_factory=list)
    limits: list[tuple[int, float]] = field(default_factory=list)


def curves(speech: Speech) -> list[list[Curve]]:
    """What is drawn in one frame, frame by frame; a frame with nothing in it is left out."""
    found: dict[str, Curve] = {}
    for entry in sorted(speech.entries, key=lambda one: (one["t"], one["seq"])):
        rules = speech.rules.get(entry["step"])
        if entry["kind"] == "answer" and rules and rules["answer"]["type"] == "measure":
            _add(found, speech, entry, rules["answer"]["fields"])
    frames = [[found[id] for id in group if id in found] for group in GROUPS]
    return [frame for frame in frames if frame]


def _add(found: dict[str, Curve], speech: Speech, entry: Json, fields: list[dict[str, Any]]) -> None:
    given = entry["answer"] if isinstance(entry["answer"], dict) else {}
    labels = speech.pack["texts"]["steps"][entry["step"]]["answers"]
    for one in fields:
        value = given.get(one["id"])
        if is_number(value) and (one["min"] is None or one["min"] <= value <= one["max"]):
            curve = found.setdefault(one["id"], Curve(labels[one["id"]], one["unit"] or ""))
            curve.points.append((entry["t"], value))
            limits: list[float] = [one[limit] for limit in LIMITS if one[limit] is not None]
            curve.limits += [(entry["t"], limit) for limit in limits]
