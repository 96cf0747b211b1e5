"""Vital signs over time: from readings to the geometry of a small chart with its limits. Pure: draws nothing itself.

A limit is drawn as far as the readings that it was asked of, for it differs from question to question.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sessionday.core.values import number

PANELS = (("pressure", ("systolic", "diastolic")), ("pulse", ("pulse",)), ("spo2", ("spo2",)))
LIMITS = ("never_above", "stop_above", "stop_below", "never_below")
WIDTH, HEIGHT = 480, 200
TALL = 320  # for two readings with limits of their own
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
LEAST_MS = 30 * 60_000  # what a chart spans at least: one reading alone stands in the middle
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer to a question that measures: its numbers by field, and the fields as the protocol has them."""

    t: int
    step: str
    values: dict[str, float]
    fields: dict[str, Mapping[str, Any]]


def readings(steps: Iterable[Mapping[str, Any]], entries: Sequence[Entry]) -> list[Reading]:
    """What was measured and still stands, oldest first. What is asked once counts as it was said last."""
    measures = {step["id"]: step for step in steps if step["answer"]["type"] == "measure"}
    gone = {(entry["of"], entry["role"]) for entry in entries if entry["kind"] == "withdraw"}  # nobody for another role
    found: dict[Any, Reading] = {}
    for entry in sorted(entries, key=lambda entry: entry["t"]):
        step = measures.get(entry["step"])
        if step is None or entry["kind"] != "answer" or (entry["id"], entry["role"]) in gone:
            continue
        again = step["every"] is not None or step["marks"] == "dose"
        fields = {field["id"]: field for field in step["answer"]["fields"]}
        values = {id: value for id, field in fields.items() if (value := _value(entry["answer"], field)) is not None}
        found[entry["id"] if again else (step["id"], entry["role"])] = Reading(entry["t"], step["id"], values, fields)
    return sorted(found.values(), key=lambda one: one.t)


def panels(found: Sequence[Reading], doses: Sequence[int], clock: Callable[[int], str]) -> list[dict[str, Any]]:
    """A panel for each kind of reading that there is, all over the same span of time."""
    names = {name for _, names in PANELS for name in names}
    times = [*(one.t for one in found if names & one.values.keys()), *doses]
    if not times:
        return []
    middle, half = (min(times) + max(times)) / 2, max(max(times) - min(times), LEAST_MS) / 2 * 1.06
    drawn = []
    for title, fields in PANELS:
        shown = [one for one in found if one.values.keys() & set(fields)]
        if shown:
            drawn.append(_panel(title, fields, shown, doses, (middle - half, middle + half), clock))
    return drawn


def _panel(
    title: str,
    fields: tuple[str, ...],
    shown: Sequence[Reading],
    doses: Sequence[int],
    span: tuple[float, float],
    clock: Callable[[int], str],
) -> dict[str, Any]:
    x = _scale(span, (LEFT, WIDTH - RIGHT))
    heights = [*_heights(fields, shown)]
    pad = max(5, (max(heights) - min(heights)) * 0.1)
    low, high = min(heights) - pad, max(heights) + pad
    tall = TALL if len(fields) > 1 else HEIGHT
    y = _scale((low, high), (tall - BOTTOM, TOP))
    unit = next(one.fields[name]["unit"] for one in shown for name in fields if name in one.fields)
    return {
        "title": title,
        "unit": unit,
        "tall": tall,
        "series": [_series(name, shown, x, y) for name in fields],
        "limits": [one for name in fields for one in _limits(name, shown, x, y)],
        "doses": [x(dose) for dose in doses],
        "grid": [{"y": y(value), "text": f"{value}"} for value in _round_numbers(low, high)],
        "times": [
            {"x": x(t), "text": clock(round(t))} for t in (span[0] + (span[1] - span[0]) * k for k in (0.12, 0.5, 0.88))
        ],
    }


def _heights(fields: tuple[str, ...], shown: Sequence[Reading]) -> Iterable[float]:
    for one in shown:
        for name in fields:
            if name in one.values:
                yield one.values[name]
                yield from (one.fields[name][kind] for kind in LIMITS if one.fields[name].get(kind) is not None)


def _series(
    name: str, shown: Sequence[Reading], x: Callable[[float], float], y: Callable[[float], float]
) -> dict[str, Any]:
    """Its last reading stands beside its last point."""
    asked = [one for one in shown if name in one.values]
    points = [{"x": x(one.t), "y": y(one.values[name])} for one in asked]
    last = f"{asked[-1].values[name]:g}" if asked else ""
    return {"name": name, "points": points, "last": last, "line": " ".join(f"{one['x']},{one['y']}" for one in points)}


def _limits(
    name: str, shown: Sequence[Reading], x: Callable[[float], float], y: Callable[[float], float]
) -> Iterable[dict[str, Any]]:
    """Each from half-way to the reading before until half-way to the one after; its number stands where it changes."""
    asked, before = [one for one in shown if name in one.values], dict[str, Any]()
    for number_, one in enumerate(asked):
        start = LEFT if number_ == 0 else (x(asked[number_ - 1].t) + x(one.t)) / 2
        end = WIDTH - RIGHT if number_ == len(asked) - 1 else (x(one.t) + x(asked[number_ + 1].t)) / 2
        for kind in LIMITS:
            limit = one.fields[name].get(kind)
            if limit is not None:
                text = f"{limit:g}" if limit != before.get(kind) else ""
                yield {"kind": kind.split("_")[0], "x1": start, "x2": round(end, 1), "y": y(limit), "text": text}
            before[kind] = limit


def _scale(given: tuple[float, float], wanted: tuple[float, float]) -> Callable[[float], float]:
    factor = (wanted[1] - wanted[0]) / (given[1] - given[0])
    return lambda value: round(wanted[0] + (value - given[0]) * factor, 1)


def _round_numbers(low: float, high: float) -> list[int]:
    step = next(step for step in (5, 10, 20, 50, 100, 500, 10_000) if (high - low) / step <= 6)
    first = int(-(-low // step)) * step
    return list(range(first, int(high) + 1, step))


def _value(answer: Any, field: Mapping[str, Any]) -> float | None:
    """A number that can have been measured: what is far out of its range would flatten all the rest."""
    value = number(answer.get(field["id"])) if isinstance(answer, Mapping) else None
    room = field["max"] - field["min"]
    return float(value) if value is not None and field["min"] - room <= value <= field["max"] + room else None
