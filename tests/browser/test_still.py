"""Nothing moves under a thumb: a page that opens for the first time stands still, and a link's page knows its link."""

from typing import Any

from playwright.async_api import Page

from tests.browser.every_page import Shown, address
from tests.browser.people import browser
from tests.browser.test_looks import enter, session_of

# How far what was drawn has moved, as Chromium counts it (0: not at all).
WATCH = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved.push(one.value);
  }).observe({ type: "layout-shift", buffered: true });
}"""


async def settled(page: Page, selector: str) -> list[float]:
    """The shifts until a page is ready and has been quiet for a while."""
    await page.wait_for_selector(selector)
    await page.wait_for_timeout(600)
    moved: list[float] = await page.evaluate("window.moved")
    return moved


async def test_a_seats_pages_stand_still_while_they_get_ready(demo: dict[str, Any]) -> None:
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script(f"({WATCH})()")
        page = await context.new_page()
        await page.route("**/js/session.js", lambda route: late(page, route))
        await enter(page, demo, "Noor", "client")
        assert await settled(page, "[data-unsent='0']:not([hidden])") == []
        await page.goto(address(demo, Shown("", "Noor", "client", "steps/rules_understood")))
        assert await settled(page, "[data-unsent='0']:not([hidden])") == []


async def late(page: Page, route: Any) -> None:
    """The scripts come when the page was long drawn, as they do on a slow line."""
    await page.wait_for_timeout(400)
    await route.continue_()


async def test_a_links_page_stands_still_and_opens_though_its_later_script_never_comes(demo: dict[str, Any]) -> None:
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script(f"({WATCH})()")
        page = await context.new_page()
        await page.route("**/js/landing.js", lambda route: route.abort())
        await page.goto(session_of(demo, "Noor")["links"]["client"])
        assert await settled(page, "[data-link]:not([hidden])") == []
        assert not await page.locator("[data-no-link]").is_visible()
        assert page.url.endswith("/j"), "the secret is not in the address bar"
        await page.click("[data-link] button")
        await page.wait_for_selector("[data-page=day]")


async def test_a_link_that_is_opened_in_the_same_tab_takes_the_place_of_the_first(demo: dict[str, Any]) -> None:
    async with browser() as found:
        page = await (await found.new_context()).new_page()
        links = session_of(demo, "Sam")["links"]
        await page.goto(links["client"])
        await page.wait_for_selector("[data-link]:not([hidden])")
        await page.evaluate("link => { location.hash = link.split('#')[1] }", links["support"])
        await page.wait_for_function(
            "link => document.querySelector('[name=token]').value === link.split('#')[1]", arg=links["support"]
        )
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-seat=support]")


async def test_a_dimmed_page_comes_dim_and_waits_for_no_script(demo: dict[str, Any]) -> None:
    """From the clinic, and from the phone's own memory, also where the choice was made without a line."""
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await enter(page, demo, "Leo", "client")
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        await page.wait_for_selector("body[data-kept=true]")
        there = session_of(demo, "Leo")["url"]
        for scheme, without_line in (("dim", False), ("own", True), ("dim", True)):
            await context.set_offline(without_line)
            await page.click("[data-dim]")
            await page.wait_for_function(TOLD, arg=scheme)
            for address in (there, f"{there}steps/rules_understood", there):
                answer = await page.goto(address)
                assert answer is not None
                assert answer.from_service_worker
                assert f'data-scheme="{scheme}"' in await answer.text()
            await page.wait_for_selector("[data-ready=true]")
            ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            parts = [int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")]
            assert (max(parts) < 60) == (scheme == "dim"), parts
        await context.set_offline(False)
        answer = await page.goto(f"{there}?asked")
        assert answer is not None
        assert 'data-scheme="dim"' in await answer.text(), "the clinic draws it so too"
        await page.evaluate("caches.open('look').then((look) => look.put('/look', new Response('own')))")
        await page.goto(there)
        await page.wait_for_function(TOLD, arg="dim")
        await context.clear_cookies(name="scheme")
        await page.goto(there)
        await page.wait_for_function("document.cookie.includes('scheme=dim')")


TOLD = "async (scheme) => (await (await caches.match('/look'))?.text()) === scheme"


async def test_a_tap_before_the_scripts_are_there_is_kept_for_them(demo: dict[str, Any]) -> None:
    async with browser() as found:
        context = await found.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await enter(page, demo, "Noor", "support")
        await page.goto(session_of(demo, "Noor")["url"])
        await page.wait_for_selector("[data-ready=true]")
        await context.route("**/js/session.js", lambda route: late(page, route))
        await page.goto(address(demo, Shown("", "Noor", "support", "steps/ride_confirmed")))
        await page.evaluate("window.stays = true")
        for _ in range(2):  # an impatient thumb
            await page.click("article button[name=answer][value=yes]")
        await page.wait_for_selector("[data-list=lines] > li")
        assert await page.locator("[data-list=lines] > li").count() == 1
        assert await page.evaluate("window.stays"), "it did not go out plainly"


async def test_scripts_begin_after_the_first_paint(demo: dict[str, Any]) -> None:
    async with browser() as found:
        page = await (await found.new_context(viewport={"width": 390, "height": 844})).new_page()
        await enter(page, demo, "Noor", "client")
        await page.wait_for_selector("[data-ready=true]")
        begun, painted = await page.evaluate("""() => [
          performance.getEntriesByType("resource").find((one) => one.name.endsWith("/js/session.js")).startTime,
          performance.getEntriesByName("first-contentful-paint")[0].startTime,
        ]""")
        assert begun >= min(painted, 1_000)
