"""The gates: what still shuts each of them, and what a shut gate shuts in turn. Imports only where the day and its
steps stand."""

from dataclasses import replace

from .moment import Moment, anchored
from .steps import Standing, standing
from .values import Instant, Json

GATES = ("dose", "leave", "drive", "close")


def gates(protocol: Json, at: Moment, standings: dict[str, Standing]) -> Json:
    shut = [(gate, blockers(gate, protocol, at, standings)) for gate in GATES]
    return {gate: {"open": not found, "blockers": found} for gate, found in shut}


def is_shut(gate: str, protocol: Json, at: Moment) -> bool:
    """Whether one gate has blockers, for when nothing else is asked of that moment."""
    standings = {step["id"]: standing(step, at) for step in at.record.holding.get(gate, ())}
    return bool(blockers(gate, protocol, at, standings))


def behind_gates(protocol: Json, at: Moment, standings: dict[str, Standing]) -> dict[str, Standing]:
    """The same, but that what marks dose, leave or close and is yet to be answered is locked behind a shut gate. No
    circle comes of it: what shuts a gate is neither done nor waived, and what is locked here was neither before."""
    found = dict(standings)
    for step in protocol["steps"]:
        asked = standings[step["id"]]
        awaits_gate = step.get("marks") in ("dose", "leave", "close") and asked.status in ("overdue", "todo")
        if awaits_gate and blockers(step["marks"], protocol, at, standings):
            found[step["id"]] = replace(asked, status="locked")
    return found


def blockers(gate: str, protocol: Json, at: Moment, standings: dict[str, Standing]) -> list[Json]:
    if gate == "drive" and at.hold is None:
        return []
    unmet = OWN_BLOCKERS[gate](protocol, at)
    if gate != "dose" and at.cancelled:
        return unmet
    for step in at.record.holding.get(gate, ()):
        status = standings[step["id"]].status
        if status not in ("done", "waived"):
            unmet.append(blocker(status, step=step["id"]))
    return unmet


def blocker(why: str, *, step: str | None = None, until: Instant | None = None) -> Json:
    return {"step": step, "why": why, "until": until}


def dose_blockers(protocol: Json, at: Moment) -> list[Json]:
    if at.cancelled:
        return [blocker("cancelled")]
    return [blocker("left")] if at.left is not None else []


def leave_blockers(protocol: Json, at: Moment) -> list[Json]:
    if at.last_dose is None:
        return [blocker("no_dose")]
    until = observed_until(protocol, at)
    return [blocker("observe", until=until)] if until is not None and at.now < until else []


def observed_until(protocol: Json, at: Moment) -> Instant | None:
    return anchored(protocol["observe"], at)


def drive_blockers(protocol: Json, at: Moment) -> list[Json]:
    if at.hold is None or (at.hold.until is not None and at.now >= at.hold.until):
        return []
    return [blocker("no_word" if at.hold.assumed else "hold", until=at.hold.until)]


def close_blockers(protocol: Json, at: Moment) -> list[Json]:
    return [blocker("not_left")] if at.left is None and not at.cancelled else []


OWN_BLOCKERS = {"dose": dose_blockers, "leave": leave_blockers, "drive": drive_blockers, "close": close_blockers}
