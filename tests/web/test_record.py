"""The record's page and files, over the real site."""

import json
from pathlib import Path
from typing import Any

from sessionday.record.formats import FORMATS
from tests.protocols.good_day import START
from tests.record.days import over_with_troubles, written
from tests.world import HASH, Phone, World, open_world


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


async def test_who_reads_a_session_is_noted_and_shown_on_its_record(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone, client, handle = await world.desk(), await world.seat("client"), world.booked.session.handle
        for path in ("", "steps/intentions", "record.csv"):
            world.clock.now += 1000
            assert (await phone.http.get(f"/s/{handle}/{path}")).status_code == 200
            await client.http.get(f"/s/{handle}/{path}")
        world.clock.now += 1000
        page = (await phone.http.get(f"/s/{handle}/record")).text
        noted = await world.store.accesses(world.booked.session)
        assert [(one.name, one.what) for one in noted] == [
            ("Robin Lee", what) for what in ("page", "step", "csv", "record")
        ]
        assert "Taken out (CSV)" in page


async def test_the_same_is_noted_once_a_minute(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone, handle = await world.desk(), world.booked.session.handle
        for later in (0, 30_000, 29_000, 2_000):
            world.clock.now += later
            await phone.http.get(f"/s/{handle}/record")
        assert len(await world.store.accesses(world.booked.session)) == 2


async def test_whatever_shows_something_of_a_session_is_noted(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone, prescriber, handle = await world.desk(), await world.seat("prescriber"), world.booked.session.handle
        for path in ("ride", "arrange", "limits"):
            world.clock.now += 1000
            assert (await phone.http.get(f"/s/{handle}/{path}")).status_code == 200
            await prescriber.http.get(f"/s/{handle}/{path}")
        for path in ("/sessions?name=Sam", "/figures", "/figures.csv"):
            world.clock.now += 1000
            assert (await phone.http.get(path)).status_code == 200
        await world.app.state.site.accesses.flush()
        found = await world.store.accesses_from(world.clinic.id, 0, 2**52)
        assert [(one.name, one.what, client) for one, _, client in reversed(found)] == [
            *(("Robin Lee", what, "Sam") for what in ("ride", "arrange", "limits")),
            *(("Robin Lee", what, "") for what in ("search", "figures")),
        ]
        await world.store.add_staff(world.clinic.id, "lea@example.org", "Lea", HASH, world.clock.now, role="lead")
        assert "A search over sessions" in (await (await world.desk("lea@example.org")).http.get("/access")).text


async def test_what_a_browser_fetches_by_itself_is_noted_once_in_ten_minutes(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone, handle = await world.desk(), world.booked.session.handle
        for later in (0, 61_000, 530_000, 10_000):
            world.clock.now += later
            for path in ("", "steps/intentions", "steps/ride_plan"):
                await phone.http.get(f"/s/{handle}/{path}", headers={"X-Refresh": "1"})
            await world.app.state.site.accesses.flush()
        assert [one.what for one in await world.store.accesses(world.booked.session)] == ["refresh", "refresh"]


async def test_what_waits_is_written_before_the_store_is_closed(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        phone = await world.desk()
        await phone.http.get(f"/s/{world.booked.session.handle}/")
        assert await world.store.accesses(world.booked.session) == []
        await world.app.state.site.accesses.close()
        assert len(await world.store.accesses(world.booked.session)) == 1


async def test_a_lead_sees_who_read_what_on_a_day(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await (await world.desk()).http.get(f"/s/{world.booked.session.handle}/record")
        for clinic, name in ((world.clinic, "lea"), (world.other, "olaf")):
            await world.store.add_staff(clinic.id, f"{name}@example.org", name, HASH, world.clock.now, role="lead")
        phone, olaf = await world.desk("lea@example.org"), await world.desk("olaf@example.org")
        assert 'href="/access"' in (await phone.http.get("/board")).text
        assert "Robin Lee" in (await phone.http.get("/access")).text
        assert "Robin Lee" in (await phone.http.get("/access?day=2026-12-01")).text
        assert "Nobody read" in (await phone.http.get("/access?day=2026-11-30")).text
        assert "Nobody read" in (await olaf.http.get("/access?day=2026-12-01")).text
        for day in ("", "yesterday", "2026-13-01", "9999-12-31", "0001-01-01"):
            answer = await phone.http.get("/access", params={"day": day})
            assert answer.status_code in (200, 422), day
            assert day not in ("", "yesterday", "2026-13-01") or "This is no day" in answer.text


async def test_who_is_no_lead_does_not_see_it(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.store.add_staff(world.clinic.id, "kim@example.org", "Kim", HASH, world.clock.now, role="staff")
        phone = await world.desk("kim@example.org")
        assert (await phone.http.get("/access")).status_code == 403
        assert 'href="/access"' not in (await phone.http.get("/board")).text
