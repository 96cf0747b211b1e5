"""From a form's fields to an entry's answer, or to a sentence about what is missing. Its twin is static/js/answers.js.

It refuses slips of typing only. What somebody says on purpose is recorded, also where it is a stop: the record takes
facts and never refuses one.
"""

import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from typing import Any

from sessionday.web.telling import DAY, MINUTE, Pack, civil, fill, number_text, offset_at

_LOCAL = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2})?")
MOST = 3000  # characters: what an entry can carry, however many bytes each takes
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?")


class BadAnswer(Exception):
    """A form that can't be an answer yet: the field it is about, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def answer_from(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> Any:
    """The answer that `form` gives to `step` (in RULES.md's form). Raises BadAnswer."""
    read = {"checks": _checks, "measure": _measured, "time": _time, "choice": _choice}.get(
        step["answer"]["type"], _text
    )
    return read(pack, step, form)


def _choice(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> str:
    if not form.get("answer"):
        raise BadAnswer("answer", pack["words"]["errors"]["choose"])
    return form["answer"]


def _checks(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, str]:
    items = [item["id"] for item in step["answer"]["items"]]
    missing = [item for item in items if not form.get(item)]
    if missing:
        labels = pack["texts"]["steps"][step["id"]]["answers"]
        names = "; ".join(labels[item] for item in missing)
        raise BadAnswer(missing[0], fill(pack["words"]["errors"]["every_check"], items=names))
    return {item: form[item] for item in items}


def _measured(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    return {field["id"]: _number(pack, step, field, form) for field in step["answer"]["fields"]}


def _number(pack: Pack, step: Mapping[str, Any], field: Mapping[str, Any], form: Mapping[str, str]) -> int | float:
    errors, typed = pack["words"]["errors"], form.get(field["id"], "").strip()
    label = pack["texts"]["steps"][step["id"]]["answers"][field["id"]]
    if not _NUMBER.fullmatch(typed):
        raise BadAnswer(field["id"], fill(errors["number"], label=label))
    number = float(typed.replace(",", "."))
    value = int(number) if number.is_integer() else number
    if not field["min"] <= value <= field["max"] and form.get("sure") != "yes":
        limits = {"min": number_text(field["min"]), "max": number_text(field["max"]), "unit": field["unit"] or ""}
        raise BadAnswer(field["id"], fill(errors["range"], label=label, value=number_text(value), **limits))
    return value


def _time(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> int:
    found = local_instant(pack, form.get("answer", ""))
    if found is None:
        raise BadAnswer("answer", pack["words"]["errors"]["time"])
    return found


def _text(pack: Pack, step: Mapping[str, Any], form: Mapping[str, str]) -> str:
    answer, kind = form.get("answer", ""), step["answer"]["type"]
    if not answer.strip(" \t\n\r"):
        sentence = {"code": "code", "text": "text"}.get(kind, "choose")
        raise BadAnswer("answer", pack["words"]["errors"][sentence])
    if len(answer.encode("utf-16-le")) > 2 * MOST:  # as JavaScript counts
        raise BadAnswer("answer", fill(pack["words"]["errors"]["too_long"], most=MOST))
    return answer.strip(" \t\n\r") if kind == "code" else answer


def happened_at(pack: Pack, form: Mapping[str, str], now: int) -> int:
    """When it happened (ms): what staff typed, or `now`. Raises BadAnswer for what can't be, or lies in the future."""
    typed = form.get("at", "")
    if not typed:
        return now
    found = local_instant(pack, typed)
    if found is None or found > now:
        raise BadAnswer("at", pack["words"]["errors"]["at"])
    return found


def local_instant(pack: Pack, text: str) -> int | None:
    """The instant (ms) at which the clinic's clocks show ‘2026-12-01T10:00’, or None where that is no time.

    Shown twice: the later instant. Skipped: the first instant after the gap.
    """
    found = _LOCAL.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups())
    if not (1970 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return None
    shown = timegm((year, month, day, hour, minute, 0)) * 1000
    if civil(shown // DAY)[2] != day:  # the 31st of a month that has none
        return None
    clock: Sequence[tuple[int, int]] = pack["clock"]
    offsets = [ahead for _, ahead in clock]
    fitting = [shown - ahead * MINUTE for ahead in offsets if offset_at(pack, shown - ahead * MINUTE) == ahead]
    if fitting:
        return max(fitting)
    return next(
        since
        for (since, ahead), before in zip(clock[1:], offsets, strict=False)
        if since + before * MINUTE <= shown < since + ahead * MINUTE
    )
