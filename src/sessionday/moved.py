"""A session that was moved to another time: what was promised for the old one counts no more, and is asked again.

The rules have no word for it, and nobody withdraws for another role. But an answer counts only from its step's `opens`
on, and a waive too. So a session that was moved gets a version of its protocol that is its own, as with limits: in it
the questions that are answered for a time open with the move. A "no" that was said before stands until it is answered.
"""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sessionday.core.answers import verdict
from sessionday.protocols import Checklist
from sessionday.store import Arrangement

MINUTE = 60_000
SAME_MS = 30 * MINUTE  # moved by no more than this, a ride still fits
# What the client and staff say about the ride and the night, whoever else the protocol asks of it:
NAMED = ("support_reached", "night_company", "car_and_keys")


@dataclass(frozen=True, slots=True)
class Move:
    """Answers from before `at` (ms) were given for another time than `start`."""

    start: int
    at: int


def asked_again(checklist: Checklist) -> list[str]:
    """The steps that are answered for a time: all that a support person promises, what else is about the ride, and what
    the client tells of the hours before the start, such as what they ate."""
    return [
        step["id"]
        for step in checklist.rules["steps"]
        if step["phase"] == "before" and not step["marks"] and not step["every"] and _is_for_a_time(step)
    ]


def _is_for_a_time(step: dict[str, Any]) -> bool:
    of_the_hours_before = "client" in step["who"] and step["opens"] is not None and step["opens"]["from"] == "start"
    promised = "support" in step["who"] or step["id"].startswith("ride") or step["id"] in NAMED
    return promised or of_the_hours_before


def is_for_another_time(checklist: Checklist, session: dict[str, Any], shown: int, entry: Mapping[str, Any]) -> bool:
    """Whether an entry promises something for the start that its page had `shown` (ms), which is not the session's any
    more: whoever said it had not heard of the move. A "no" holds for any time."""
    step = next((one for one in checklist.rules["steps"] if one["id"] == entry.get("step")), None)
    if abs(shown - session["start"]) <= SAME_MS or step is None or step["id"] not in asked_again(checklist):
        return False
    if entry.get("kind") == "answer":
        return verdict({"answer": entry.get("answer")}, step, session) == "ok"
    return entry.get("kind") == "waive"


def move_to(arranged: Sequence[Arrangement], was: int, start: int, now: int) -> Move | None:
    """What a move from `was` to `start`, made `now`, asks again; where it is too near for that, what an earlier one
    did. Measured from every time for which answers may have been given: many small moves are a large one."""
    if any(abs(start - time) > SAME_MS for time in _times(arranged, was)):
        return Move(start, now)
    return last_move(arranged, start)


def last_move(arranged: Iterable[Arrangement], start: int) -> Move | None:
    """What the moves so far ask again of a session that is planned for `start`."""
    times = [one.body["again"] for one in arranged if one.kind == "rescheduled" and one.body.get("again")]
    return Move(start, max(times)) if times else None


def _times(arranged: Sequence[Arrangement], was: int) -> set[int]:
    """The times for which the session was planned since all was asked last."""
    times = {was}
    for one in reversed([one for one in arranged if one.kind == "rescheduled"]):
        times.add(one.body["to"])
        if one.body.get("again"):
            break
        times.add(one.body["from"])
    return times


def as_moved(checklist: Checklist, move: Move | None) -> Checklist:
    """`checklist` as it is for a session that was moved. Its version names the move."""
    if move is None:
        return checklist
    mark = hashlib.sha256(json.dumps([move.start, move.at]).encode()).hexdigest()[:8]
    rules = copy.deepcopy(checklist.rules)
    rules["version"] = f"{checklist.version}+{mark}"
    again = set(asked_again(checklist))
    for step in rules["steps"]:
        if step["id"] in again:
            step["opens"] = _opening(step["opens"], move)
    return replace(checklist, version=rules["version"], rules=rules)


def _opening(own: dict[str, Any] | None, move: Move) -> dict[str, Any]:
    """The later of the protocol's own opening and the move. What is reckoned from the dose opens after it anyway."""
    since = (move.at + 1 - move.start) / MINUTE
    if own is None:
        return {"from": "start", "minutes": since}
    return own if own["from"] != "start" or own["minutes"] >= since else {"from": "start", "minutes": since}
