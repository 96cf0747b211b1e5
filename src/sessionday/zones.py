"""The only place that knows time zones: it turns a clinic's local days and clock times into instants.

The rules get `days`, the pages `clock`; neither needs a time-zone database (RULES.md, "Session").
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DAY = timedelta(days=1)
DAY_MS = 86_400_000
DAY_TEXT = len("2026-12-01")
Clock = list[tuple[int, int]]


class ZoneError(ValueError):
    """No such time zone, or no such local time; the message is for a person."""


def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name such as ‘America/Toronto’. Raises ZoneError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneError(f"There is no time zone ‘{name}’. Write it like America/Toronto.") from None


def names() -> list[str]:
    """The zones that people live in, as ‘America/Toronto’."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))


def instant(local: datetime, zone: ZoneInfo) -> int:
    """The instant (ms) at which clocks in `zone` show `local`.

    Shown twice: the later instant. Skipped: the first instant after the gap. So no hold ends early (RULES.md).
    """
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return _ms(max(early, late))
    return _first_after_gap(late, early, zone)


def days(start: int, zone: ZoneInfo, day_starts: str) -> list[dict[str, int]]:
    """`{midnight, morning}` of each local day, from the day before `start` (ms) to ten days after it."""
    first = _local(start, zone).date() - DAY
    morning = time.fromisoformat(day_starts)
    return [_day(first + DAY * number, morning, zone) for number in range(12)]


def clock(start: int, zone: ZoneInfo) -> Clock:
    """(since ms, minutes ahead of UTC) for 40 days to both sides of `start`: what a phone needs to show clock times."""
    return list(_clock(start // DAY_MS, zone))


@lru_cache(maxsize=512)
def _clock(day: int, zone: ZoneInfo) -> Clock:
    """The same for all sessions of a day: it asks the zone some two thousand times."""
    hour, start = 3_600_000, day * DAY_MS
    found: Clock = []
    for t in range(start - 40 * DAY_MS, start + 41 * DAY_MS, hour):
        ahead = _ahead(t, zone)
        if not found or found[-1][1] != ahead:
            found.append((_change(t - hour, t, zone) if found else t, ahead))
    return found


def shown(t: int, zone: ZoneInfo) -> str:
    """What clocks in `zone` show at `t` (ms), as ‘2026-12-01T10:00’."""
    return _local(t, zone).strftime("%Y-%m-%dT%H:%M")


def day_of(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """The first instant of ‘2026-12-01’ and of the day after it, in `zone`. Raises ZoneError."""
    try:
        day = date.fromisoformat(text)
        return instant(datetime.combine(day, time()), zone), instant(datetime.combine(day + DAY, time()), zone)
    except (ValueError, OverflowError):
        raise ZoneError(f"‘{text}’ is no day. Write it like 2026-12-01.") from None


def parse_local(text: str, zone: ZoneInfo) -> int:
    """The instant (ms) of ‘2026-12-01T10:00’, in `zone` where it has no offset of its own. Raises ZoneError."""
    try:
        given = datetime.fromisoformat(text if len(text) > DAY_TEXT else "")  # a day alone is no time of it
    except ValueError:
        raise ZoneError(f"‘{text}’ is no date and time. Write it like 2026-12-01T10:00.") from None
    return instant(given, zone) if given.tzinfo is None else _ms(given)


def _day(day: date, morning: time, zone: ZoneInfo) -> dict[str, int]:
    return {
        "midnight": instant(datetime.combine(day, time()), zone),
        "morning": instant(datetime.combine(day, morning), zone),
    }


def _first_after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> int:
    return _change(_ms(before), _ms(after), zone)


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The instant in (before, after] at which clocks became what they are at `after`; zones change on whole seconds."""
    low, high, ahead = before // 1000, after // 1000, _ahead(after, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _ahead(middle * 1000, zone) == ahead else (middle, high)
    return high * 1000


def _ahead(t: int, zone: ZoneInfo) -> int:
    offset = _local(t, zone).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def _local(t: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(t / 1000, zone)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
