"""What a phone loses, and what its clock does: the person and the clinic are told, and nothing becomes true by it."""

import asyncio
from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.browser.people import MINUTE, Person, browser
from tests.browser.test_phones import soon
from tests.server import Server

HOUR = 60 * MINUTE
LATELY = 30_000
FILL = """async () => {
  const open = indexedDB.open("junk", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("junk", { autoIncrement: true });
  await new Promise((done) => (open.onsuccess = done));
  let count = 0;
  for (let size = 500_000; size >= 100; size = Math.floor(size / 4)) {
    const fits = () => new Promise((told) => {
      const transaction = open.result.transaction("junk", "readwrite");
      transaction.objectStore("junk").add("x".repeat(size));
      transaction.oncomplete = () => told(true);
      transaction.onabort = () => told(false);
    });
    while (await fits()) count += 1;
  }
  return count;
}"""


async def empty(person: Person) -> None:
    """Takes the phone's memory away under the page, as a browser does that needs room."""
    cdp = await person.context.new_cdp_session(person.page)
    person.noise += ("The connection was closed.",)  # to what the page is reading
    await cdp.send("Storage.clearDataForOrigin", {"origin": person.server.url, "storageTypes": "indexeddb"})


def entries_of(server: Server, session: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.command("export", session["handle"])["entries"]
    return found


async def opened(context: BrowserContext, session: dict[str, Any], role: str) -> Page:
    """Somebody's page, opened by their link."""
    page = await context.new_page()
    await page.goto(session["links"][role])
    await page.click("[data-link] button")
    await page.wait_for_selector("[data-page=day]")
    return page


async def test_a_memory_emptied_between_two_visits_is_told_to_the_person_and_to_staff(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.answer("intentions", "to rest")
        await client.sent()
        await client.kept()
        server.kill()
        await client.answer("ride_plan")
        await empty(client)
        await client.page.goto("about:blank")
        server.start()
        await client.day()
        await client.page.wait_for_selector("[data-emptied]:not([hidden])", timeout=LATELY)
        assert "was emptied" in await client.page.inner_text("[data-emptied]")
        staff = await Person.at(found, server, session, "staff")
        assert "The memory of this phone was emptied" in await staff.page.inner_text("[data-held]")
        await staff.page.goto(f"{server.url}/board")
        assert "Kept aside: 1" in await staff.page.inner_text(f"[data-session='{session['handle']}'] [data-held]")
        await client.page.click("[data-emptied-read]")
        await client.page.wait_for_selector("[data-emptied]", state="hidden")
        await client.day()
        await client.heard()
        assert not await client.page.is_visible("[data-emptied]"), "read once is read"
        await client.answer("ride_plan")
        await client.sent()
        await client.close()
        await staff.close()
    assert [one["step"] for one in entries_of(server, session)] == ["intentions", "ride_plan"]


async def test_a_memory_emptied_under_the_page_loses_nothing_that_the_page_still_knows(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.answer("intentions", "to rest")
        await client.sent()
        await client.kept()
        await client.call_alone()
        await empty(client)
        await client.page.wait_for_timeout(1_000)
        await client.page.click(".help-button")
        await client.page.wait_for_selector("[data-emptied]:not([hidden])")
        await client.page.wait_for_selector("[data-unsent='2']")
        server.start()
        await client.page.evaluate("dispatchEvent(new Event('online'))")
        await client.sent()
        await client.close()
    found_entries = entries_of(server, session)
    assert [one["step"] for one in found_entries] == ["intentions", "help", "help"]
    assert len({one["device"] for one in found_entries}) == 2, "whoever lost its count is a new device"


async def test_where_nothing_can_be_kept_the_page_says_so_and_its_forms_still_work(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })")
        page = await opened(context, session, "client")
        await page.wait_for_selector("[data-needs-signal]:not([hidden])")
        await page.goto(f"{session['url']}steps/ride_plan")
        await page.check("input[value=named_driver]")
        await page.click("article .buttons button")
        await page.wait_for_selector("[data-truth=clinic]")
        await context.close()
    assert [one["step"] for one in entries_of(server, session)] == ["ride_plan"]


async def test_where_there_is_no_worker_the_page_says_that_it_needs_signal(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        context = await found.new_context()
        await context.add_init_script("delete Navigator.prototype.serviceWorker")
        page = await opened(context, session, "client")
        await page.wait_for_selector("[data-needs-signal]:not([hidden])")
        await page.click(".help-button")
        for _ in range(100):  # it said "0" before the tap, too
            if entries_of(server, session):
                break
            await asyncio.sleep(0.1)
        await context.close()
    assert [one["step"] for one in entries_of(server, session)] == ["help"]


async def test_a_full_phone_never_says_that_it_saved_and_sends_plainly_where_it_can(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await page.goto(f"{server.url}/j")
        cdp = await context.new_cdp_session(page)
        # Before anything is stored: what is left of the room is not asked for anew with every write.
        await cdp.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": 4_000_000})
        await page.goto(session["links"]["client"])
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-kept=true]", timeout=LATELY)
        await page.goto(f"{session['url']}steps/ride_plan")
        await page.wait_for_selector("body[data-ready=true]")
        assert await page.evaluate(FILL) > 10
        server.kill()
        await page.check("input[value=named_driver]")
        await page.click("article .buttons button")
        await page.wait_for_selector("[data-error=answer]:has-text('Not saved')")
        assert await page.locator("[data-truth]:not(template *)").count() == 0
        assert await page.is_checked("input[value=named_driver]"), "what was chosen stays"
        server.start()
        await page.wait_for_timeout(1_000)
        await page.click("article .buttons button")
        await page.wait_for_selector("[data-truth=clinic]")
        await context.close()
    assert [one["step"] for one in entries_of(server, session)] == ["ride_plan"]


async def test_a_clock_set_forward_never_ends_the_hold(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        staff = await Person.at(found, server, session, "staff")
        await staff.answer("dose", {"mg": 100, "lozenges": 1})
        await staff.sent()
        await client.heard()
        await client.kept()
        until = await client.page.get_attribute("[data-hold-until]", "data-hold-until")
        assert until
        server.kill()
        await client.at_time(int(until) + 2 * HOUR)
        await client.day()
        await client.page.wait_for_selector("[data-unsent]:has-text('has not reached the clinic since')")
        assert await client.page.get_attribute("[data-hold-until]", "data-open") == "false"
        assert await client.page.get_attribute("[data-gate=drive]", "data-open") == "false"
        assert await client.page.get_attribute("body", "data-stage") != "clear"
        await client.page.click(".help-button")
        await client.page.wait_for_selector("[data-help-call]:not([hidden])")
        assert "The clinic does not know yet" in await client.page.inner_text("[data-help-call]"), "a call counts"
        server.ahead(int(until) + 2 * HOUR - server.now())
        server.start()
        await client.heard()
        await client.page.wait_for_selector(
            "[data-gate=drive][data-open=true], [data-hold-until][data-open=false]", state="attached"
        )
        said = await client.page.inner_text("[data-hold-until]")
        assert "The set time has passed" in said or "has ended" in said, "the clinic's word ends it"
        await client.close()
        await staff.context.close()


async def test_what_was_written_before_the_clock_was_set_keeps_its_time(server: Server) -> None:
    session = soon(server)
    for jump in (26 * HOUR, -26 * HOUR):
        async with browser() as found:
            client = await Person.at(found, server, session, "client")
            await client.kept()
            server.kill()
            began = server.now()
            await client.answer("help")
            await client.at_time(server.now() + jump)
            await client.page.wait_for_timeout(6_000)  # the page looks at its clock
            await client.answer("help")
            server.start()
            await client.page.evaluate("dispatchEvent(new Event('online'))")
            await client.sent()
            await client.close()
        two = entries_of(server, session)[-2:]
        assert abs(two[0]["t"] - began) < 60_000, (jump, two[0]["t"] - began)
        assert abs(two[1]["t"] - began) < 60_000, (jump, two[1]["t"] - began)


async def test_five_tabs_of_one_seat_count_once_and_lose_nothing(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        tabs = [client.page] + [await client.context.new_page() for _ in range(4)]
        for tab in tabs[1:]:
            await tab.goto(session["url"])
            await tab.wait_for_selector("body[data-ready=true]")
        for _ in range(2):
            for tab in tabs:
                await tab.wait_for_selector("[data-help] form:not([data-busy])")  # a second tap at once is one
                await tab.evaluate("document.querySelector('.help-button').click()")
        for tab in tabs:
            await tab.wait_for_selector("[data-unsent='0']:not([hidden])", timeout=LATELY)
        await client.close()
    found_entries = entries_of(server, session)
    assert sorted(one["n"] for one in found_entries) == list(range(1, 11))
    assert len({one["device"] for one in found_entries}) == 1


async def test_after_three_hours_of_sleep_what_is_overdue_is_told_at_once(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.answer("dose", {"mg": 100, "lozenges": 1})
        await staff.sent()
        await staff.open("watch")
        await staff.page.wait_for_selector("article[data-status=todo], article[data-status=done]")
        server.kill()
        await staff.at_time(server.now() + 3 * HOUR)
        await staff.page.wait_for_selector("article[data-status=overdue]", timeout=10_000)
        await staff.context.close()


async def test_two_people_at_one_phone_ask_before_they_hand_over(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.kept()
        await client.call_alone()
        await client.page.goto("about:blank")  # an open page of theirs would hand it over as soon as the clinic answers
        server.start()
        await client.page.goto(session["links"]["support"])
        await client.page.click("[data-link] button")
        assert "This phone holds the page of" in await client.page.inner_text("main")
        assert entries_of(server, session) == [], "looking hands nothing over"
        await client.page.click("button[name=change]")
        await client.page.wait_for_selector("body[data-seat=support]")
        await client.page.wait_for_selector("[data-unsent='0']:not([hidden])")
        assert entries_of(server, session) == [], "what the client wrote is not the support person's"
        await client.page.goto(session["links"]["client"])
        await client.page.click("[data-link] button")
        await client.page.click("button[name=change]")
        await client.page.wait_for_selector("body[data-seat=client]")
        await client.page.wait_for_selector("[data-unsent='0']:not([hidden])", timeout=LATELY)
        await client.context.close()
    assert [one["role"] for one in entries_of(server, session)] == ["client"]
