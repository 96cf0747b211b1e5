"""The record in order: what has happened by now, each entry once, kept by what it is about. Imports only what answers
mean and how JSON is read."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from .answers import verdict
from .values import Instant, Json, count, is_object, number, text


@dataclass(slots=True, eq=False)
class Entry:
    """An entry as far as the rules read it: text or None; a number, or one that compares with nothing."""

    said: Json
    id: str
    t: Instant
    kind: str | None
    role: str | None
    device: str | None
    n: int | float
    seen: int | float
    seq: int | float
    place: int = 0  # in the order of the record
    verdict: str = ""  # of an answer


@dataclass(slots=True)
class Record:
    answers: dict[str, list[Entry]]  # by step
    waives: dict[str, list[Entry]]  # by step
    withdrawals: dict[str, list[Entry]]  # by the id of what they take back
    acked: set[str]  # alerts' keys
    end: int | float = math.inf  # the place from which on nothing is known yet


def read_record(protocol: Json, session: Json, entries: Iterable[Any], now: Instant) -> Record:
    steps = {step["id"]: step for step in protocol["steps"]}
    record = Record({id: [] for id in steps}, {id: [] for id in steps}, {}, set())
    for entry in in_order(entries, now):
        about, of = text(entry.said.get("step")), text(entry.said.get("of"))
        if entry.kind == "answer" and about is not None and about in steps:
            entry.verdict = verdict(entry.said, steps[about], session)
            record.answers[about].append(entry)
        elif entry.kind == "waive" and about is not None and about in steps:
            record.waives[about].append(entry)
        elif entry.kind == "withdraw" and of is not None:
            record.withdrawals.setdefault(of, []).append(entry)
        elif entry.kind == "ack" and of is not None and entry.role == "staff":
            record.acked.add(of)
    return record


def in_order(entries: Iterable[Any], now: Instant) -> list[Entry]:
    """What has happened by now, each id once, by (t, id). What has no id or no time can't be placed: it is left out."""
    held: dict[str, Entry] = {}
    for said in entries:
        entry = read_entry(said) if is_object(said) else None
        if entry is None or entry.t > now:
            continue
        other = held.get(entry.id)
        if other is None or (math.isnan(other.seq) and not math.isnan(entry.seq)):
            held[entry.id] = entry
    ordered = sorted(held.values(), key=attrgetter("t", "id"))
    for place, entry in enumerate(ordered):
        entry.place = place
    return ordered


def read_entry(said: Json) -> Entry | None:
    id, t = text(said.get("id")), number(said.get("t"))
    if id is None or t is None:
        return None
    kind, role, device = text(said.get("kind")), text(said.get("role")), text(said.get("device"))
    n, seen, seq = count(said.get("n")), count(said.get("seen")), count(said.get("seq"))
    return Entry(said, id, t, kind, role, device, n, seen, seq)


def before(record: Record, entry: Entry) -> Record:
    """The record as it stood when this entry came: what lies strictly before it in order."""
    return replace(record, end=entry.place)
