"""The driving hold: whether there is one, until when, and whether it is known or only assumed. Imports only how JSON is
read."""

from dataclasses import dataclass

from .values import Instant, Json, minutes


@dataclass(slots=True)
class Hold:
    until: Instant | None  # None: no known end
    assumed: bool  # no dose is known


def hold(protocol: Json, session: Json, last_dose: Instant | None, cancelled: bool, now: Instant) -> Hold | None:
    if last_dose is not None:
        return Hold(hold_end(protocol, session, last_dose), assumed=False)
    if cancelled or now < assumed_from(protocol, session):
        return None
    assumed_dose = session["start"] + minutes(protocol["assume"]["last_minutes"])
    return Hold(hold_end(protocol, session, assumed_dose), assumed=True)


def hold_end(protocol: Json, session: Json, last_dose: Instant) -> Instant | None:
    """The first morning of a day that began after the dose, once the hours are over too. None when the days run out."""
    morning: Instant | None = next((day["morning"] for day in session["days"] if day["midnight"] > last_dose), None)
    rested = last_dose + minutes(protocol["hold"]["at_least_minutes"])
    return None if morning is None else max(morning, rested)


def assumed_from(protocol: Json, session: Json) -> Instant:
    """From when silence means that a dose was given."""
    start: Instant = session["start"]
    return start + minutes(protocol["assume"]["from_minutes"])
