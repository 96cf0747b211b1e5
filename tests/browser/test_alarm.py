"""The board's sound in a browser: silence has a name, is seen, and ends by itself; for critical alerts sooner."""

from typing import Any

from playwright.async_api import expect

from tests.browser.people import browser
from tests.browser.test_looks import CHECK, PICTURES, enter, watch

COUNT = """
globalThis.beeps = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { globalThis.beeps++; return start.apply(this, at); };
"""


async def test_silence_is_named_and_a_critical_alert_comes_back_after_a_minute(demo: dict[str, Any]) -> None:
    PICTURES.mkdir(exist_ok=True)
    faults: list[str] = []
    async with browser() as found:
        page = await (await found.new_context(viewport={"width": 1024, "height": 768})).new_page()
        watch(page, faults)
        await page.add_init_script(COUNT)
        await page.clock.install()
        await enter(page, demo, "", "staff")
        bar = page.locator("[data-sound]")
        await expect(bar).to_contain_text("tap anywhere")
        await bar.locator("button").click()
        await expect(bar).to_contain_text("by Robin Lee")
        await expect(bar).to_have_attribute("data-silent", "true")
        assert await page.evaluate("beeps") == 0
        await page.clock.run_for(50_000)
        assert await page.evaluate("beeps") == 0
        await page.clock.run_for(12_000)  # Mia's call for help is critical
        assert await page.evaluate("beeps") == 4
        await expect(page.locator("[data-alert-news]")).to_contain_text("asked for help")
        await page.clock.run_for(240_000)
        await expect(bar).to_have_attribute("data-silent", "false")
        assert await page.evaluate("beeps") == 6  # the others, together
        await page.screenshot(path=PICTURES / "alarm.png")
        await page.goto(demo["url"] + "/board/wall")
        await expect(page.locator(".wall-name").first).to_be_visible()
        faults += await page.evaluate(CHECK)
        await page.screenshot(path=PICTURES / "wall.png")
    assert faults == []


async def test_the_board_goes_by_keyboard(demo: dict[str, Any]) -> None:
    faults: list[str] = []
    async with browser() as found:
        page = await (await found.new_context(viewport={"width": 1024, "height": 768})).new_page()
        watch(page, faults)
        await enter(page, demo, "", "staff")
        await page.wait_for_selector("[data-sound][data-silent]")  # until its scripts have begun
        await page.keyboard.press("?")
        await expect(page.locator("[data-keys]")).to_be_visible()
        await page.locator("[data-keys] button").click()
        await expect(page.locator("[data-keys]")).to_be_hidden()
        cards = page.locator("[data-session] h2 a")
        for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
            await page.keyboard.press(key)
            await expect(cards.nth(place)).to_be_focused()
        asked: list[str] = []

        async def agree(dialog: Any) -> None:
            asked.append(dialog.message)
            await dialog.accept()

        page.on("dialog", agree)
        alerts = page.locator("[data-alert]")
        before = await alerts.count()
        async with page.expect_navigation():  # news may draw the cards anew before the form's own page comes
            await page.keyboard.press("a")
        await expect(alerts).to_have_count(before - 1)
        assert "asked for help" in asked[0]
        await page.keyboard.press("j")
        await expect(cards.nth(0)).to_be_focused()
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[data-page=day]")
    assert faults == []
