"""The programme’s monitoring form, field by field, to copy from. The clinic fills it in and sends it."""

from datetime import date, timedelta
from typing import Any

from sessionday.record.fhir_answers import is_number
from sessionday.record.speech import Speech

DAYS = 7  # the programme's limit (F10)
STEP = "monitoring_form"
# In the order of the form; where it asks for the whole answer to one step.
WHOLE = {
    "medicines": "concomitant", "lot": "device_lot", "acceptable_before": "vitals_acceptable",
    "pressure_before": "baseline_bp", "pressure_40": "vitals_40", "pressure_after": "discharge_vitals",
    "acceptable_after": "vitals_acceptable_after", "oxygen_before": "baseline_pulse_oxygen",
    "effects_times": "effects_times", "serious": "serious_event", "submitted": STEP,
}  # fmt: skip
FORM = (
    "client", "date", "due", "medicines", "watched_by", "dose", "devices", "lot", "minutes", "ready_at",
    "acceptable_before", "acceptable_after", "pressure_before", "pressure_40", "pressure_after", "oxygen_before",
    "oxygen", "sedation", "dissociation", "effects_times", "serious", "submitted",
)  # fmt: skip


def is_asked(speech: Speech) -> bool:
    """Whether this protocol has such a form."""
    return STEP in speech.rules


def form(speech: Speech) -> list[list[str]]:
    """(field, value) of each; what the record does not say yet is told as missing."""
    words = speech.words["monitoring"]
    known = {**_of_dose(speech), **_of_steps(speech), **_of_effects(speech)}
    return [[words[field], known.get(field) or words["missing"]] for field in FORM]


def latest(speech: Speech, step: str) -> dict[str, Any] | None:
    """What was answered last to a step and stands."""
    return next(reversed(standing(speech, step)), None)


def standing(speech: Speech, step: str) -> list[dict[str, Any]]:
    """All answers to a step that nobody took back, in their order."""
    said = [e for e in speech.entries if e["step"] == step and e["kind"] == "answer"]
    return sorted((e for e in said if not speech.is_withdrawn(e)), key=lambda e: (e["t"], e["seq"]))


def _of_dose(speech: Speech) -> dict[str, str]:
    doses = [dose for dose in standing(speech, "dose") if isinstance(dose["answer"], dict)]
    if not doses:
        return {}
    day = date.fromisoformat(speech.local(doses[0]["t"])[0])
    amounts = [dose["answer"].get("mg") for dose in doses]
    return {
        "date": speech.date(day),
        "due": speech.date(day + timedelta(days=DAYS)),
        "dose": f"{sum(amount for amount in amounts if is_number(amount)):g} mg",
        "devices": "; ".join(speech.when(dose["t"]) for dose in doses),
    }


def _of_steps(speech: Speech) -> dict[str, str]:
    found = {field: latest(speech, step) for field, step in WHOLE.items()}
    known = {field: speech.answer(entry) for field, entry in found.items() if entry}
    known["client"] = speech.record["session"]["client"]
    known["watched_by"] = ", ".join(dict.fromkeys(one["name"] for one in standing(speech, "watch")))
    readings = [(one["t"], one["answer"]) for step in ("oximetry", "vitals_40") for one in standing(speech, step)]
    values = [(t, said["spo2"]) for t, said in sorted(readings, key=lambda one: one[0]) if _has(said, "spo2")]
    known["oxygen"] = "; ".join(f"{speech.local(t)[1][:5]} {value:g} %" for t, value in values)
    minutes = latest(speech, "rems_minutes")
    for field, part in (("minutes", "total"), ("ready_at", "ready_at")):
        if minutes and _has(minutes["answer"], part):
            known[field] = f"{minutes['answer'][part]:g}"
    return known


def _has(said: Any, part: str) -> bool:
    return isinstance(said, dict) and is_number(said.get(part))


def _of_effects(speech: Speech) -> dict[str, str]:
    """The form asks for each of the two by itself."""
    seen, words = latest(speech, "effects_seen"), speech.pack["words"]["lines"]
    if seen is None:
        return {}
    return {one: words["yes" if seen["answer"] in (one, "both") else "no"] for one in ("sedation", "dissociation")}
