"""The prescriber's own limits for one session, pinned into a version of its protocol that is this session's alone.

They can only be stricter than the protocol's: "Limits are individual. Where they are stricter than this protocol's,
they count" (clinical ground, K02). Each is a stop: staff may set it aside where the step allows that, with a reason.
"""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sessionday.protocols import Checklist

Limits = Mapping[str, float]
NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{0,3})?")


@dataclass(frozen=True, slots=True)
class Kind:
    """One limit: the readings that it is for, which way it cuts, its unit and what a person can have meant."""

    id: str
    fields: tuple[str, ...]
    side: str
    unit: str
    low: float
    high: float


KINDS = (
    Kind("max_systolic", ("systolic",), "stop_above", "mmHg", 90, 200),
    Kind("max_diastolic", ("diastolic",), "stop_above", "mmHg", 50, 130),
    Kind("max_pulse", ("pulse",), "stop_above", "/min", 50, 180),
    Kind("min_spo2", ("spo2",), "stop_below", "%", 85, 100),
    Kind("min_mg", ("mg",), "stop_below", "mg", 1, 1000),
    Kind("max_mg", ("mg", "mg_im", "mg_iv"), "stop_above", "mg", 1, 1000),
)
STRICTER: dict[str, Callable[[float, float], float]] = {"stop_above": min, "stop_below": max}


class LimitError(ValueError):
    """Limits that can't be meant so: which one, and what is wrong with it (a key of the words)."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(kind, why)
        self.kind, self.why = kind, why


def offered(checklist: Checklist) -> list[Kind]:
    """The limits that mean something under this protocol. A nasal device's dose is fixed, so none is asked for it."""
    fields = {field["id"] for _, field in _readings(checklist.rules)}
    fixed = {"min_mg", "max_mg"} if "device" in fields else set()
    return [kind for kind in KINDS if fields & set(kind.fields) and kind.id not in fixed]


def read_limits(checklist: Checklist, typed: Mapping[str, str]) -> dict[str, float]:
    """The limits of a form; what was left empty is none. Raises LimitError."""
    limits: dict[str, float] = {}
    for kind in offered(checklist):
        text = typed.get(kind.id, "").strip().replace(",", ".")
        if not text:
            continue
        if not NUMBER.fullmatch(text):
            raise LimitError(kind.id, "number")
        number = float(text)
        if not kind.low <= number <= kind.high:
            raise LimitError(kind.id, "range")
        limits[kind.id] = int(number) if number.is_integer() else number
    if limits.get("min_mg", 0) > limits.get("max_mg", float("inf")):
        raise LimitError("min_mg", "order")
    if limits.get("max_diastolic", 0) >= limits.get("max_systolic", float("inf")):
        raise LimitError("max_diastolic", "order")
    return limits


def base_version(version: str) -> str:
    """The version of the clinic's protocol that a session's own was made from."""
    return version.split("+", 1)[0]


def with_limits(checklist: Checklist, limits: Limits) -> Checklist:
    """`checklist` as it is for one session. Its version names the limits: the record says under which it was."""
    version = base_version(checklist.version)
    if not limits:
        return replace(checklist, version=version, rules={**checklist.rules, "version": version})
    mark = hashlib.sha256(json.dumps(dict(limits), sort_keys=True).encode()).hexdigest()[:8]
    rules = copy.deepcopy(checklist.rules)
    rules["version"] = f"{version}+{mark}"
    for _, field in _readings(rules):
        for kind in KINDS:
            if kind.id in limits and field["id"] in kind.fields:
                _tighten(field, kind, limits[kind.id])
    return replace(checklist, version=rules["version"], rules=rules)


def _tighten(field: dict[str, Any], kind: Kind, limit: float) -> None:
    known = field[kind.side]
    field[kind.side] = limit if known is None else STRICTER[kind.side](known, limit)


def _readings(rules: Mapping[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every field of every measure, with its step."""
    return [(step, field) for step in rules["steps"] for field in step["answer"].get("fields", ())]
