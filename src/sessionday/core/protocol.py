"""Why a protocol is refused when it is compiled: it is not of the form, a step contradicts itself, or a gate could
never be opened. Imports only the core. It has no twin: checklists are compiled on the server alone."""

from .form import Refusal, form_refusals
from .openings import opening_refusals
from .values import Json

EVENTS = ("dose", "leave", "close", "cancel")


def refusals(rules: Json) -> list[Refusal]:
    """All that is wrong with a compiled protocol: the step, or None for the whole of it, and what would be right. What
    is not of the form is told alone, since the rest builds on it."""
    misshapen = form_refusals(rules)
    if misshapen:
        return misshapen
    found: list[Refusal] = []
    for step in rules["steps"]:
        found += [(step["id"], sentence) for sentence in mark_refusals(step) + every_refusals(step)]
    return found + opening_refusals(rules)


def mark_refusals(step: Json) -> list[str]:
    event = step.get("marks")
    if event not in EVENTS:
        return []
    found = [f"{key} can't stand on a step that marks {event}. Leave it out." for key in given(step, "every")]
    if step["who"] != ["staff"]:
        found.append(f"who must be staff alone: a step that marks {event} is theirs.")
    if step.get("gate") == event:
        found.append(f"gate can't be {event}: the step would wait for itself. Leave it out, or name another gate.")
    if event == "dose" and step["answer"]["type"] != "measure":
        found.append("answer must be a measure: a dose is an amount.")
    return found


def every_refusals(step: Json) -> list[str]:
    if not step.get("every"):
        return []
    return [f"{key} can't stand beside every. Leave one of them out." for key in given(step, "due", "fresh_minutes")]


def given(step: Json, *keys: str) -> list[str]:
    """What stands on a step of that which neither an event nor a repeated question can have, and of these keys."""
    found = [key for key in keys if step.get(key) is not None]
    found += ["capacity"] if step.get("capacity") else []
    return found + (["quorum all"] if step["quorum"] == "all" else [])
