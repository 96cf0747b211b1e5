"""The whole day of a session on three phones, in three ways that must end in the same record."""

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sessionday.core import evaluate
from tests.browser.people import MINUTE, TORONTO, Person, local
from tests.engines import ENGINES, engine, reachable
from tests.server import Server

HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Day:
    """One session's day: who is there, and the clock that moves for all of them."""

    def __init__(self, server: Server, *, scripts: bool) -> None:
        self.server = server
        self.scripts = scripts
        self.start = ten_in_the_morning(server.now() + 26 * HOUR)
        self.session = server.session(server.clinic(), local(self.start))
        self.session["start_ms"] = self.start
        self.people: list[Person] = []

    async def join(self, found: Any) -> None:
        """Client, support person and staff open their pages."""
        for role in ("client", "support", "staff"):
            self.people.append(await Person.at(found, self.server, self.session, role, scripts=self.scripts))
        self.client, self.support, self.staff = self.people

    async def at(self, minutes: float) -> None:
        """It is so many minutes after the planned start, on every clock there is."""
        now = self.start + round(minutes * MINUTE)
        self.server.ahead(self.server_ahead(now))
        for person in self.people:
            await person.at_time(now)

    def server_ahead(self, now: int) -> int:
        """By how much the machine's clock is behind `now`."""
        return now - (self.server.now() - self._ahead())

    def _ahead(self) -> int:
        return int((self.server.folder / "clock").read_text())


def ten_in_the_morning(after: int) -> int:
    """The first 10:00 in the clinic's zone from `after` on: a day that begins at midnight has another hold."""
    shown = datetime.fromtimestamp(after / 1000, TORONTO)
    ten = shown.replace(hour=10, minute=0, second=0, microsecond=0)
    return round((ten if ten >= shown else ten + timedelta(days=1)).timestamp() * 1000)


async def prescriber(day: Day) -> None:
    """Dr. Osei answers from outside, by phone."""
    found = day.client.context.browser
    assert found is not None
    person = await Person.at(found, day.server, day.session, "prescriber", scripts=day.scripts)
    await person.at_time(day.server.now())
    await person.answer_all()
    await person.sent()
    await person.close()


async def before(day: Day) -> None:
    """The days before and the morning: everybody at home answers what their page asks."""
    at_the_clinic = frozenset({"card_given", "lozenge_lot", "touch", "help_signal"})
    for person in (day.staff, day.client, day.support):
        await person.heard()
        await person.answer_all(but=at_the_clinic)
    await prescriber(day)
    await day.at(-110)
    await day.staff.enter()  # a sign-in lasts twelve hours
    for person in (day.client, day.support):
        await person.heard()
        await person.answer_all(but=at_the_clinic)
    for person in day.people:
        await person.sent()
        await person.heard()


async def arrival_to_leaving(day: Day) -> None:
    """At the clinic: what is checked before the dose, the dose, the watching, the way out."""
    await day.at(-20)
    await day.client.answer_all()
    await day.staff.answer_all(but=frozenset({"dose"}))
    await opened(day, "dose")
    assert await day.staff.status("dose") == "todo"
    await day.staff.day()
    await day.staff.answer("dose", {"mg": 100, "lozenges": 1})
    for minutes in range(-5, 120, 15):
        await day.at(minutes)
        await day.staff.answer("watch")
        await day.staff.answer_all(but=frozenset({"leave"}))
    await day.at(125)
    await day.staff.answer_all(but=frozenset({"leave"}))
    await opened(day, "leave")
    await day.staff.answer("leave")


async def opened(day: Day, gate: str) -> None:
    """Staff's page says that a gate is open; if not, its reasons are the failure's message."""
    await day.staff.day()
    place = day.staff.page.locator(f"[data-gate={gate}]")
    assert await place.get_attribute("data-open") == "true", await place.inner_text()


async def after(day: Day) -> None:
    """Home, the evening, the next morning, and what is left to do."""
    await day.support.heard()
    await day.support.answer_all()
    for minutes in (300, 24 * 60 + 30):
        await day.at(minutes)
        for person in (day.client, day.support):
            await person.heard()
            await person.answer_all()
    if day.scripts:
        await day.client.page.wait_for_selector("body[data-stage=clear]", timeout=10_000)
    await day.client.day()
    text = await day.client.page.inner_text("[data-hold-until]")
    assert "The hold your clinic set has ended" in text
    await day.staff.enter()
    await day.staff.heard()
    await day.staff.answer_all()


def exported(day: Day) -> dict[str, Any]:
    """The session's record, as the command writes it."""
    done = subprocess.run(
        [sys.executable, "-m", "sessionday", "export", day.session["handle"], "--json"],
        env=day.server.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def told(record: dict[str, Any], now: int) -> dict[str, Any]:
    """What must be the same however the day went: the state without its instants, and who said what how often."""
    state = evaluate(record["protocol"]["rules"], record["session"], record["entries"], now)
    return {
        "stage": state["stage"],
        "steps": {id: step["status"] for id, step in state["steps"].items()},
        "gates": {name: gate["open"] for name, gate in state["gates"].items()},
        "alerts": [alert["key"] for alert in state["alerts"]],
        "said": dict(sorted(Counter(f"{entry['role']} {entry['step']}" for entry in record["entries"]).items())),
    }


KILLED = "server killed from arrival to leaving"


# A browser that ends leaves lines of TLS half closed, which asyncio in 3.11 tells of when they are collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("way", "name"), [("online", "chromium"), *((KILLED, name) for name in ENGINES), ("no JavaScript", "chromium")]
)
async def test_the_day_ends_in_the_same_record(way: str, name: str, server: Server) -> None:
    async with engine(name) as found, reachable(server, name):
        day = Day(server, scripts=way != "no JavaScript")
        await day.join(found)
        await before(day)
        if way == KILLED:
            for person in day.people:
                await person.kept()
            server.kill()
        await arrival_to_leaving(day)
        if way == KILLED:
            server.start()
        for person in day.people:
            await person.day()
            await person.sent()
        await after(day)
        for person in day.people:
            await person.sent()
            await person.close()
    record = exported(day)
    ids = [entry["id"] for entry in record["entries"]]
    assert len(ids) == len(set(ids))
    assert [entry["seq"] for entry in record["entries"]] == list(range(1, len(ids) + 1))
    assert not record["held"]
    assert told(record, server.now()) == json.loads((Path(__file__).parent / "day.json").read_text())
