"""One tap changes the language; what the phone keeps follows, so that it holds without signal too."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Error, Page, Route

from sessionday.words import SENTENCES, WORDS
from tests.browser.people import browser
from tests.browser.test_phones import soon
from tests.server import Server

CHOICE = "[data-languages] [value={}]"


async def kept_in(page: Page, language: str) -> None:
    """Waits until the phone keeps its pages in a language."""
    title = WORDS[language]["page"]["all_steps"]
    await page.wait_for_function(
        """async ([path, title]) => {
          const found = await caches.match(path);
          return found !== undefined && (await found.text()).includes(title);
        }""",
        arg=[page.url.split("?")[0], title],
        timeout=60_000,
    )


async def test_one_tap_and_the_day_is_in_another_language_also_without_signal(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(session["links"]["support"])
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
        assert await page.inner_text("#steps h2") == WORDS["en"]["page"]["all_steps"]
        await page.click(CHOICE.format("es"))
        await page.wait_for_selector("html[lang=es] body[data-ready=true]")
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
        await page.goto(session["url"])
        await kept_in(page, "es")
        server.kill()
        await page.reload()
        await page.wait_for_selector("html[lang=es] body[data-ready=true]")
        await page.goto(f"{session['url']}steps/ride_confirmed")
        await page.wait_for_selector("body[data-ready=true]")
        assert await page.inner_text("article h1") == SENTENCES["es"]["The ride home, in your own words"]
        await page.click("article button[value=yes]")
        await page.wait_for_selector(f"[data-truth=phone]:has-text('{WORDS['es']['truths']['phone']}')")
        assert WORDS["es"]["unsent"]["count"]["one"] in await page.inner_text("[data-unsent]")
        server.start()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await page.wait_for_selector("[data-truth=clinic]", timeout=90_000)
    (entry,) = server.command("export", session["handle"])["entries"]
    assert (entry["step"], entry["answer"]) == ("ride_confirmed", "yes")


async def test_without_signal_the_tap_says_so_and_nothing_else_changes(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(session["links"]["client"])
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
        server.kill()
        await page.click(CHOICE.format("fr"))
        await page.wait_for_selector(
            f"[data-languages] [role=status]:has-text('{WORDS['en']['languages']['no_signal']}')"
        )
        assert await page.get_attribute("html", "lang") == "en"


async def test_the_link_is_not_lost_by_whoever_chooses_a_language_first(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(session["links"]["client"])
        await page.click(CHOICE.format("ar"))
        await page.wait_for_selector("html[lang=ar][dir=rtl] [data-link]:not([hidden])")
        await page.click("[data-link] button")
        await page.wait_for_selector("html[lang=ar] body[data-page=day]")
        secret = session["links"]["client"].split("#")[1]
        assert not [url for url in asked if secret in url.split("#")[0]]


async def test_what_is_typed_stays_over_a_tap_and_comes_back_once(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(session["links"]["client"])
        await page.click("[data-link] button")
        for step, field in (
            ("ride_details", "article textarea[name=answer]"),
            ("rules_understood", "article [value=yes]"),
        ):
            await page.goto(f"{session['url']}steps/{step}")
            await page.wait_for_selector("body[data-ready=true]")
            assert await page.locator(field).count() > 0
            for place in await page.locator(field).all():
                await (place.fill("Kim, blue car") if step == "ride_details" else place.check())
            language = "es" if step == "ride_details" else "ar"
            await page.click(CHOICE.format(language))
            await page.wait_for_selector(f"html[lang={language}] body[data-ready=true]")
            for place in await page.locator(field).all():
                assert await (place.input_value() if step == "ride_details" else place.is_checked()) in (
                    "Kim, blue car",
                    True,
                )
            await page.reload()
            await page.wait_for_selector("body[data-ready=true]")
            for place in await page.locator(field).all():
                assert await (place.input_value() if step == "ride_details" else place.is_checked()) in ("", False)


async def late(route: Route) -> None:
    """Comes after the tap, as on a slow line."""
    await asyncio.sleep(1)
    await route.continue_()


async def never(route: Route) -> None:
    """Is given up after the tap."""
    await asyncio.sleep(1)
    await route.abort()


@pytest.mark.parametrize("comes", [late, never])
async def test_the_invitation_is_not_lost_by_whoever_chooses_a_language_first(server: Server, comes: Any) -> None:
    server.clinic()
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        secret = "k" * 43
        await page.route("**/js/languages.js", comes, times=1)
        await page.goto(f"{server.public}/join#{secret}")
        await page.wait_for_selector("input[name=token]", state="hidden")
        await page.click(CHOICE.format("fr"))
        await page.wait_for_selector("html[lang=fr]")
        await page.wait_for_selector("input[name=token]", state="hidden")
        assert await page.input_value("input[name=token]") == secret
        assert page.url.startswith(f"{server.public}/join")
        assert secret not in page.url
        assert not faults


async def test_without_an_answer_the_kept_page_comes_whatever_the_query(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(session["links"]["client"])
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
        gone = await page.goto(f"{server.public}/s/{'x' * 22}/?spoken=fr")
        assert gone is not None
        assert gone.status == 404
        server.kill()
        for query in ("?spoken=fr", "?saved"):
            await page.goto(session["url"] + query)
            await page.wait_for_selector("html[lang=en] body[data-ready=true]")
        with pytest.raises(Error, match="ERR_"):
            await page.goto(session["url"] + "?opened=nonce")


async def test_another_phone_of_the_seat_follows_and_never_mixes_two_languages(server: Server) -> None:
    session = soon(server)
    async with browser() as chromium:
        pages = [await (await chromium.new_context()).new_page() for _ in range(2)]
        for page in pages:
            await page.goto(session["links"]["client"])
            await page.click("[data-link] button")
            await page.wait_for_selector("body[data-heard=true]")
        first, second = pages
        await second.goto(f"{session['url']}steps/ride_details")
        await second.wait_for_selector("body[data-heard=true]")
        await second.fill("article [name=answer]", "Kim")
        await first.click(CHOICE.format("es"))
        await first.wait_for_selector("html[lang=es] body[data-ready=true]")
        async with second.expect_response("**/pack"):
            await second.evaluate("dispatchEvent(new Event('online'))")
        await second.wait_for_timeout(1_000)
        assert await second.get_attribute("html", "lang") == "en"
        assert await second.inner_text("[data-tell=stage]") == WORDS["en"]["stages"]["before"]
        assert await second.input_value("article [name=answer]") == "Kim"
        await second.fill("article [name=answer]", "")
        await second.evaluate("dispatchEvent(new Event('online'))")
        await second.wait_for_selector("html[lang=es] body[data-ready=true]")
        assert await second.inner_text("[data-tell=stage]") == WORDS["es"]["stages"]["before"]


async def test_a_tap_that_the_clinic_answers_badly_does_not_speak_of_signal(server: Server) -> None:
    async with browser() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(f"{server.public}/sign-in")
        await page.route("**/language", lambda route: route.fulfill(status=502))
        await page.click(CHOICE.format("fr"))
        await page.wait_for_selector(f"[data-languages] [role=status]:has-text('{WORDS['en']['truths']['unsaved']}')")
