"""Local days and clock times as instants, on the nights that are not like the others."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from sessionday import zones

VECTORS = Path(__file__).parent / "vectors" / "named.json"
CASES = {case["name"]: case["session"] for case in json.loads(VECTORS.read_text("utf-8"))["cases"]}


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("the hold when clocks go forward in the night", "America/Toronto"),
        ("the hold when clocks go back in the night", "America/Toronto"),
        ("the hold when clocks go back by half an hour", "Australia/Lord_Howe"),
        ("the hold when midnight itself is skipped", "America/Santiago"),
    ],
)
def test_a_sessions_days_are_those_of_the_vectors(name: str, zone: str) -> None:
    session = CASES[name]
    assert zones.days(session["start"], zones.zone_named(zone), "06:00") == session["days"]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("America/Toronto", "2026-12-01T10:00", "2026-12-01T15:00+00:00"),
        ("America/Toronto", "2026-11-01T01:30", "2026-11-01T06:30+00:00"),  # shown twice: the later
        ("America/Toronto", "2026-03-08T02:30", "2026-03-08T07:00+00:00"),  # skipped: the first instant after the gap
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T15:15+00:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00+00:00"),  # a whole day that never was
    ],
)
def test_a_local_time_is_one_instant(zone: str, local: str, utc: str) -> None:
    expected = round(datetime.fromisoformat(utc).timestamp() * 1000)
    assert zones.parse_local(local, zones.zone_named(zone)) == expected


def test_a_time_with_its_own_offset_is_taken_as_it_is() -> None:
    toronto = zones.zone_named("America/Toronto")
    assert zones.parse_local("2026-12-01T10:00+01:00", toronto) == zones.parse_local("2026-12-01T04:00", toronto)


@pytest.mark.parametrize("name", ["", "Mars/One", "../etc/passwd", "Toronto\x00"])
def test_a_zone_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(zones.ZoneError, match="There is no time zone"):
        zones.zone_named(name)
