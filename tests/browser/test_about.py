"""The short answers on a phone: there with the server dead, and help is never further than on any other page."""

import pytest

from tests.browser.people import Person, browser
from tests.browser.test_phones import soon
from tests.server import Server


@pytest.mark.parametrize(("role", "first"), [("client", "what"), ("support", "with")])
async def test_the_answers_open_with_the_server_dead_and_help_can_be_asked_for_there(
    server: Server, role: str, first: str
) -> None:
    session = soon(server)
    async with browser() as found:
        person = await Person.at(found, server, session, role)
        await person.kept()
        server.kill()
        await person.day()
        await person.page.click("a[href$='/about/']")
        await person.ready()
        asked = await person.page.locator("main .steps li a").all()
        addresses = [str(await one.get_attribute("href")) for one in asked]
        assert addresses[0] == first
        for address in addresses:
            await person.page.goto(f"{session['url']}about/{address}")
            await person.ready()
            assert len((await person.page.inner_text("article")).split()) > 60, address
        await person.page.click("main .back a >> nth=-1")
        await person.ready()
        await person.page.click(".help-button")
        await person.page.wait_for_selector("[data-help-call]:not([hidden])")
        await person.page.wait_for_selector("[data-unsent='1']")
        server.start()
        await person.sent()
        await person.close()


async def test_a_question_about_the_rules_leads_to_why_and_back(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.open("rules_understood")
        await client.page.click("a:has-text('Why no driving?')")
        await client.ready()
        assert "until the next day?" in await client.page.inner_text("h1")
        await client.page.click("a:has-text('Back to the day')")
        await client.page.wait_for_selector("[data-page=day]")
        await client.close()


async def test_the_calm_view_has_no_way_there(server: Server) -> None:
    session = soon(server, 10)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        staff = await Person.at(found, server, session, "staff")
        assert await client.page.is_visible("a[href$='/about/']")
        await staff.answer("dose", {"mg": 100, "lozenges": 1})
        await staff.sent()
        await client.heard()
        await client.page.wait_for_selector("body[data-calm=true]")
        assert not await client.page.is_visible("a[href$='/about/']")
        await client.close()
        await staff.close()
