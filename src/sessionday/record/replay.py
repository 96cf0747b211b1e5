"""The day once more: what the rules said at each instant of a record, so that what has passed can still be told."""

from collections.abc import Iterator, Mapping
from typing import Any

from sessionday.core import evaluate

Json = Mapping[str, Any]
WORK = 150_000  # entries weighed in all: a record of thousands is looked at less closely, or it would take minutes
LEAST = 100  # instants


def most(record: Json) -> int:
    """At how many instants this record is looked at."""
    return max(LEAST, WORK // max(1, len(record["entries"])))


def is_thinned(record: Json) -> bool:
    """Whether there is so much that not every instant is looked at."""
    return len({entry["t"] for entry in record["entries"]}) > most(record)


def replay(record: Json) -> Iterator[tuple[int, dict[str, Any]]]:
    """(t, state) whenever something was written, or time alone changed what is so."""
    rules, session, entries = record["protocol"]["rules"], record["session"], record["entries"]
    written = sorted({entry["t"] for entry in entries if entry["t"] <= record["exported_at"]})
    limit = most(record)
    written = written[:: len(written) // limit + 1] or [record["exported_at"]]
    left = limit
    for t, until in zip(written, [*written[1:], record["exported_at"] + 1], strict=True):
        now: int | None = t
        while now is not None and now < until:
            state = evaluate(rules, session, entries, now)
            yield now, state
            left -= 1
            now = state["changes_at"] if left > 0 else None


def _untold(record: Json, t: int) -> dict[str, Any]:
    """What would be so at `t` had nobody said anything at that very instant."""
    before = [entry for entry in record["entries"] if entry["t"] < t]
    return evaluate(record["protocol"]["rules"], record["session"], before, t)


def gates_and_alerts(record: Json) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each time a gate opened or shut, as {gate, t, open, by_time}; each alert there ever was, `until` it was over."""
    turns: list[dict[str, Any]] = []
    alerts: dict[str, dict[str, Any]] = {}
    was: dict[str, bool] = {}
    for t, state in replay(record):
        for gate, found in state["gates"].items():
            if was.get(gate, found["open"]) != found["open"]:
                by_time = _untold(record, t)["gates"][gate]["open"] == found["open"]
                turns.append({"gate": gate, "t": t, "open": found["open"], "by_time": by_time})
            was[gate] = found["open"]
        standing = {one["key"]: one for one in state["alerts"]}
        for key in alerts.keys() - standing.keys():
            alerts[key]["until"] = alerts[key]["until"] or t
        for key, one in standing.items():
            alerts[key] = {**alerts.get(key, one), "acked": one["acked"], "until": None}
    return turns, sorted(alerts.values(), key=lambda one: (one["since"] or 0, one["key"]))
