"""The whole day of a session on three phones, in three ways that must end in the same record."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sessionday.core import evaluate
from tests.browser.whole_day import Day, opened, prescriber
from tests.engines import ENGINES, engine, reachable
from tests.server import Server


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
        await day.client.page.wait_for_selector("body[data-stage=clear]")
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
