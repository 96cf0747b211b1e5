"""Which answers and waives of a step still stand, and whose word counts while the medicine works. Imports only entries
and who knew of what."""

from collections.abc import Iterable, Sequence

from .entries import Entry, Record
from .knew import horizon, horizons, is_known
from .values import Instant, Json, is_blank, text

# From when until when the client does not vouch for themselves; no end is an end not yet known.
Span = tuple[Instant, Instant | None]


def repeats(step: Json) -> bool:
    return bool(step.get("every")) or step.get("marks") in ("dose", "help")


def live_answers(step: Json, record: Record, span: Span | None) -> list[Entry]:
    who, end = step["who"], record.end
    said = [answer for answer in record.answers[step["id"]] if answer.role in who and answer.place < end]
    taken_back = record.withdrawals
    standing = [a for a in said if a.id not in taken_back or withdrawal(a, step, record, span) is None]
    if repeats(step) or len(said) < 2:
        return standing
    # A withdrawn answer still supersedes oks, but no stop.
    over_oks = horizons(effective(said, step, span))
    over_stops = over_oks if len(standing) == len(said) else horizons(effective(standing, step, span))
    return [
        answer
        for answer in standing
        if not is_known(answer, (over_oks if answer.verdict == "ok" else over_stops).get(answer.role, {}))
    ]


def live_waives(step: Json, record: Record, span: Span | None) -> list[Entry]:
    if not step.get("waivable"):
        return []
    return [
        waive
        for waive in record.waives[step["id"]]
        if waive.role == "staff"
        and waive.place < record.end
        and has_reason(waive)
        and withdrawal(waive, step, record, span) is None
    ]


def has_reason(waive: Entry) -> bool:
    reason = text(waive.said.get("reason"))
    return reason is not None and not is_blank(reason)


def withdrawal(entry: Entry, step: Json, record: Record, span: Span | None) -> Entry | None:
    """The first word that takes this entry back, by the same role and with a clear head. A call for help stays."""
    if step.get("marks") == "help" and entry.kind == "answer":
        return None
    for taken_back in record.withdrawals.get(entry.id, ()):
        is_theirs = taken_back.role == entry.role and taken_back.place < record.end
        if is_theirs and not is_impaired(taken_back, step, span):
            return taken_back
    return None


def is_impaired(entry: Entry, step: Json, span: Span | None) -> bool:
    if span is None or entry.role != "client" or not step.get("capacity"):
        return False
    start, end = span
    return entry.t >= start and (end is None or entry.t < end)


def effective(answers: list[Entry], step: Json, span: Span | None) -> list[Entry]:
    """All but the impaired oks: those change nothing."""
    if not step.get("capacity"):
        return answers
    return [answer for answer in answers if answer.verdict != "ok" or not is_impaired(answer, step, span)]


def uncovered(answers: Iterable[Entry], waives: Sequence[Entry]) -> list[Entry]:
    """The stops that no waive covers: a waive covers what it knew, but never a never."""
    stops = [answer for answer in answers if answer.verdict != "ok"]
    if not stops or not waives:
        return stops
    waived = horizon(waives)
    return [stop for stop in stops if stop.verdict == "never" or not is_known(stop, waived)]
