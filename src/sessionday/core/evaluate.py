"""What a session's record says at an instant: the rules put together. Imports only the core, and knows no clock."""

import math
from collections.abc import Iterable
from typing import Any

from .alerts import alerts
from .entries import read_record
from .gates import behind_gates, gates, observed_until
from .hold import assumed_from
from .moment import Moment, moment
from .steps import Standing, standing, turns
from .values import Instant, Json

ROLES = ("client", "support", "staff", "prescriber")
PHASES = {"before": ("before",), "during": ("during", "after"), "after": ("after",), "clear": ("after",)}
ASKED = ("conflict", "stop", "overdue", "expired", "impaired", "todo")


def evaluate(protocol: Json, session: Json, entries: Iterable[Any], now: Instant) -> Json:
    at = moment(protocol, session, read_record(protocol, session, entries, now), now)
    standings = behind_gates(protocol, at, {step["id"]: standing(step, at) for step in protocol["steps"]})
    shut = gates(protocol, at, standings)
    stage = stage_of(at, shut)
    return {
        "stage": stage,
        "dosed_at": at.last_dose,
        "left_at": at.left,
        "hold_until": at.hold.until if at.hold else None,
        "gates": shut,
        "steps": {id: told(found) for id, found in standings.items()},
        "alerts": alerts(protocol, session, at, standings),
        "next": {role: next_for(role, stage, protocol, standings) for role in ROLES},
        "changes_at": changes_at(protocol, session, at, standings),
    }


def stage_of(at: Moment, shut: Json) -> str:
    if at.closed:
        return "closed"
    if at.cancelled:
        return "cancelled"
    if at.left is not None:
        return "clear" if shut["drive"]["open"] else "after"
    return "before" if at.last_dose is None else "during"


def told(found: Standing) -> Json:
    by = found.deciding[-1].id if found.deciding else None
    return {"status": found.status, "by": by, "due_at": found.due_at}


def next_for(role: str, stage: str, protocol: Json, standings: dict[str, Standing]) -> str | None:
    phases = PHASES.get(stage, ())
    for step in protocol["steps"]:
        found = standings[step["id"]]
        if step["phase"] not in phases or role not in step["who"] or step.get("marks") in ("cancel", "help"):
            continue
        if found.status in ASKED and role not in found.content:
            return str(step["id"])
    return None


def changes_at(protocol: Json, session: Json, at: Moment, standings: dict[str, Standing]) -> int | None:
    """The first instant after now at which time alone may change any of it."""
    ends = (assumed_from(protocol, session), observed_until(protocol, at), at.hold.until if at.hold else None)
    instants = [end for end in ends if end is not None]
    for step in protocol["steps"]:
        instants += turns(step, standings[step["id"]], at)
    return min((math.ceil(instant) for instant in instants if instant > at.now), default=None)
