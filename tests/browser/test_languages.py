"""One tap changes the language; what the phone keeps follows, so that it holds without signal too."""

from playwright.async_api import Page

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
