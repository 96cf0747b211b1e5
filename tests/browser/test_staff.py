"""What staff do with their hands: setting aside, taking back, late notes, odd readings, a tablet that is shared."""

from playwright.async_api import expect

from tests.browser.people import Person, browser, local
from tests.browser.test_phones import soon
from tests.server import PASSPHRASE, Server


async def test_a_stop_is_set_aside_with_a_reason_and_the_reason_taken_back(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.answer("baseline_bp", {"systolic": 148, "diastolic": 88})
        await staff.page.wait_for_selector("article[data-status=stop]")
        await staff.page.click("details.waive summary")
        await staff.page.click("details.waive button")
        await staff.page.wait_for_selector("[data-error=waive]:has-text('Write why')")
        await staff.page.fill("[name=reason]", "Dr. Osei agrees by phone")
        await staff.page.click("details.waive button")
        await staff.page.wait_for_selector("article[data-status=done], article[data-status=waived]")
        assert "Robin Lee set this aside: Dr. Osei agrees by phone" in await staff.page.inner_text(".record")
        await staff.page.click("form[data-entry=withdraw] button")
        await staff.page.wait_for_selector("article[data-status=stop]")
        await staff.sent()
        await staff.close()
    kinds = [entry["kind"] for entry in server.command("export", session["handle"])["entries"]]
    assert kinds == ["answer", "waive", "withdraw"]


async def test_staff_set_aside_what_the_client_said_and_take_that_back(server: Server) -> None:
    session = soon(server, 90)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        items = ("ill", "new_medicine", "pregnant", "hospital", "worse_thoughts", "heart_or_brain")
        await client.answer("health_change", {**dict.fromkeys(items, "no"), "new_medicine": "yes"})
        await client.sent()
        staff = await Person.at(found, server, session, "staff")
        await staff.open("health_change")
        await staff.page.wait_for_selector("article[data-status=stop]")
        assert await staff.page.locator("form[data-entry=answer][data-step-of=health_change]").count() == 0
        await staff.page.click("details.waive summary")
        await staff.page.fill("[name=reason]", "An antibiotic, prescriber informed")
        await staff.page.click("details.waive button")
        await staff.page.wait_for_selector("article[data-status=waived]")
        await staff.page.click("form[data-entry=withdraw] button")
        await staff.page.wait_for_selector("article[data-status=stop]")
        await staff.sent()
        await staff.close()
        await client.close()
    record = server.command("export", session["handle"])
    assert [entry["kind"] for entry in record["entries"]] == ["answer", "waive", "withdraw"]
    assert record["held"] == []


async def test_an_odd_reading_is_asked_again_and_then_recorded_as_it_is(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.open("baseline_bp")
        await staff.page.fill("[name=systolic]", "12o")
        await staff.page.fill("[name=diastolic]", "80")
        await staff.page.click("article .buttons button")
        await staff.page.wait_for_selector("[data-error=answer]:has-text('type a number')")
        await staff.page.fill("[name=systolic]", "1200")
        await staff.page.click("article .buttons button")
        await staff.page.wait_for_selector("[data-error=answer]:has-text('1200 is outside')")
        assert await staff.page.input_value("[name=diastolic]") == "80", "what was typed stays"
        await staff.page.check("[name=sure]")
        await staff.page.click("article .buttons button")
        await staff.page.wait_for_selector("article[data-status=stop]")
        await staff.sent()
        await staff.close()
    assert server.command("export", session["handle"])["entries"][0]["answer"] == {"systolic": 1200, "diastolic": 80}


async def test_a_dose_that_is_prescribed_anew_stands_at_once_where_doses_are_written_down(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        prescriber = await Person.at(found, server, session, "prescriber")
        staff = await Person.at(found, server, session, "staff")
        aloud = await staff.context.new_page()
        await staff.open("dose")
        await aloud.goto(f"{session['url']}steps/time_out")
        for page in (staff.page, aloud):
            await expect(page.locator("[data-prescribed]")).to_contain_text("Nothing is written down")
        await prescriber.answer("dose_planned", {"mg_first": 150, "mg_most": 300, "lozenges_most": 2})
        await prescriber.answer("dose_planned", {"mg_first": 75, "mg_most": 100, "lozenges_most": 1})
        for page in (staff.page, aloud):
            lines = page.locator("[data-list=prescribed] > li")
            await expect(lines).to_contain_text("75 mg")
            await expect(lines).to_have_count(1)
            await expect(page.get_by_text("Nothing is written down")).to_be_hidden()
        await prescriber.page.click("form[data-entry=withdraw] button")
        for page in (staff.page, aloud):
            await expect(page.locator("[data-list=prescribed] > li")).to_have_count(0)
            await expect(page.get_by_text("Nothing is written down")).to_be_visible()
        await staff.close()
        await prescriber.close()


async def test_what_is_written_down_late_carries_when_it_happened(server: Server) -> None:
    session = soon(server, 40)
    then = (server.now() - 9 * 60_000) // 60_000 * 60_000
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.open("identity")
        await staff.page.fill("[name=at]", local(then))
        for radio in await staff.page.locator("article input[type=radio][value=yes]").all():
            await radio.check()
        await staff.page.click("article .buttons button")
        await staff.page.wait_for_selector("[data-list=lines] > li")
        await staff.sent()
        await staff.close()
    assert server.command("export", session["handle"])["entries"][0]["t"] == then


async def test_the_next_person_at_the_tablet_sees_their_own_page_and_the_first_ones_words_wait(server: Server) -> None:
    session = soon(server, 40)
    clinic = server.command("export", session["handle"])["clinic"]["id"]
    staff_add = ["staff", "add", "kim@example.org", "--name", "Kim Park", "--clinic", clinic, "--password-stdin"]
    server.command(*staff_add, stdin=PASSPHRASE + "\n")
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.kept()
        server.kill()
        await staff.answer("ride_giver_reached")
        server.start()
        await staff.context.clear_cookies()
        page = staff.page
        for email, name in (("kim@example.org", "Kim Park"), ("robin@example.org", "Robin Lee")):
            await page.goto(f"{server.url}/sign-in")
            await page.fill("[name=email]", email)
            await page.fill("[name=password]", PASSPHRASE)
            await page.click("form[action='/sign-in'] button")
            await page.wait_for_selector("[data-tiles]")
            await page.goto(session["url"])
            await page.wait_for_selector(f".band-who:has-text('{name}')")
            await page.wait_for_selector("[data-unsent='0']:not([hidden])")
            entries = server.command("export", session["handle"])["entries"]
            assert len(entries) == (0 if name == "Kim Park" else 1)
        await staff.close()


async def test_signing_out_leaves_nothing_of_one_person_on_the_tablet(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.answer("consent_on_file", local(server.now() - 86_400_000))
        await staff.kept()
        server.kill()
        await staff.answer("ride_giver_reached")
        await staff.page.click("[data-sign-out] button")
        await staff.page.wait_for_selector("[data-unsent-notice]:not([hidden])")
        server.start()
        await staff.day()
        await staff.sent()
        await staff.page.click("[data-sign-out] button")
        await staff.page.wait_for_url("**/sign-in")
        left = await staff.page.evaluate(
            "async () => [(await indexedDB.databases()).map((one) => one.name),"
            " (await caches.keys()).filter((name) => name.startsWith('pages'))]"
        )
        assert left == [[], []]
        answer = await staff.page.goto(session["url"])
        assert answer is not None
        assert answer.status == 404
        await staff.context.close()
