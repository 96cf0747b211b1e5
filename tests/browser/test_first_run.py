"""From an empty database to a session whose client has answered, with a browser and nothing else."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page

from sessionday.web.set_up import set_up_code
from tests.browser.people import browser
from tests.server import Server

GOOD = "violet kettle under seven bridges"
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server that was started for the first time."""
    made = Server(tmp_path)
    made.start()
    yield made
    made.stop()


def code_of(server: Server) -> str:
    """What `serve` prints when it starts."""
    return set_up_code(Path(server.environment["SESSIONDAY_KEYS_FILE"]).read_text().split())


async def test_from_the_first_run_to_the_first_answer_without_a_command_line(fresh: Server) -> None:
    async with browser() as found:
        desk = await (await found.new_context(viewport={"width": 1024, "height": 768})).new_page()
        await set_up(desk, fresh)
        link = await first_session(desk)
        phone = await (await found.new_context(**PHONE)).new_page()  # type: ignore[arg-type]
        await phone.goto(link)
        await phone.click("[data-link] button")
        await phone.wait_for_selector("[data-page=day]")
        assert "Room 4" in await phone.inner_text(".band")
        assert await phone.locator("a[href='tel:112']").count() == 1
        await phone.click("[data-step=ride_plan] a")
        await phone.check("input[value=named_driver]")
        await phone.click("article .buttons button")
        await phone.wait_for_selector("[data-truth=clinic]")
        await desk.goto(f"{fresh.url}/board")
        await desk.wait_for_selector("[data-ride=plan]")
        joined = await (await found.new_context(**PHONE)).new_page()  # type: ignore[arg-type]
        await colleague(desk, joined, fresh)
        assert await joined.locator("[data-session]").count() == 1


async def set_up(desk: Page, server: Server) -> None:
    """The clinic and its first lead."""
    await desk.goto(server.url)
    await desk.wait_for_url("**/set-up")
    typed = {
        "code": code_of(server), "clinic": "Birch Clinic", "zone": "Europe/Madrid", "phone": "+34 555 0100",
        "emergency": "112", "name": "Ada Berg", "email": "ada@example.org", "passphrase": GOOD,
    }  # fmt: skip
    for name, value in typed.items():
        await desk.fill(f"[name={name}]", value)
    await desk.click("button.go")
    await desk.wait_for_url("**/board")


async def first_session(desk: Page) -> str:
    """Made at the desk; the client's link."""
    await desk.click("a[href='/sessions/new']")
    start = datetime.now(ZoneInfo("Europe/Madrid")) + timedelta(hours=3)
    await desk.fill("[name=client]", "Wren")
    await desk.fill("[name=room]", "4")
    await desk.fill("[name=start]", start.strftime("%Y-%m-%dT%H:%M"))
    await desk.check("[value='kap-lozenge 1']")
    await desk.click("summary")
    assert await desk.is_visible("[name=max_mg]")
    await desk.check("[value='spravato 1']")
    assert not await desk.is_visible("[name=max_mg]"), "the spray's dose is fixed"
    await desk.check("[value='kap-lozenge 1']")
    await desk.fill("[name=max_systolic]", "130")
    await desk.click("button.go")
    await desk.wait_for_selector("[data-link-for=client]")
    return str(await desk.input_value("#link-client"))


async def colleague(desk: Page, phone: Page, server: Server) -> None:
    """Invited at the desk, joins on a phone."""
    await desk.click("a[href='/staff']")
    await desk.fill("[name=name]", "Noor Haddad")
    await desk.fill("[name=email]", "noor@example.org")
    await desk.click("button.go")
    link = str(await desk.input_value("#link"))
    assert re.fullmatch(rf"{server.url}/join#[\w-]{{43}}", link)
    await phone.goto(link)
    assert phone.url == f"{server.url}/join", "the secret has left the address bar"
    await phone.fill("[name=passphrase]", GOOD)
    await phone.click("button.go")
    await phone.wait_for_url("**/board")
