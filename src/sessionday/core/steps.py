"""One step's status, and whose word decided it. Imports only what stands of the record, and the moment; knows nothing
of gates, which are shut by steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from .entries import Entry
from .knew import horizons, is_known
from .live import is_impaired, live_answers, live_waives, repeats, uncovered
from .moment import Moment, anchored
from .values import Instant, Json, after, minutes


@dataclass(slots=True)
class Standing:
    status: str
    by: Entry | None = None
    due_at: Instant | None = None
    stops: Sequence[Entry] = ()  # those that make it a stop or a conflict
    content: frozenset[str | None] = frozenset()  # of a quorum: the roles that have said yes, and nothing against it
    turns: Sequence[Instant] = ()  # instants at which time alone may change it


def standing(step: Json, at: Moment) -> Standing:
    if step.get("marks") == "help":
        return Standing("todo")
    if at.cancelled and step.get("marks") != "cancel":
        return Standing("off")
    return asked_again(step, at) if step.get("every") else asked_once(step, at)


def asked_once(step: Json, at: Moment) -> Standing:
    opens, due = anchored(step.get("opens"), at), anchored(step.get("due"), at)
    answers, waives = live_answers(step, at.record, at.span), live_waives(step, at.record, at.span)
    oks = [answer for answer in answers if answer.verdict == "ok"]
    stops = uncovered(answers, waives)
    able, impaired = by_ability(since_opening(oks, step, opens), step, at)
    fresh, stale = by_age(able, step, at)
    waived, lapsed = by_age(since_opening(waives, step, opens), step, at)
    cases = (
        (conflict_or_stop(step, stops, oks), stops),
        ("done", fresh if suffice(step, fresh) else []),
        ("waived", waived),
        ("expired", stale + lapsed),
        ("impaired", impaired),
    )
    status, deciding = next((case for case in cases if case[1]), (unanswered(step, opens, due, at), []))
    turns = expiries(fresh + waived, step, at)
    if opens is not None:
        turns.append(opens)
    if due is not None:
        turns.append(after(due))
    content = content_roles(fresh, answers) if step["quorum"] == "all" else frozenset()
    return Standing(status, latest(deciding), due, stops, content, turns)


def since_opening(entries: list[Entry], step: Json, opens: Instant | None) -> list[Entry]:
    if not step.get("opens"):
        return entries
    return [] if opens is None else [entry for entry in entries if entry.t >= opens]


def by_ability(answers: list[Entry], step: Json, at: Moment) -> tuple[list[Entry], list[Entry]]:
    if not step.get("capacity"):
        return answers, []
    impaired = [answer for answer in answers if is_impaired(answer, step, at.span)]
    return [answer for answer in answers if not is_impaired(answer, step, at.span)], impaired


def by_age(entries: list[Entry], step: Json, at: Moment) -> tuple[list[Entry], list[Entry]]:
    """The fresh and the expired. Whoever has left is as fresh as they were then."""
    if step.get("fresh_minutes") is None:
        return entries, []
    good_from = (at.now if at.left is None else at.left) - minutes(step["fresh_minutes"])
    return [entry for entry in entries if entry.t >= good_from], [entry for entry in entries if entry.t < good_from]


def conflict_or_stop(step: Json, stops: list[Entry], oks: list[Entry]) -> str:
    """A conflict: somebody of one role says yes and no, and neither took the other back."""
    if not stops or repeats(step):
        return "stop"
    agreeing = {ok.role for ok in oks}
    return "conflict" if any(stop.role in agreeing for stop in stops) else "stop"


def suffice(step: Json, fresh: list[Entry]) -> bool:
    if step["quorum"] == "all":
        return bool(fresh) and {answer.role for answer in fresh}.issuperset(step["who"])
    return bool(fresh)


def unanswered(step: Json, opens: Instant | None, due: Instant | None, at: Moment) -> str:
    if is_locked(step, opens, at):
        return "locked"
    return "overdue" if due is not None and at.now > due else "todo"


def is_locked(step: Json, opens: Instant | None, at: Moment) -> bool:
    return bool(step.get("opens")) and (opens is None or opens > at.now)


def expiries(entries: list[Entry], step: Json, at: Moment) -> list[Instant]:
    if step.get("fresh_minutes") is None or at.left is not None:
        return []
    return [after(entry.t + minutes(step["fresh_minutes"])) for entry in entries]


def latest(entries: Sequence[Entry]) -> Entry | None:
    return max(entries, key=lambda entry: entry.place, default=None)


def content_roles(fresh: list[Entry], answers: list[Entry]) -> frozenset[str | None]:
    return frozenset(answer.role for answer in fresh) - {answer.role for answer in answers if answer.verdict != "ok"}


def asked_again(step: Json, at: Moment) -> Standing:
    """A step with `every`: each reading or waive is good until the next one is due."""
    opens = anchored(step.get("opens"), at)
    if is_locked(step, opens, at):
        return Standing("locked", turns=[] if opens is None else [opens])
    readings = since_opening(live_answers(step, at.record, at.span), step, opens)
    waives = live_waives(step, at.record, at.span)
    stops = unresolved(uncovered(readings, waives), readings)
    if stops:
        return Standing("stop", latest(stops), stops=stops)
    last = latest(readings + since_opening(waives, step, opens))
    told = None if last is None else "waived" if last.kind == "waive" else "done"
    if at.left is not None:
        return Standing(told or "overdue", last)
    since = last.t if last else at.start if opens is None else opens
    due = since + minutes(step["every"]["minutes"])
    missed = due + minutes(step["every"]["grace_minutes"])
    return Standing("overdue" if at.now > missed else told or "todo", last, due, turns=[after(missed)])


def unresolved(stops: list[Entry], readings: list[Entry]) -> list[Entry]:
    """The stops that no later yes answered, by the same role or by staff."""
    if not stops:
        return []
    oks = horizons([reading for reading in readings if reading.verdict == "ok"])
    return [stop for stop in stops if not any(is_known(stop, oks.get(role, {})) for role in (stop.role, "staff"))]
