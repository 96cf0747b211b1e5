"""One step's status, and whose word decided it. Imports only what stands of the record, and the moment; knows nothing
of gates, which are shut by steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from .entries import Entry, Live
from .knew import horizons, is_known
from .live import UNHEARD, is_impaired, live, repeats
from .moment import Moment, anchored
from .values import Instant, Json, after, minutes

PLACE = attrgetter("place")
NOBODY: frozenset[str | None] = frozenset()


@dataclass(slots=True)
class Standing:
    status: str
    deciding: Sequence[Entry] = ()  # in order: the last decides
    opens: Instant | None = None
    due_at: Instant | None = None
    good: Sequence[Entry] = ()  # what counts, for as long as it stays fresh
    content: frozenset[str | None] = NOBODY  # of a quorum: the roles that have said yes, and nothing against it


def standing(step: Json, at: Moment) -> Standing:
    if step.get("marks") == "help":
        return Standing("todo")
    if at.cancelled and step.get("marks") != "cancel":
        return Standing("off")
    return asked_again(step, at) if step.get("every") else asked_once(step, at)


def asked_once(step: Json, at: Moment) -> Standing:
    opens, due = anchored(step.get("opens"), at), anchored(step.get("due"), at)
    stands = live(step, at.record, at.span)
    fresh, stale, impaired = weighed(since_opening(stands.oks, step, opens), step, at)
    content = content_roles(fresh, stands) if step["quorum"] == "all" else NOBODY
    if stands.stops:
        return Standing(conflict_or_stop(step, stands), stands.stops, opens, due, fresh, content)
    if suffice(step, fresh):
        return Standing("done", fresh, opens, due, fresh, content)
    waived, lapsed, _ = weighed(since_opening(stands.waives, step, opens), step, at)
    status, deciding = unanswered(step, opens, due, at), impaired
    if waived:
        status, deciding = "waived", waived
    elif stale or lapsed:
        status, deciding = "expired", in_order(stale + lapsed)
    elif impaired:
        status = "impaired"
    return Standing(status, deciding, opens, due, fresh + waived, content)


def since_opening(entries: list[Entry], step: Json, opens: Instant | None) -> list[Entry]:
    if not entries or not step.get("opens"):
        return entries
    return [] if opens is None else [entry for entry in entries if entry.t >= opens]


def weighed(entries: list[Entry], step: Json, at: Moment) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """The fresh, the expired and the impaired. Whoever has left is as fresh as they were then."""
    impaired: list[Entry] = []
    if step.get("capacity") and at.span is not None:
        impaired = [entry for entry in entries if is_impaired(entry, step, at.span)]
        entries = [entry for entry in entries if not is_impaired(entry, step, at.span)]
    if step.get("fresh_minutes") is None:
        return entries, [], impaired
    good_from = (at.now if at.left is None else at.left) - minutes(step["fresh_minutes"])
    fresh = [entry for entry in entries if entry.t >= good_from]
    return fresh, [entry for entry in entries if entry.t < good_from], impaired


def conflict_or_stop(step: Json, stands: Live) -> str:
    """A conflict: somebody of one role says yes and no, and neither took the other back."""
    agreeing = {ok.role for ok in stands.oks}
    is_split = any(stop.role in agreeing for stop in stands.stops)
    return "conflict" if is_split and not repeats(step) else "stop"


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


def in_order(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=PLACE)


def content_roles(fresh: list[Entry], stands: Live) -> frozenset[str | None]:
    against = {answer.role for answer in stands.answers if answer.verdict != "ok"}
    return frozenset(answer.role for answer in fresh) - against


def asked_again(step: Json, at: Moment) -> Standing:
    """A step with `every`: each reading or waive is good until the next one is due."""
    opens = anchored(step.get("opens"), at)
    if is_locked(step, opens, at):
        return Standing("locked", opens=opens)
    stands = live(step, at.record, at.span)
    stops = unresolved(since_opening(stands.stops, step, opens), since_opening(stands.oks, step, opens))
    if stops:
        return Standing("stop", stops)
    counted = in_order(since_opening(stands.answers + stands.waives, step, opens))
    last = counted[-1] if counted else None
    told = None if last is None else "waived" if last.kind == "waive" else "done"
    if at.left is not None:
        return Standing(told or "overdue", counted)
    since = last.t if last else at.start if opens is None else opens
    due = since + minutes(step["every"]["minutes"])
    missed = due + minutes(step["every"]["grace_minutes"])
    return Standing("overdue" if at.now > missed else told or "todo", counted, due_at=due)


def unresolved(stops: list[Entry], oks: list[Entry]) -> list[Entry]:
    """The stops that no later yes answered, by the same role or by staff."""
    if not stops:
        return []
    yes = horizons(oks)
    return [stop for stop in stops if not any(is_known(stop, yes.get(role, UNHEARD)) for role in (stop.role, "staff"))]


def turns(step: Json, found: Standing, at: Moment) -> list[Instant]:
    """When time alone may change it: as it opens, falls overdue, or as what is good expires."""
    instants = [] if found.opens is None else [found.opens]
    if found.due_at is not None:
        grace = minutes(step["every"]["grace_minutes"]) if step.get("every") else 0
        instants.append(after(found.due_at + grace))
    if step.get("fresh_minutes") is not None and at.left is None:
        instants += [after(entry.t + minutes(step["fresh_minutes"])) for entry in found.good]
    return instants
