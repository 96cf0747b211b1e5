"""A month's figures are reckoned from the records, each number leads to its sessions, and the table runs nothing."""

import csv
import io
import re
from typing import Any

import pytest

from sessionday.store import Alarm
from sessionday.web import figures as module
from sessionday.web.counts import Waive, happened, waives
from sessionday.web.figures import bars, day_text, days_of
from sessionday.zones import ZoneError
from tests.world import HOUR, START, Phone, World


async def figures(desk: Phone, **asked: str) -> dict[str, int]:
    page = await desk.http.get("/figures", params=asked)
    assert page.status_code == 200
    return {kind: int(count) for kind, count in re.findall(r'data-figure="(\w+)" data-count="(\d+)"', page.text)}


async def test_each_thing_that_happened_is_counted_once(world: World) -> None:
    desk = await world.desk()
    await world.book("Next month", start=START + 40 * 24 * HOUR)
    await world.book("Elsewhere", world.other)
    dosed, off = world.booked, await world.book("Off", start=START + 24 * HOUR)
    support = await world.seat("support")
    await support.say("ride_confirmed", "no")
    desk.handle = dosed.session.handle
    await desk.say("ride_giver_reached", None, kind="waive", reason="=1+1 spoke to his wife")
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    desk.handle, desk.n, desk.seen = off.session.handle, 0, 0
    await desk.say("cancel", "yes")
    found = await figures(desk, month="2026-12")
    assert {kind: count for kind, count in found.items() if kind != "overdue"} == {
        "planned": 2, "dosed": 1, "closed": 0, "cancelled": 1, "open": 1, "ride_failed": 1, "waived": 1,
        "breached": 1, "drove": 0, "helped": 0, "held": 0, "erased": 0,
    }  # fmt: skip
    assert (await figures(desk, day="2026-12-02"))["planned"] == 1
    page = (await desk.http.get("/figures", params={"month": "2026-12"})).text
    assert "spoke to his wife" in page
    assert f'href="/s/{dosed.session.handle}/"' in page
    assert page.partition("<figcaption")[0].count("<rect") == 2


async def test_the_table_runs_nothing_in_a_spreadsheet(world: World) -> None:
    desk = await world.desk()
    await world.book("=cmd|' /C calc'!A0", start=START)
    desk.handle = world.booked.session.handle
    await desk.say("ride_giver_reached", None, kind="waive", reason="=1+1")
    answer = await desk.http.get("/figures.csv", params={"month": "2026-12"})
    assert answer.headers["content-type"].startswith("text/csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    assert any("calc" in cell for cell in cells)


@pytest.mark.parametrize("asked", ["soon", "2026-13", "2026-12-32", "0000-01", "99999-1"])
async def test_what_is_no_month_is_told(world: World, asked: str) -> None:
    desk = await world.desk()
    page = await desk.http.get("/figures", params={"month": asked})
    assert page.status_code == 422
    assert "Choose a month" in page.text
    assert (await desk.http.get("/figures.csv", params={"month": asked})).status_code == 404


def test_days_and_bars() -> None:
    assert len(days_of("2028-02")) == 29
    assert days_of("2026-12-01") == ["2026-12-01"]
    with pytest.raises(ZoneError):
        days_of("")
    rows = [
        {"planned": 8, "closed": 2, "cancelled": 2, "open": 3, "erased": 1},
        {"planned": 0, "closed": 0, "cancelled": 0, "open": 0, "erased": 0},
    ]
    drawn = bars(rows)
    assert sum(one["height"] for one in drawn) == 200
    assert [one["kind"] for one in drawn] == ["erased", "closed", "cancelled", "open"]
    assert drawn[-1]["y"] == 0


async def test_what_was_kept_aside_is_counted(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    await client.sync(client.entry("no_such_step", "yes"), client.entry("no_such_step", "no"))
    found = await figures(desk, month="2026-12")
    assert found["held"] == 1, "sessions"
    page = (await desk.http.get("/figures", params={"month": "2026-12"})).text
    assert "Answers kept aside: 2." in page
    assert "Dec 2026" in page
    assert "<th>Tue 1 Dec</th>" in page


async def test_what_once_was_overdue_is_counted_though_it_is_answered_now(world: World) -> None:
    desk = await world.desk()
    later = await world.book("Later", start=START + 14 * 24 * HOUR)
    assert (await figures(desk, day="2026-12-15"))["overdue"] == 0
    session = later.session
    raised = Alarm(session.clinic, session.id, "overdue:ride_plan:5", "warn", 5, 5, "watch")
    await world.store.take_lease("watch", await world.store.lease())  # of the server's own
    assert await world.store.note("watch", [], [raised], by_time=False)
    assert (await figures(desk, day="2026-12-15"))["overdue"] == 1
    assert (await figures(desk, day="2026-12-01"))["planned"] == 1


async def test_that_not_all_was_counted_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await world.desk()
    await world.book("Second")
    assert "data-cut" not in (await desk.http.get("/figures?month=2026-12")).text
    monkeypatch.setattr(module, "MOST", 1)
    assert (
        "There are 2 sessions. Only the first 1 are counted here."
        in (await desk.http.get("/figures?month=2026-12")).text
    )
    assert "There are 2 sessions." in (await desk.http.get("/figures.csv?month=2026-12")).text


def test_a_waive_has_its_name_or_at_least_its_seat() -> None:
    said = [{"kind": "waive", "step": "ride_plan", "reason": " x ", "role": "prescriber"}]
    assert [module._by(one) for one in waives(said)] == ["Prescriber"]
    assert module._by(Waive("s", "r", "Robin", "staff")) == "Robin"
    state: dict[str, Any] = {"stage": "before", "dosed_at": None, "alerts": [], "steps": {}}
    assert happened(state, [], 1) - happened(state, []) == {"held"}
    assert day_text("2026-12-01") == "Tue 1 Dec"
