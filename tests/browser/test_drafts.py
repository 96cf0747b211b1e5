"""A draft of a protocol in a browser: what is typed is checked at once, and nothing that was typed is lost."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import browser
from tests.browser.test_looks import CHECK, PICTURES, enter, watch

LOOKS: dict[str, dict[str, Any]] = {
    "390": {"viewport": {"width": 390, "height": 844}},
    "1024": {"viewport": {"width": 1024, "height": 768}},
    "1024-dark": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"},
}


async def copied(page: Page, demo: dict[str, Any]) -> None:
    """Opens a new draft."""
    await page.goto(demo["url"] + "/protocols/kap-lozenge/1")
    await page.click("form[action$='/copy'] button")
    await page.wait_for_selector("[data-source]")


async def change(page: Page, old: str, new: str) -> None:
    """Writes over `old`, as a person does. (To fill in all of 1,255 lines anew takes Chromium 8 seconds.)"""
    choose = """(source, old) => {
      const start = source.value.indexOf(old);
      source.focus();
      source.setSelectionRange(start, start + old.length);
      return start;
    }"""
    assert await page.locator("[data-source]").evaluate(choose, old) >= 0, old
    await page.keyboard.insert_text(new)


async def test_what_is_typed_is_checked_at_once_and_kept_until_it_is_saved(demo: dict[str, Any]) -> None:
    faults: list[str] = []
    async with browser() as found:
        page = await (await found.new_context(**LOOKS["1024"])).new_page()
        watch(page, faults)
        await enter(page, demo, "", "staff")
        await copied(page, demo)
        source = page.locator("[data-source]")
        text = await source.input_value()
        await change(page, "observe: 2 h after dose", "observe: soon")
        broken = text.replace("observe: 2 h after dose", "observe: soon")
        assert await source.input_value() == broken
        line = broken.splitlines().index("observe: soon") + 1
        wrong = page.locator(f"[data-list=problems] [data-line='{line}']")
        await expect(wrong).to_contain_text("‘observe’ can't be ‘soon’")
        await expect(page.locator(f"#line-{line}")).to_have_text(str(line))
        await wrong.locator("a").click()
        chosen = "const s = document.querySelector('[data-source]'); s.value.slice(s.selectionStart, s.selectionEnd)"
        assert await page.evaluate(chosen) == "observe: soon"

        await page.goto(page.url.split("#")[0])  # left without saving
        await expect(page.locator("[data-unsaved]")).to_be_visible()
        await page.click("[data-put-back]")
        assert await source.input_value() == broken
        await page.click("button[value=save]")
        await expect(page.locator("[data-unsaved]")).to_be_hidden()
        await expect(page.locator(f"[data-list=problems] [data-line='{line}']")).to_be_visible()
        assert await source.input_value() == broken
        number, said = page.locator(f"#line-{line}"), page.locator("[data-said] span").first
        beside = [await one.bounding_box() for one in (number, said)]
        assert beside[0] is not None
        assert beside[1] is not None
        assert abs(beside[0]["y"] - beside[1]["y"]) < 4

        await change(page, "observe: soon", "observe: 2 h after dose")
        await expect(page.locator("[data-verdict]")).to_have_text("It can be published.")
        await page.click("button[value=publish]")
        await page.wait_for_url("**/protocols/our-kap-lozenge/1")
    assert faults == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_of_protocols_fit(look: str, demo: dict[str, Any]) -> None:
    PICTURES.mkdir(exist_ok=True)
    faults: list[str] = []
    async with browser() as found:
        page = await (await found.new_context(**LOOKS[look])).new_page()
        watch(page, faults)
        await enter(page, demo, "", "staff")
        await copied(page, demo)
        await change(page, "languages: [en]", "languages: [english]")
        await change(page, 'day_starts: "06:00"', "day_starts: 6am")
        await page.wait_for_selector("[data-list=problems] li")
        draft = page.url
        await page.click("button[value=save]")
        for name, path in (
            ("shelf", "/protocols"),
            ("protocol", "/protocols/kap-lozenge/1"),
            ("draft", draft.removeprefix(demo["url"])),
        ):
            await page.goto(demo["url"] + path)
            whole = name == "shelf"
            await page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=whole)
            faults += [f"{name}: {fault}" for fault in await page.evaluate(CHECK)]
    assert faults == []
