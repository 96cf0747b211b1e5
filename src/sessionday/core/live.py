"""Which answers and waives of a step still stand, and whose word counts while the medicine works. Imports only entries
and who knew of what."""

from collections.abc import Iterable, Sequence

from .entries import Entry, Live, Record, Said, is_ok
from .knew import Horizon, horizon, horizons, is_known
from .values import Instant, Json, is_blank, text

# From when until when the client does not vouch for themselves; no end is an end not yet known.
Span = tuple[Instant, Instant | None]

UNHEARD: Horizon = {}
NOTHING = Live([], [], [], [])  # of what was never said


def repeats(step: Json) -> bool:
    return bool(step.get("every")) or step.get("marks") in ("dose", "help")


def live(step: Json, record: Record, span: Span | None) -> Live:
    """What stands of a step. All of it having been said before the record ends, and before anybody was impaired, it is
    the same whenever it is asked, and found once."""
    said = record.said[step["id"]]
    if said.last is None:
        return NOTHING
    if said.last.place >= record.end or (span is not None and step.get("capacity") and said.last.t >= span[0]):
        return find_live(step, said, record, span)
    if said.live is None:
        said.live = find_live(step, said, record, span)
    return said.live


def find_live(step: Json, said: Said, record: Record, span: Span | None) -> Live:
    answers, waives = live_answers(step, said, record, span), live_waives(step, said, record, span)
    oks = [answer for answer in answers if is_ok(answer, step, record)]
    stops = uncovered(answers, waives) if len(oks) < len(answers) else []
    return Live(answers, oks, stops, waives)


def live_answers(step: Json, said: Said, record: Record, span: Span | None) -> list[Entry]:
    who, end, taken_back = step["who"], record.end, record.withdrawals
    answers = [answer for answer in said.answers if answer.role in who and answer.place < end]
    standing = [a for a in answers if a.id not in taken_back or withdrawal(a, step, record, span) is None]
    if repeats(step) or len(answers) < 2:
        return standing
    over_oks = horizons(effective(answers, step, record, span))
    if len(standing) == len(answers):
        return [answer for answer in answers if not is_known(answer, over_oks.get(answer.role, UNHEARD))]
    # A withdrawn answer still supersedes oks, but no stop.
    over_stops = horizons(effective(standing, step, record, span))
    return [
        answer
        for answer in standing
        if not is_known(answer, (over_oks if is_ok(answer, step, record) else over_stops).get(answer.role, UNHEARD))
    ]


def live_waives(step: Json, said: Said, record: Record, span: Span | None) -> list[Entry]:
    if not said.waives or not step.get("waivable"):
        return []
    return [
        waive
        for waive in said.waives
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


def effective(answers: list[Entry], step: Json, record: Record, span: Span | None) -> list[Entry]:
    """All but the impaired oks: those change nothing."""
    if span is None or not step.get("capacity"):
        return answers
    return [answer for answer in answers if not is_impaired(answer, step, span) or not is_ok(answer, step, record)]


def uncovered(answers: Iterable[Entry], waives: Sequence[Entry]) -> list[Entry]:
    """The stops that no waive covers: a waive covers what it knew, but never a never."""
    stops = [answer for answer in answers if answer.verdict != "ok"]
    if not stops or not waives:
        return stops
    waived = horizon(waives)
    return [stop for stop in stops if stop.verdict == "never" or not is_known(stop, waived)]
