"""What is due next, for staff: late ones first, in order of danger, each with its time. Twin: static/js/desk.js.

Times only, never how long until then: a page that was drawn a while ago would lie.
"""

from collections.abc import Mapping
from typing import Any

from sessionday.web import telling

AWAITED = ("todo", "overdue", "expired", "locked")


def due_view(pack: telling.Pack, state: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """At most `most` steps that have a time to be done by."""
    near = [step for step in pack["protocol"]["steps"] if state["stage"] != "before" or step["phase"] == "before"]
    awaited = [step for step in near if is_awaited(step, state["steps"][step["id"]])]
    first = sorted(awaited, key=lambda step: order(step, state["steps"][step["id"]]))
    return [_due(pack, step, state["steps"][step["id"]]) for step in first[:most]]


def is_awaited(step: Mapping[str, Any], standing: Mapping[str, Any]) -> bool:
    """Whether it is to be done by a time that is known; a reading that is taken again and again always is."""
    again = step["every"] is not None and standing["status"] in ("done", "waived")
    return standing["due_at"] is not None and (again or standing["status"] in AWAITED)


def order(step: Mapping[str, Any], standing: Mapping[str, Any]) -> tuple[int, int, int]:
    """Late ones first; of those, a reading of somebody under the medicine before what only holds a gate."""
    late = standing["status"] in ("overdue", "expired")
    danger = 0 if step["every"] else 1 if step["phase"] == "during" else 2 if step["gate"] else 3
    return (0, danger, standing["due_at"]) if late else (1, 0, standing["due_at"])


def _due(pack: telling.Pack, step: Mapping[str, Any], standing: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "step": step["id"],
        "title": telling.title(pack, step["id"]),
        "at": standing["due_at"],
        "when": telling.when(pack, standing["due_at"]),
        "late": standing["status"] in ("overdue", "expired"),
    }
