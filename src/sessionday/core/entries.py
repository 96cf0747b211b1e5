"""The record in order: what has happened by now, each entry once, kept by what it is about. Imports only what answers
mean and how JSON is read."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from .answers import verdict
from .values import Instant, Json, count, is_object, number, text


class Entry:
    """An entry as far as the rules read it: text or None; a number, or one that compares with nothing."""

    __slots__ = ("device", "id", "kind", "n", "place", "role", "said", "seen", "seq", "t", "verdict")

    def __init__(self, said: Json, id: str, t: Instant) -> None:
        self.said = said
        self.id = id
        self.t = t
        self.kind = said.get("kind")
        self.role = text(said.get("role"))
        self.device = text(said.get("device"))
        self.n = count(said.get("n"))
        self.seen = count(said.get("seen"))
        self.seq = count(said.get("seq"))
        self.place = 0  # in the order of the record
        self.verdict = ""  # of an answer, once that was asked


@dataclass(slots=True, eq=False)
class Live:
    """What stands of all that was said about a step, in order."""

    answers: list[Entry]
    oks: list[Entry]
    stops: list[Entry]  # those that no waive covers
    waives: list[Entry]


@dataclass(slots=True, eq=False)
class Said:
    """All that was said about a step, in order."""

    answers: list[Entry] = field(default_factory=list)
    waives: list[Entry] = field(default_factory=list)
    last: Entry | None = None  # of these, and of what takes one of them back
    live: Live | None = None  # kept once found, for those who may share it


@dataclass(slots=True, eq=False)
class Record:
    session: Json
    marking: dict[str, list[Json]]  # by event: the steps that mark it
    holding: dict[str, list[Json]]  # by gate: the steps that hold it shut until done
    said: dict[str | None, Said]  # by step
    end: int  # the place from which on nothing is known yet
    homes: dict[str, Said] = field(default_factory=dict)  # by the id of what was said there
    withdrawals: dict[str, list[Entry]] = field(default_factory=dict)  # by the id of what they take back
    acked: set[str] = field(default_factory=set)  # alerts' keys


def read_record(protocol: Json, session: Json, entries: Iterable[Any], now: Instant) -> Record:
    ordered, steps = in_order(entries, now), protocol["steps"]
    said = {step["id"]: Said() for step in steps}
    record = Record(session, grouped("marks", steps), grouped("gate", steps), said, end=len(ordered))
    for entry in ordered:
        if entry.kind == "answer" or entry.kind == "waive":
            about = record.said.get(text(entry.said.get("step")))
            if about is not None:
                hear(entry, about, record)
        else:
            of = text(entry.said.get("of"))
            if of is not None:
                hear_of(of, entry, record)
    return record


def grouped(key: str, steps: list[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for step in steps:
        if step.get(key):
            found.setdefault(step[key], []).append(step)
    return found


def hear(entry: Entry, said: Said, record: Record) -> None:
    (said.answers if entry.kind == "answer" else said.waives).append(entry)
    said.last = entry
    record.homes[entry.id] = said


def hear_of(of: str, entry: Entry, record: Record) -> None:
    if entry.kind == "withdraw":
        record.withdrawals.setdefault(of, []).append(entry)
        if of in record.homes:
            record.homes[of].last = entry
    elif entry.kind == "ack" and entry.role == "staff":
        record.acked.add(of)


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
    return None if id is None or t is None else Entry(said, id, t)


def is_ok(answer: Entry, step: Json, record: Record) -> bool:
    """What an answer means is found when it is first asked: most are superseded, and never asked."""
    if not answer.verdict:
        answer.verdict = verdict(answer.said, step, record.session)
    return answer.verdict == "ok"


def before(record: Record, entry: Entry) -> Record:
    """The record as it stood when this entry came: what lies strictly before it in order."""
    known = (record.homes, record.withdrawals, record.acked)
    return Record(record.session, record.marking, record.holding, record.said, entry.place, *known)
