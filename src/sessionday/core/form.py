"""Whether a compiled protocol is of the form that the rules read. Imports only how JSON is read. It has no twin."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from .values import Json, is_blank, is_object, number, text

ROLES = ("client", "support", "staff", "prescriber")
ANCHORS = ("start", "first_dose", "dose", "leave", "hold")
WORDS = {
    "phase": ("before", "during", "after"),
    "quorum": ("any", "all"),
    "gate": ("dose", "leave", "drive", "close", None),
    "marks": ("dose", "leave", "close", "cancel", "help", None),
}
LIMITS = ("stop_below", "stop_above", "never_below", "never_above")
ID = re.compile(r"[A-Za-z0-9_.-]+")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

Refusal = tuple[str | None, str]


def form_refusals(rules: Any) -> list[Refusal]:
    if not is_object(rules):
        return [(None, "A protocol must be an object.")]
    found: list[Refusal] = [(None, sentence) for sentence in head_problems(rules)]
    steps = rules.get("steps")
    if not isinstance(steps, list) or not steps:
        return [*found, (None, "steps must be a list of at least one step.")]
    for step in steps:
        id = step.get("id") if is_object(step) else None
        found += [(text(id), sentence) for sentence in step_problems(step)]
    ids = [step["id"] for step in steps if is_object(step) and is_id(step.get("id"))]
    return found + [(id, "id must be this step's alone.") for id in repeated(ids)]


def head_problems(rules: Json) -> list[str]:
    found = [f"{key} must be text." for key in ("id", "version") if not is_text(rules.get(key))]
    observe, hold, assume = (part_of(rules, key) for key in ("observe", "hold", "assume"))
    if observe.get("from") not in ("first_dose", "dose"):
        found.append("observe.from must be first_dose or dose.")
    if not is_count(observe.get("minutes")):
        found.append("observe.minutes must be a number, not below 0.")
    if not CLOCK.fullmatch(text(hold.get("day_starts")) or ""):
        found.append('hold.day_starts must be a time of day, such as "06:00".')
    if not is_count(hold.get("at_least_minutes")):
        found.append("hold.at_least_minutes must be a number, not below 0.")
    unclear = [key for key in ("from_minutes", "last_minutes") if number(assume.get(key)) is None]
    return found + [f"assume.{key} must be a number of minutes from the start." for key in unclear]


def step_problems(step: Any) -> list[str]:
    if not is_object(step):
        return ["A step must be an object."]
    found = [] if is_id(step.get("id")) else ["id must be letters, digits, dots, dashes and underscores."]
    for key, words in WORDS.items():
        if step.get(key) not in words:
            found.append(f"{key} must be {one_of(words)}.")
    who = step.get("who")
    if not isinstance(who, list) or not who or repeated(who) or any(role not in ROLES for role in who):
        found.append(f"who must list, each once, {one_of(ROLES)}.")
    found += [f"{key} must be true or false." for key in ("waivable", "capacity") if type(step.get(key)) is not bool]
    return found + time_problems(step) + answer_problems(step.get("answer"))


def time_problems(step: Json) -> list[str]:
    found = []
    fresh, every = step.get("fresh_minutes"), step.get("every")
    if fresh is not None and not is_above_zero(fresh):
        found.append("fresh_minutes must be a number above 0.")
    for key in ("opens", "due"):
        offset = step.get(key)
        if offset is not None and not is_offset(offset):
            found.append(f"{key} must be {{from: {one_of(ANCHORS)}, minutes: a number}}.")
    if every is not None and not is_interval(every):
        found.append("every must be {minutes: a number above 0, grace_minutes: a number not below 0}.")
    return found


def answer_problems(answer: Any) -> list[str]:
    kind = answer.get("type") if is_object(answer) else None
    if kind in ("confirm", "code", "text"):
        return []
    if kind == "time":
        latest = answer.get("latest_minutes")
        wrong = latest is not None and number(latest) is None
        return ["answer.latest_minutes must be a number of minutes from the start, or left out."] if wrong else []
    if kind not in PARTS:
        return ["answer.type must be confirm, choice, checks, measure, time, code or text."]
    key, is_good, good = PARTS[kind]
    parts = answer.get(key)
    if not isinstance(parts, list) or not parts or not all(is_object(part) and is_id(part.get("id")) for part in parts):
        return [f"answer.{key} must be a list of at least one, each with an id."]
    found = [f"answer.{key}: ‘{id}’ must stand there once." for id in repeated(part["id"] for part in parts)]
    return found + [f"answer.{key}: ‘{part['id']}’ must have {good}." for part in parts if not is_good(part)]


def is_option(part: Json) -> bool:
    return part.get("verdict") in ("ok", "stop", "never")


def is_item(part: Json) -> bool:
    return part.get("want") in ("yes", "no")


def is_field(part: Json) -> bool:
    low, high = number(part.get("min")), number(part.get("max"))
    limits = [part.get(limit) for limit in LIMITS]
    is_range = low is not None and high is not None and low <= high
    return (
        is_text(part.get("unit")) and is_range and all(limit is None or number(limit) is not None for limit in limits)
    )


PARTS: dict[Any, tuple[str, Callable[[Json], bool], str]] = {
    "choice": ("options", is_option, "a verdict: ok, stop or never"),
    "checks": ("items", is_item, "want: yes or no"),
    "measure": ("fields", is_field, "a unit, a min not above its max, and limits that are numbers or left out"),
}


def part_of(rules: Json, key: str) -> Json:
    part = rules.get(key)
    return part if isinstance(part, dict) else {}


def is_id(value: Any) -> bool:
    return ID.fullmatch(text(value) or "") is not None


def is_text(value: Any) -> bool:
    words = text(value)
    return words is not None and not is_blank(words)


def is_count(value: Any) -> bool:
    found = number(value)
    return found is not None and found >= 0


def is_above_zero(value: Any) -> bool:
    return is_count(value) and value > 0


def is_offset(value: Any) -> bool:
    return is_object(value) and value.get("from") in ANCHORS and number(value.get("minutes")) is not None


def is_interval(value: Any) -> bool:
    return is_object(value) and is_above_zero(value.get("minutes")) and is_count(value.get("grace_minutes"))


def repeated(ids: Iterable[Any]) -> list[Any]:
    seen: list[Any] = []
    twice: list[Any] = []
    for id in ids:
        (twice if id in seen else seen).append(id)
    return twice


def one_of(words: Iterable[str | None]) -> str:
    *most, last = [word or "nothing" for word in words]
    return f"{', '.join(most)} or {last}"
