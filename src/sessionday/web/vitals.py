"""The vital signs of a session on staff's page: the chart, and the same as a table."""

from collections.abc import Sequence
from typing import Any

from sessionday.core.answers import is_beyond
from sessionday.web import telling
from sessionday.web.chart import PANELS, Reading, panels, readings
from sessionday.words import spoken

FIELDS = [name for _, names in PANELS for name in names]


def vitals_view(pack: telling.Pack, entries: Sequence[telling.Entry]) -> dict[str, Any]:
    """No panels where nothing was measured yet."""
    steps = pack["protocol"]["steps"]
    found = readings(steps, entries)
    given = {step["id"] for step in steps if step["marks"] == "dose"}
    doses = [one.t for one in found if one.step in given]
    shown = [one for one in found if set(FIELDS) & one.values.keys()]
    return {
        "panels": panels(shown, doses, lambda t: telling.when(pack, t).rsplit(" ", 1)[-1]) if shown else [],
        "rows": [_row(pack, one, one.step in given) for one in found if one in shown or one.step in given],
        "fields": [(name, spoken()["vitals"]["fields"][name]) for name in FIELDS],
    }


def _row(pack: telling.Pack, one: Reading, is_dose: bool) -> dict[str, Any]:
    values = {name: telling.number_text(one.values[name]) if name in one.values else "" for name in FIELDS}
    over = {name for name in values if name in one.values and _is_out(one, name)}
    title = telling.title(pack, one.step)
    return {"when": telling.when(pack, one.t), "title": title, "read": values, "over": over, "dose": is_dose}


def _is_out(one: Reading, name: str) -> bool:
    """Whether a reading lies beyond a limit that it was asked with."""
    field, value = one.fields[name], one.values[name]
    return any(is_beyond(value, field.get(f"{kind}_below"), field.get(f"{kind}_above")) for kind in ("stop", "never"))
