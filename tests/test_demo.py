"""The demo's day says the same at whatever hour somebody looks at it."""

import re
from pathlib import Path

import pytest

from sessionday import demo
from sessionday.app import create_app
from sessionday.settings import Settings
from tests.world import Clock

NOON = 1_796_144_400_000  # Tue 1 Dec 2026, 12:00 in Toronto
HOUR = 3_600_000
ONES_OWN = re.compile(":[0-9a-f-]+$")  # an instant or an id: another in each demo


async def told(database: Path, now: int) -> dict[str, tuple[str, list[str]]]:
    """By client: the stage, and the alerts that nobody took, as the board has them."""
    settings = Settings(database=f"sqlite:///{database}", keys=("k" * 48,))
    made = await demo.fill(settings, "demo lantern seven hats", now)
    app = create_app(settings, now=Clock(now))
    found: dict[str, tuple[str, list[str]]] = {}
    async with app.router.lifespan_context(app):
        site = app.state.site
        for story, booked in made:
            session = await site.store.session(booked.session.handle)
            state = (await site.states.of(session, now)).state
            alerts = [ONES_OWN.sub("", one["key"]) for one in state["alerts"] if not one["acked"]]
            found[story.client] = (state["stage"], sorted(alerts))
    return found


@pytest.mark.parametrize("hours", range(1, 24, 2))
async def test_the_demo_tells_the_same_day_at_every_hour(tmp_path: Path, hours: int) -> None:
    assert await told(tmp_path / "then.db", NOON + hours * HOUR) == await told(tmp_path / "noon.db", NOON)


async def test_the_gravest_alert_of_the_demo_is_the_call_for_help(tmp_path: Path) -> None:
    found = await told(tmp_path / "noon.db", NOON)
    assert found["Eli"] == ("closed", [])
    assert found["Mia"] == ("during", ["help"])
