"""What somebody must hear of, each under a key of its own that staff can acknowledge. Imports only where the day, its
gates and its steps stand."""

from .entries import Entry, before
from .gates import is_shut
from .live import live, withdrawal
from .moment import Moment, moment
from .steps import Standing
from .values import Instant, Json


def alerts(protocol: Json, session: Json, at: Moment, standings: dict[str, Standing]) -> list[Json]:
    found: list[Json] = []
    for step in protocol["steps"]:
        if step.get("marks"):
            found += breaches(step, protocol, session, at)
            found += withdrawn(step, at)
            found += calls(step, at)
        found += unsettled(step, standings[step["id"]])
    for told in found:
        told["acked"] = told["key"] in at.record.acked
    return sorted(found, key=lambda told: str(told["key"]))


def alert(key: str, level: str, step: Json, since: Instant | None) -> Json:
    return {"key": key, "level": level, "step": step["id"], "since": since}


def breaches(step: Json, protocol: Json, session: Json, at: Moment) -> list[Json]:
    gate = step["marks"]
    if gate not in ("dose", "leave", "close"):
        return []
    return [
        alert(f"breach:{gate}:{answer.id}", "critical", step, answer.t)
        for answer in live(step, at.record, at.span).answers
        if (gate == "dose" or answer.verdict == "ok") and was_shut(gate, answer, protocol, session, at)
    ]


def was_shut(gate: str, answer: Entry, protocol: Json, session: Json, at: Moment) -> bool:
    """Whether the gate was shut when this was done, by what had been said until then."""
    return is_shut(gate, protocol, moment(protocol, session, before(at.record, answer), answer.t))


def withdrawn(step: Json, at: Moment) -> list[Json]:
    if step["marks"] not in ("dose", "leave"):
        return []
    taken_back = [
        (answer, withdrawal(answer, step, at.record, at.span)) for answer in at.record.said[step["id"]].answers
    ]
    return [
        alert(f"withdrawn:{step['id']}:{answer.id}", "warn", step, by.t) for answer, by in taken_back if by is not None
    ]


def calls(step: Json, at: Moment) -> list[Json]:
    if step["marks"] != "help":
        return []
    return [alert(f"help:{call.id}", "critical", step, call.t) for call in live(step, at.record, at.span).answers]


def unsettled(step: Json, found: Standing) -> list[Json]:
    if found.status == "overdue":
        due = "none" if found.due_at is None else found.due_at
        return [alert(f"overdue:{step['id']}:{due}", "warn", step, found.due_at)]
    if found.status not in ("stop", "conflict", "impaired"):
        return []
    by = found.deciding[-1]
    level = "critical" if any(stop.verdict == "never" for stop in found.deciding) else "warn"
    return [alert(f"{found.status}:{step['id']}:{by.id}", level, step, by.t)]
