"""Pages at phone size, narrow, dark, zoomed, with text at 200 %: nothing cut off or too small to hit."""

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.people import browser

PICTURES = Path(__file__).parents[1] / "screenshots"
LOOKS: dict[str, dict[str, Any]] = {
    "390": {"viewport": {"width": 390, "height": 844}},
    "390-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "320": {"viewport": {"width": 320, "height": 640}},
    "320-dark": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    "390-large": {"viewport": {"width": 390, "height": 844}},
    "zoomed": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},  # a desk's screen at 400 %
    "forced": {"viewport": {"width": 390, "height": 844}, "forced_colors": "active"},
}
PAGES = [
    ("client-before", "Sam", "client", ""),
    ("client-calm", "Leo", "client", ""),
    ("client-after", "Omar", "client", ""),
    ("client-clear", "Ruth", "client", ""),
    ("client-checks", "Noor", "client", "steps/rules_understood"),
    ("client-about", "Sam", "client", "about/"),
    ("client-risks", "Sam", "client", "about/risks"),
    ("client-time", "Sam", "client", "steps/last_drink"),
    ("support-before", "Sam", "support", ""),
    ("support-with", "Sam", "support", "about/with"),
    ("support-ride", "Noor", "support", "steps/ride_confirmed"),
    ("support-conflict", "Ida", "support", "steps/ride_confirmed"),
    ("prescriber", "Tom", "prescriber", ""),
    ("staff-day", "Tom", "staff", ""),
    ("staff-help", "Mia", "staff", ""),
    ("staff-vitals", "Tom", "staff", "steps/baseline_bp"),
    ("staff-dose", "Leo", "staff", "steps/dose"),
    ("staff-pickup", "Mia", "staff", "steps/pickup"),
    ("board", "", "staff", ""),
    ("carry", "", "staff", "carry"),
]

# Where words are long: the narrowest phone, with text at 200 %.
LONG_WORDS = [
    ("client-after", "Omar", "client", ""),
    ("client-checks", "Noor", "client", "steps/rules_understood"),
    ("client-morning", "Ruth", "client", "steps/slept"),
    ("client-about", "Sam", "client", "about/"),
    ("support-before", "Sam", "support", ""),
    ("support-duties", "Sam", "support", "steps/duties_accepted"),
]


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_fits_and_can_be_hit(look: str, demo: dict[str, Any]) -> None:
    PICTURES.mkdir(exist_ok=True)
    faults: list[str] = []
    async with browser() as found:
        for (client, role), pages in groupby(sorted(PAGES, key=itemgetter(1, 2)), key=itemgetter(1, 2)):
            page = await (await found.new_context(**LOOKS[look])).new_page()
            watch(page, faults)
            await enter(page, demo, client, role)
            for name, _, _, path in pages:
                faults += [f"{name}: {fault}" for fault in await looked_at(page, demo, client, path, f"{name}-{look}")]
            await page.context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["fr", "de", "es", "pt", "ar"])
async def test_long_words_fit_the_narrowest_phone_with_large_text(language: str, demo: dict[str, Any]) -> None:
    PICTURES.mkdir(exist_ok=True)
    faults: list[str] = []
    async with browser() as found:
        for name, client, role, path in LONG_WORDS:
            page = await (await found.new_context(viewport={"width": 320, "height": 640})).new_page()
            watch(page, faults)
            await page.goto(demo["staff"]["url"])
            await page.locator(f"[data-languages] [value={language}]").click()
            await page.wait_for_selector(f"html[lang={language}]")
            await enter(page, demo, client, role)
            picture = f"{name}-{language}-320-large"
            faults += [f"{name}: {fault}" for fault in await looked_at(page, demo, client, f"{path}?look", picture)]
            await page.context.close()
    assert faults == []


def watch(page: Page, faults: list[str]) -> None:
    """Notes what goes wrong in a page's own scripts."""
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)


async def enter(page: Page, demo: dict[str, Any], client: str, role: str) -> None:
    """Opens a seat as its person would."""
    if role == "staff":
        await page.goto(demo["staff"]["url"])
        await page.fill("[name=email]", demo["staff"]["email"])
        await page.fill("[name=password]", demo["staff"]["password"])
        await page.click("form[action='/sign-in'] button")
        await page.wait_for_selector("[data-tiles]")
    else:
        await page.goto(session_of(demo, client)["links"][role])
        await page.click("[data-link] button")
        await page.wait_for_selector("[data-page=day]")


async def looked_at(page: Page, demo: dict[str, Any], client: str, path: str, picture: str) -> list[str]:
    """Takes the picture of one page, and says what does not fit."""
    if client:
        await page.goto(session_of(demo, client)["url"] + path)
        await page.wait_for_selector("body[data-ready=true]")
        await page.wait_for_selector("[data-unsent='0']:not([hidden])")
    elif path:
        await page.goto(demo["staff"]["url"].replace("sign-in", path))
        await page.wait_for_selector("body[data-ready=true]")
    if picture.endswith("large"):
        await page.evaluate("document.documentElement.style.setProperty('font-size', '250%')")
    await page.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    faults: list[str] = await page.evaluate(CHECK)
    return faults


def session_of(demo: dict[str, Any], client: str) -> dict[str, Any]:
    """One of the demo's sessions."""
    return next(one for one in demo["sessions"] if one["client"] == client)


# Nothing wider than the screen; every control at least 44 px high and wide, those inside a line of text aside.
CHECK = """() => {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth + 1) faults.push(`wider than the screen: ${wide}`);
  const controls = "button, .button, input:not([type=hidden]), select, textarea, summary, .option, a";
  for (const element of document.querySelectorAll(controls)) {
    const beside = [...element.parentElement.childNodes].filter((one) => one !== element);
    if (element.tagName === "A" && beside.some((one) => one.textContent.trim())) continue;
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest(".option") !== null && element.tagName === "INPUT") continue;
    const small = box.height < 43.5 || box.width < 43.5;
    if (small) faults.push(`small: ${element.outerHTML.slice(0, 80)} ${box.width}x${box.height}`);
    if (box.left < -1 || box.right > innerWidth + 1) faults.push(`cut off: ${element.outerHTML.slice(0, 80)}`);
  }
  return faults;
}"""
