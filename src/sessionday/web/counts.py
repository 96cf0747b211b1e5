"""What a session counts for in a month's figures. Pure: a record and its state in, names of what happened out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]
Entry = Mapping[str, Any]
RIDE = frozenset({"ride_plan", "ride_confirmed", "ride_reconfirmed", "way_home"})
OTHER_WAY = frozenset({"back_up", "clinic_arranged", "stays", "goes_alone"})
OVER = ("closed", "cancelled")
KINDS = (
    "planned", "dosed", "closed", "cancelled", "open", "ride_failed", "waived", "overdue", "breached", "drove",
    "helped", "held", "erased",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waive:
    """A step that was set aside: by whom (a name, where it is known whose), and why."""

    step: str
    reason: str
    name: str
    role: str = "staff"


def happened(state: State, entries: Iterable[Entry], held: int = 0, *, was_overdue: bool = False) -> set[str]:
    """Which of KINDS a session counts for. `held`: how much was kept aside; `was_overdue`: whether something once was,
    though it is answered now."""
    said = [entry for entry in entries if entry["kind"] == "answer"]
    keys = [alert["key"].split(":", 1)[0] for alert in state["alerts"]]
    found = {
        "planned": True,
        "dosed": state["dosed_at"] is not None,
        "closed": state["stage"] == "closed",
        "cancelled": state["stage"] == "cancelled",
        "open": state["stage"] not in OVER,
        "ride_failed": any(_ride_failed(entry) for entry in said),
        "waived": any(waives(entries)),
        "overdue": was_overdue or "overdue" in keys,
        "breached": "breach" in keys,
        "drove": _drove(state),
        "helped": "help" in keys,
        "held": held > 0,
    }
    return {kind for kind, so in found.items() if so}


def waives(entries: Iterable[Entry]) -> list[Waive]:
    """Everything that was set aside, also what was taken back later."""
    return [
        Waive(entry["step"], (entry["reason"] or "").strip(), entry.get("name") or "", entry["role"])
        for entry in entries
        if entry["kind"] == "waive"
    ]


def _ride_failed(entry: Entry) -> bool:
    """Somebody said that the ride is off, or another way home had to be found (F43, K44)."""
    if entry["step"] == "way_home":
        return entry["answer"] in OTHER_WAY
    return entry["step"] in RIDE and entry["answer"] in ("no", "none", "not_sure", "driving_myself")


def _drove(state: State) -> bool:
    """Drove, biked or used a machine before the hold had ended, by anybody's word (K52)."""
    step = state["steps"].get("drove_before")
    return step is not None and step["status"] in ("stop", "conflict")


def by_day(days: Sequence[str], counted: Iterable[tuple[str, set[str]]]) -> list[dict[str, Any]]:
    """For each day: how many were planned, and of those closed, called off, still open and erased since."""
    rows = {day: {"day": day, "planned": 0, "closed": 0, "cancelled": 0, "open": 0, "erased": 0} for day in days}
    for day, kinds in counted:
        if day in rows:
            for kind in kinds & rows[day].keys():
                rows[day][kind] += 1  # type: ignore[operator]
    return list(rows.values())
