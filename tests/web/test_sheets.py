"""What is printed: the sheet for when nothing else works, and the card to take home."""

import re
from pathlib import Path

from sessionday.booking import book
from sessionday.protocols import load
from sessionday.words import WORDS
from tests.web.pages import Page
from tests.world import START, World, open_world


async def test_the_sheet_shows_what_was_said_and_leaves_lines_for_the_rest(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        client, staff, handle = await world.seat("client"), await world.desk(), world.booked.session.handle
        await client.say("intentions", "To feel <b>lighter</b>")
        page = (await staff.http.get(f"/s/{handle}/sheet")).text
        assert "To feel &lt;b&gt;lighter&lt;/b&gt;" in page
        assert "Tue 1 Dec, 09:00" in page
        assert "The dose must wait." in page
        assert "+1 555 0100" in page
        assert re.search(r"Systolic mmHg</span><span class=\"blank\">", page)
        steps = {step["id"] for step in world.checklist.rules["steps"]}
        assert page.count('class="sheet-step"') >= len(steps) - 3  # but for help and calling off


async def test_the_card_says_until_when_and_whom_to_call(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        staff, handle = await world.desk(), world.booked.session.handle
        page = (await staff.http.get(f"/s/{handle}/card")).text
        assert "For Sam" in page
        assert "For Alex" in page
        assert page.count("Until (the clinic writes it):") == 2
        world.clock.now += 3_600_000
        await staff.say("dose", {"mg": 100, "lozenges": 1})
        page = (await staff.http.get(f"/s/{handle}/card")).text
        assert page.count("No driving, no biking, no machines before Wed 2 Dec, 06:00.") == 2
        assert "the clinic writes it" not in page
        assert page.count("+1 555 0100") == 2
        lower = page.lower()
        assert not any(said in lower for said in ("safe to drive", "cleared", "ketamine"))


async def test_the_support_persons_sheet_has_their_lines_and_whom_to_call(world: World) -> None:
    support, staff = await world.seat("support"), await world.desk()
    code = world.booked.session.pickup_code
    own = (await support.http.get(f"/s/{support.handle}/duties")).text
    printed = (await staff.http.get(f"/s/{staff.handle}/duties")).text
    for page in (own, printed):
        assert Page(page).faults == []
        assert "For Alex" in page
        assert "Sam’s day. Maple House, Tue 1 Dec, 10:00" in page
        assert "I come to the clinic&#39;s door and show my code" in page
        assert page.count("+1 555 0100") == 1
        assert "A seizure." in page
        assert "The ride home falls through." in page
        assert "Until (the clinic writes it):" in page
        assert not any(said in page.lower() for said in ("safe to drive", "cleared", "ketamine"))
    assert (code in own, code in printed) == (True, False)
    assert "It stands on your own page, under ‘Pick-up code’." in printed
    assert "On call" not in own
    assert f'href="/s/{support.handle}/duties"' in (await support.http.get(f"/s/{support.handle}/about/")).text
    await staff.say("dose", {"mg": 100, "lozenges": 1})
    assert "machines before Wed 2 Dec, 06:00." in (await support.http.get(f"/s/{support.handle}/duties")).text


async def test_where_nobody_is_picked_up_the_sheet_speaks_of_no_code_and_no_ride(world: World) -> None:
    booked = await book(
        world.store, world.clinic, load("kap-remote"), client="Sam", start=START, now=world.clock.now, url=world.url,
        names={"support": ""},
    )  # fmt: skip
    support = world.stranger()
    await support.open(booked.links["support"])
    page = (await support.http.get(f"/s/{support.handle}/duties")).text
    assert "For the support person" in page
    assert "I go and look at them every 15 minutes" in page
    assert "Pick-up code" not in page
    assert "ride home" not in page


async def test_paper_is_in_the_language_of_whoever_gets_it(world: World) -> None:
    staff, client, support = await world.desk(), await world.seat("client"), await world.seat("support")
    for phone, language in ((client, "ar"), (support, "de")):
        await phone.http.post("/language", data={"language": language, "back": f"/s/{phone.handle}/"})
    card = (await staff.http.get(f"/s/{staff.handle}/card")).text
    assert WORDS["ar"]["record"]["card"]["calls"][0] in card
    sheet = (await staff.http.get(f"/s/{staff.handle}/duties")).text
    assert WORDS["de"]["record"]["duties"]["takes_on"] in sheet
    assert '<html lang="en"' in (await staff.http.get("/board")).text
