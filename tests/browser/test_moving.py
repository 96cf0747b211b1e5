"""A session is moved while the support person's phone is open: the phone asks again, and takes the new promise."""

from tests.browser.people import MINUTE, Person, browser, local
from tests.browser.test_phones import soon
from tests.server import Server


async def test_an_open_phone_asks_again_for_the_ride_when_the_session_is_moved(server: Server) -> None:
    session = soon(server, 600)
    async with browser() as found:
        support = await Person.at(found, server, session, "support")
        await support.answer("ride_confirmed", "yes")
        await support.sent()
        await support.day()
        await support.page.wait_for_selector("[data-step=ride_confirmed][data-status=done]", state="attached")
        staff = await Person.at(found, server, session, "staff")
        await staff.page.goto(f"{session['url']}arrange")
        assert "The ride home, in your own words" in await staff.page.inner_text("[data-asked-again]")
        await staff.page.fill("[name=start]", local(session["start_ms"] + 2 * 24 * 60 * MINUTE))
        await staff.page.click("button[value=reschedule]")
        await staff.page.wait_for_selector("[data-history] li:has-text('Asked again')")
        await support.page.wait_for_selector("[data-step=ride_confirmed][data-status=todo]", state="attached")
        await support.answer("ride_confirmed", "yes")
        await support.page.wait_for_selector("article[data-status=done]")
        await support.sent()
        await staff.close()
        await support.close()
    state = server.command("export", session["handle"])["state"]
    assert state["steps"]["ride_confirmed"]["status"] == "done"
