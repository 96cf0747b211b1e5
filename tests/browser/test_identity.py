"""Who a phone is, over lost cookies, installation and restored backups; and that in the end it forgets."""

import shutil
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browser.people import MINUTE, Person, browser
from tests.browser.test_memory_and_clock import entries_of, opened
from tests.browser.test_phones import soon
from tests.server import Server

HOUR = 60 * MINUTE
IN_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 350.0"
OFFERED = "[data-install]:not([hidden])"


def put_back(backup: Path, database: str) -> None:
    """An older backup in the database's place."""
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    shutil.copyfile(backup, database)


async def help_once(page: Page) -> None:
    await page.click(".help-button")
    await page.wait_for_timeout(1_000)


async def test_a_lost_cookie_is_met_with_every_way_back_and_the_unsent_goes_out_under_the_new_one(
    server: Server,
) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.kept()
        server.kill()
        await help_once(client.page)
        await client.context.clear_cookies()
        server.start()
        await client.page.evaluate("dispatchEvent(new Event('online'))")
        await client.page.wait_for_selector("[data-signed-out]:not([hidden])", timeout=30_000)
        assert "does not know this phone any more" in await client.page.inner_text("[data-signed-out]")
        assert await client.page.is_visible("a[href='tel:+15550100']")
        await client.page.click("[data-signed-out] a")
        await client.page.fill("[name=link]", f"Here: {session['links']['client']}")
        await client.page.click("form:has([name=link]) button")
        await client.ready()
        await client.sent()
        await client.context.clear_cookies()
        await client.page.goto(f"{session['url']}?anew")
        await client.page.fill("[name=code]", session["codes"]["client"].lower())
        await client.page.click("form:has([name=code]) button")
        await client.ready()
        await client.close()
    assert [one["step"] for one in entries_of(server, session)] == ["help"]


async def test_the_app_is_offered_only_when_the_clinic_has_an_answer_and_nothing_waits(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
        page = await opened(context, session, "support")
        await page.wait_for_selector("body[data-heard=true]")
        assert not await page.is_visible("[data-install]"), "not before the first answer"
        await help_once(page)
        await page.wait_for_selector(OFFERED)
        assert "Add to Home Screen" in await page.inner_text("[data-install]")
        server.kill()
        await help_once(page)
        await page.wait_for_selector("[data-install]", state="hidden")
        await context.close()


async def test_an_installed_app_on_an_iphone_becomes_a_device_of_its_own(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        tab = await found.new_context()
        await opened(tab, session, "client")
        app = await found.new_context()
        await app.add_cookies(await tab.cookies())  # type: ignore[arg-type]
        await app.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
        page = await app.new_page()
        await page.goto(f"{session['url']}?app")
        await page.wait_for_selector("body[data-ready=true]")
        await page.wait_for_selector("body[data-kept=true]", timeout=30_000)
        assert await app.cookies() != await tab.cookies()
        server.kill()
        await page.goto(f"{session['url']}?app")
        await page.wait_for_selector("body[data-ready=true]")
        await app.close()


async def test_inside_another_app_the_page_first_says_how_to_leave_it(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        context = await found.new_context(user_agent=IN_APP, permissions=["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        await page.goto(session["links"]["client"])
        await page.wait_for_selector("[data-in-app]:not([hidden])")
        first = await page.locator("main > section:visible h1, main > section:visible h2").first.inner_text()
        assert first == "You are inside another app"
        await page.click("[data-copy-link]:has-text('Copy the link')")
        await page.wait_for_selector("[data-copy-link]:has-text('Copied')")
        assert await page.evaluate("navigator.clipboard.readText()") == session["links"]["client"]
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-heard=true]")
        await help_once(page)
        assert not await page.is_visible("[data-install]")
        await context.close()


async def test_after_an_older_backup_is_put_back_the_phone_brings_what_is_missing(
    server: Server, tmp_path: Path
) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await help_once(client.page)
        await client.sent()
        server.command("backup", str(tmp_path / "older.db"))
        await help_once(client.page)
        await client.answer("intentions", "to rest")
        await client.sent()
        before = entries_of(server, session)
        server.stop()
        put_back(tmp_path / "older.db", server.database.removeprefix("sqlite:///"))
        assert len(entries_of(server, session)) == 1
        server.start()
        await client.page.evaluate("dispatchEvent(new Event('online'))")
        for _ in range(200):  # it said that all is sent before, too
            if len(entries_of(server, session)) == len(before):
                break
            await client.page.wait_for_timeout(200)
        await client.page.wait_for_timeout(1_000)  # nor one too many
        await client.sent()
        await client.close()
    after = entries_of(server, session)
    same = [{key: one[key] for key in ("id", "step", "answer", "n", "seq", "t")} for one in after]
    assert same == [{key: one[key] for key in ("id", "step", "answer", "n", "seq", "t")} for one in before]


async def test_three_days_after_the_end_nothing_personal_is_on_the_phone(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        staff = await Person.at(found, server, session, "staff")
        await client.answer("intentions", "to rest")
        await client.sent()
        await client.kept()
        await staff.answer("cancel")
        await staff.sent()
        await client.heard()
        await client.page.wait_for_selector("body[data-stage=cancelled]")
        server.ahead(71 * HOUR)
        await client.day()
        await client.heard()
        assert await left(client.page) != [[], []]
        server.ahead(73 * HOUR)
        await client.page.goto(session["url"])
        await client.page.wait_for_selector("body[data-page=over] [data-forgotten]", timeout=30_000)
        assert await left(client.page) == [[], []]
        await client.page.goto(session["url"])
        await client.page.wait_for_selector("body[data-page=over] [data-forgotten]", timeout=30_000)
        assert await left(client.page) == [[], []], "nothing begins anew"
        await client.close()
        await staff.context.close()


async def test_a_seat_that_was_ended_leaves_nothing_on_its_phone_once_the_clinic_has_its_words(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        support = await Person.at(found, server, session, "support")
        staff = await Person.at(found, server, session, "staff")
        await support.kept()
        server.kill()
        await help_once(support.page)
        server.start()
        await staff.day()
        await staff.page.click(".seats li:has-text('Alex') button[value=revoke]")
        await staff.page.wait_for_selector(".seats li:has-text('Alex'):has-text('Ended')")
        await support.page.evaluate("dispatchEvent(new Event('online'))")
        await support.page.wait_for_selector("form:has([name=link])", timeout=30_000)
        assert await left(support.page) == [[], []]
        await support.context.close()
        await staff.context.close()
    record = server.command("export", session["handle"])
    assert [one["step"] for one in record["entries"]] + [one["why"] for one in record["held"]] in (
        ["seat_revoked"],
        ["help"],  # it had come just before
    )


async def left(page: Page) -> Any:
    """The logs and the pages that are on the phone."""
    return await page.evaluate(
        """async () => {
          const pages = (await caches.keys()).filter((name) => name.startsWith("pages"));
          const kept = await Promise.all(pages.map(async (name) => (await (await caches.open(name)).keys()).length));
          return [(await indexedDB.databases()).map((one) => one.name), kept.filter((count) => count > 0)];
        }"""
    )


async def test_while_the_client_is_given_the_medicine_the_screen_stays_on_and_help_is_half_of_it(
    server: Server,
) -> None:
    session = soon(server, 40)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        context = await found.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script(
            """navigator.wakeLock.request = async () => {
              document.documentElement.dataset.awake = "true";
              const lock = new EventTarget();
              lock.release = () => delete document.documentElement.dataset.awake;
              return lock;
            };
            navigator.vibrate = () => (document.documentElement.dataset.felt = "true");"""
        )
        page = await opened(context, session, "client")
        await page.wait_for_selector("body[data-heard=true]")
        assert await page.locator("[data-awake]").count() == 0
        await staff.answer("dose", {"mg": 100, "lozenges": 1})
        await staff.sent()
        await page.wait_for_selector("[data-awake]")
        box = await page.locator(".help-button").bounding_box()
        assert box is not None
        assert box["height"] >= 0.5 * 844
        await page.click(".help-button")
        await page.wait_for_selector("[data-help-call]:not([hidden])")
        assert await page.locator("[data-felt]").count() == 1
        await context.close()
        await staff.close()
