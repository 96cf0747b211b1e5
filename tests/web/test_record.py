"""The record's page and files, over the real site."""

import json
from pathlib import Path
from typing import Any

from sessionday.record.formats import FORMATS
from tests.protocols.good_day import START
from tests.record.days import over_with_troubles, written
from tests.world import Phone, World, open_world


async def zofia_at(world: World) -> tuple[Phone, str]:
    """Staff of the clinic of a good day, and the day's address."""
    handle = await written(world, over_with_troubles("spravato"))
    world.clock.now = START + 10**9
    return await world.desk("zofia@example.org"), f"/s/{handle}/"


async def test_staff_read_the_whole_day_on_one_page(tmp_path: Path) -> None:
    async with open_world(tmp_path, now=START) as world:
        phone, day = await zofia_at(world)
        assert f'href="{day}record"' in (await phone.http.get(day)).text
        page = (await phone.http.get(f"{day}record")).text
        for section in ("summary", "gates", "timeline", "readings", "waives", "alerts", "aside", "addenda", "chain"):
            assert f'data-section="{section}"' in page
        for said in ("Győző asked for help", "Read by ear, 128/80.", "Zofia Wójcik: Time-out", "Dom Łąka"):
            assert said in page


async def test_each_file_is_told_as_what_it_is_and_names_nobody(tmp_path: Path) -> None:
    async with open_world(tmp_path, now=START) as world:
        phone, day = await zofia_at(world)
        for format in FORMATS.values():
            answer = await phone.http.get(f"{day}record.{format.ending}")
            assert answer.headers["content-type"] == format.media_type
            named = answer.headers["content-disposition"]
            assert named == f'attachment; filename="record-{day.split("/")[2]}.{format.ending}"'
            assert answer.headers["cache-control"] == "no-store"


async def test_the_downloaded_json_holds_by_the_downloaded_verifier(tmp_path: Path) -> None:
    async with open_world(tmp_path, now=START) as world:
        phone, day = await zofia_at(world)
        record = json.loads((await phone.http.get(f"{day}record.json")).content)
        verifier: dict[str, Any] = {"__name__": "downloaded"}
        exec((await world.stranger().http.get("/record/verify_record.py")).text, verifier)
        assert verifier["problems"](record["session"], record["entries"]) == ([], 0)
        assert [one["kind"] for one in record["arrangements"]] == ["made"]


async def test_a_record_in_which_nothing_was_said_can_be_read_too(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone, day = await world.desk(), f"/s/{world.booked.session.handle}/"
        assert "Nothing has been said yet." in (await phone.http.get(f"{day}record")).text
        for format in FORMATS.values():
            assert (await phone.http.get(f"{day}record.{format.ending}")).status_code == 200
