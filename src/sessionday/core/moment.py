"""Where the day stands at an instant: what was given, left, cancelled or closed, and what is reckoned from it. Imports
only what stands of the record, and the hold."""

from dataclasses import dataclass

from .entries import Entry, Record
from .hold import Hold, hold
from .live import Span, live
from .values import Instant, Json, minutes


@dataclass(slots=True)
class Moment:
    now: Instant
    record: Record
    first_dose: Instant | None
    last_dose: Instant | None
    left: Instant | None
    cancelled: bool
    closed: bool
    hold: Hold | None
    span: Span | None  # while the client is impaired
    start: Instant
    anchors: dict[str, Instant | None]


def moment(protocol: Json, session: Json, record: Record, now: Instant) -> Moment:
    # Whoever marks these is staff, whom nothing impairs: so the doses can be known before the span that they begin.
    doses = [dose.t for step in record.marking.get("dose", ()) for dose in live(step, record, None).answers]
    first, last = min(doses, default=None), max(doses, default=None)
    cancelled = not doses and bool(marks("cancel", record))
    held = hold(protocol, session, last, cancelled, now)
    until = held.until if held else None
    leaves = [] if last is None else [leave.t for leave in marks("leave", record) if leave.t > last]
    left = min(leaves, default=None)
    return Moment(
        now=now,
        record=record,
        first_dose=first,
        last_dose=last,
        left=left,
        cancelled=cancelled,
        closed=bool(marks("close", record)),
        hold=held,
        span=None if first is None else (first, until),
        start=session["start"],
        anchors={"start": session["start"], "first_dose": first, "dose": last, "leave": left, "hold": until},
    )


def marks(event: str, record: Record) -> list[Entry]:
    """The answers that are that event: each a yes, in a step where no no stands against it."""
    standing = [live(step, record, None) for step in record.marking.get(event, ())]
    return [ok for stands in standing if not stands.stops for ok in stands.oks]


def anchored(offset: Json | None, at: Moment) -> Instant | None:
    """The instant that an `opens` or `due` names, or None where there is none, or its anchor is not known."""
    anchor = at.anchors[offset["from"]] if offset else None
    return None if offset is None or anchor is None else anchor + minutes(offset["minutes"])
