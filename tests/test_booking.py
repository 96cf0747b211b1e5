"""A session is booked for a day that somebody can have meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from sessionday.booking import EARLIEST_DAYS, LATEST_DAYS, StartFar
from tests.world import HOUR, START, open_world

DAY = 24 * HOUR


@pytest.mark.parametrize("days", [-EARLIEST_DAYS - 1, -3653, LATEST_DAYS + 1, 100 * 366, 10**7, -(10**7)])
async def test_a_mistyped_year_is_refused_and_nothing_is_made(tmp_path: Path, days: int) -> None:
    async with open_world(tmp_path) as world:
        before = await world.store.sessions_newest(world.clinic.id, -(2**52), 2**52, 9)
        with pytest.raises(StartFar, match="Check the date"):
            await world.book("Jo", start=world.clock.now + days * DAY)
        assert await world.store.sessions_newest(world.clinic.id, -(2**52), 2**52, 9) == before


async def test_what_is_written_down_late_or_planned_long_before_is_booked(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        for start in (START - 2 * DAY, START + 360 * DAY):
            booked = await world.book("Jo", start=start)
            assert booked.session.over_at > world.clock.now


@pytest.mark.parametrize("start", ["2016-12-01T10:00", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_the_command_says_so_in_one_line(tmp_path: Path, start: str) -> None:
    def run(*asked: str, fails: bool = False) -> str:
        command = [sys.executable, "-m", "sessionday", *asked, "--database", f"sqlite:///{tmp_path / 'day.db'}"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == int(fails), ran.stderr
        return ran.stderr if fails else ran.stdout

    made = run("clinic", "new", "Maple House", "--tz", "America/Toronto", "--phone", "+1 555 0100", "--json")
    clinic = made.split('"id": "')[1].split('"')[0]
    asked = ("session", "new", "--clinic", clinic, "--protocol", "kap-lozenge", "--client", "Sam", "--start", start)
    said = run(*asked, fails=True)
    assert said == "sessionday: This day is long ago or more than a year ahead. Check the date.\n"
