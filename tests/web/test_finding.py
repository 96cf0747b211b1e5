"""Sessions are found by name and day, newest first, a clinic's own alone."""

import re

import pytest

from sessionday.web import finding
from tests.world import HOUR, START, Phone, World

DAY = 24 * HOUR


async def found(desk: Phone, **asked: str) -> list[str]:
    page = await desk.http.get("/sessions", params=asked)
    assert page.status_code == 200
    return list(re.findall(r'<a href="/s/[^"/]+/">([^<]+)</a>', page.text))


async def test_a_name_is_found_whatever_its_accents_and_case(world: World) -> None:
    for name in ("José", "Josefa", "Pilar"):
        await world.book(name)
    await world.book("Jose", world.other)
    desk = await world.desk()
    assert sorted(await found(desk, name="JOSE")) == ["Josefa", "José"]
    assert await found(desk, name="pil") == ["Pilar"]
    assert await found(desk, name="%") == await found(desk), "no sign means anything here"
    assert await found(desk, name="nobody") == []


async def test_days_are_the_clinics_own_and_the_newest_stands_first(world: World) -> None:
    for name, days in (("One", 1), ("Two", 2), ("Three", 3)):
        await world.book(name, start=START + days * DAY)
    desk = await world.desk()
    assert await found(desk, **{"from": "2026-12-02", "to": "2026-12-03"}) == ["Two", "One"]
    late = await world.book("Late", start=START + 37 * HOUR)
    assert late.session.start == START + DAY + 13 * HOUR
    assert await found(desk, **{"from": "2026-12-02", "to": "2026-12-02"}) == ["Late", "One"], "23:00 in Toronto"


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "9999-99-99", "0000-00-00"])
async def test_what_is_no_day_is_told(world: World, day: str) -> None:
    page = await (await world.desk()).http.get("/sessions", params={"from": day})
    assert page.status_code == 422
    assert "Choose the days" in page.text


async def test_a_long_list_goes_on_over_pages(world: World) -> None:
    for number in range(32):
        await world.book(f"N{number}", start=START + number * HOUR)
    desk = await world.desk()
    first, second = await found(desk, name="n"), await found(desk, name="n", page="2")
    assert (len(first), len(second)) == (30, 2)
    assert await found(desk, name="n", page="-1") == first
    assert await found(desk, name="n", page="99999999999") == first


async def test_that_not_all_were_looked_at_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await world.desk()
    await world.book("Newer", start=START + HOUR)
    assert "data-cut" not in (await desk.http.get("/sessions")).text
    monkeypatch.setattr(finding, "LOOKED_AT", 1)
    page = (await desk.http.get("/sessions?name=Sam")).text
    assert "Only the newest 1 sessions of these days were looked at." in page
    assert 'data-count="0"' in page
