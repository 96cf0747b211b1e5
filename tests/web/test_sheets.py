"""What is printed: the sheet for when nothing else works, and the card to take home."""

import re
from pathlib import Path

from tests.world import open_world


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
