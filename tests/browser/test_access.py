"""Pages for everybody: nothing that axe finds, in each scheme, also from right to left; targets; what is read aloud."""

import re
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from sessionday.words import WORDS
from tests.browser.every_page import EVERY, SCHEMES, opened
from tests.browser.people import browser
from tests.browser.test_looks import CHECK, enter, session_of

READ_ALOUD = Path(__file__).parent / "question.aria.yml"
# WCAG 2.2 to AA, what axe holds for good practice, and of AAA the contrast.
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "wcag2aaa"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}
LOOKS = [("390", scheme, "en") for scheme in SCHEMES] + [("390", "light", "ar"), ("desk", "light", "en")]


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
async def test_axe_finds_nothing_on_any_page(width: str, scheme: str, language: str, demo: dict[str, Any]) -> None:
    found: list[str] = []
    looked = 0
    async with browser() as chromium:
        async for one, page in opened(chromium, demo, EVERY, width, scheme, language):
            found += [f"{one.name}: {fault}" for fault in await faults(page)]
            looked += 1
    assert looked == len(EVERY) >= 40  # five looks: more than 200 states
    assert found == []


async def faults(page: Page) -> list[str]:
    """What axe finds, each with where."""
    # What lies under the help at the foot of the screen is scrolled up from under it by whoever wants it.
    await page.evaluate("() => document.querySelector('body > .help')?.style.setProperty('position', 'static')")
    result = await Axe().run(page, options=RULES)
    every = result.response["violations"]
    return [f"{one['id']} {node['html'][:120]}" for one in every for node in one["nodes"][:3]]


async def test_axe_would_find_something(demo: dict[str, Any]) -> None:
    """The check itself can fail: a picture without a name, grey on grey."""
    async with browser() as chromium:
        page = await chromium.new_page()
        await page.goto(demo["staff"]["url"])
        await page.evaluate("""() => {
          const grey = document.querySelector("h1");
          grey.style.color = "#999";
          document.querySelector("label").remove();
        }""")
        assert {fault.split()[0] for fault in await faults(page)} >= {"color-contrast", "label"}


async def test_a_whole_question_is_read_aloud_in_order(demo: dict[str, Any]) -> None:
    """The tree that a screen reader gets; a change of it is looked at, and kept by running with READ_ALOUD=new."""
    async with browser() as chromium:
        page = await chromium.new_page()
        await enter(page, demo, "Noor", "support")
        await page.goto(session_of(demo, "Noor")["url"] + "steps/ride_confirmed")
        await page.wait_for_selector("[data-ready=true] .truth:not(:empty)")
        tree = await page.locator("body").aria_snapshot()
    changing = ("/url:", *(f"{day} " for day in WORDS["en"]["weekdays"]))  # handles and dates
    names = [line for line in tree.splitlines() if not any(one in line for one in changing)]
    if not READ_ALOUD.exists():
        READ_ALOUD.write_text("\n".join(names) + "\n", "utf-8")
        pytest.fail("there was no tree to hold it against; it is written now: look at it")
    assert "\n".join(names) + "\n" == READ_ALOUD.read_text("utf-8")


# Each answer at least 56 px high and as wide as the column, and none closer than 8 px to another.
ANSWERS = """() => [...document.querySelectorAll(".answer :is(.option, .buttons > button)")]
  .filter((one) => one.getBoundingClientRect().width)
  .map((one) => { const box = one.getBoundingClientRect(); return [box.top, box.bottom, box.left, box.right]; })"""


async def test_answers_are_large_and_apart(demo: dict[str, Any]) -> None:
    async with browser() as chromium:
        asked = [one for one in EVERY if one.path.startswith("steps/") and one.role in ("client", "support")]
        async for one, page in opened(chromium, demo, asked, "320", "light", "en"):
            boxes = await page.evaluate(ANSWERS)
            assert all(bottom - top >= 56 for top, bottom, *_ in boxes), one.name
            rows = [list(row) for _, row in groupby(sorted(boxes), key=lambda box: box[0])]
            assert all(below[0][0] - above[0][1] >= 8 for above, below in pairwise(rows)), one.name


async def test_during_the_session_one_target_is_half_the_screen_and_always_on_it(demo: dict[str, Any]) -> None:
    async with browser() as chromium:
        for wide, high in ((390, 844), (320, 568), (844, 390)):
            context = await chromium.new_context(viewport={"width": wide, "height": high})
            page = await context.new_page()
            await enter(page, demo, "Leo", "client")
            box = await page.locator(".help-button").bounding_box()
            assert box is not None
            assert box["height"] >= high / 2
            assert box["y"] + box["height"] <= high
            moving = "document.getAnimations().length + document.querySelectorAll('[data-in]').length"
            assert await page.evaluate(moving) == 0  # nothing moves, nothing counts down
            await context.close()


# What has the focus is not even in part under the help that stays at the foot of the screen. (WCAG 2.4.12)
COVERED = """() => {
  const help = document.querySelector(".help").getBoundingClientRect();
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const covered = !one.closest(".help") && box.bottom > help.top && box.top < help.bottom;
  return [one === document.body ? "" : one.outerHTML.slice(0, 80), covered];
}"""


@pytest.mark.parametrize("language", ["en", "de"])
async def test_nothing_that_the_keyboard_reaches_is_covered(language: str, demo: dict[str, Any]) -> None:
    asked = [one for one in EVERY if one.name in ("client-before", "client-choice", "client-checks", "support-confirm")]
    async with browser() as chromium:
        async for one, page in opened(chromium, demo, asked, "320", "light", language):
            reached = 0
            while True:
                await page.keyboard.press("Tab")
                element, covered = await page.evaluate(COVERED)
                if not element:
                    break
                assert not covered, (one.name, element)
                reached += 1
            assert reached > 8, one.name


@pytest.mark.parametrize("width", ["320", "desk"])
async def test_every_page_fits_and_can_be_hit(width: str, demo: dict[str, Any]) -> None:
    faults: list[str] = []
    async with browser() as chromium:
        async for one, page in opened(chromium, demo, EVERY, width, "light", "en"):
            faults += [f"{one.name}: {fault}" for fault in await page.evaluate(CHECK)]
    assert faults == []


SEEN = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.innerText)"


async def test_paper_is_never_dark_and_shows_nothing_to_tap(demo: dict[str, Any]) -> None:
    asked = [one for one in EVERY if one.name in ("client-after", "support-duties", "staff-sheet", "staff-card")]
    async with browser() as chromium:
        for scheme in ("dark", "dim"):
            async for one, page in opened(chromium, demo, asked, "390", scheme, "en"):
                await page.emulate_media(media="print", color_scheme="dark")
                ink = "getComputedStyle(document.body).color"
                assert await page.evaluate(ink) in ("rgb(27, 35, 38)", "rgb(0, 0, 0)"), one.name
                assert await page.eval_on_selector_all("button, .help, .call", SEEN) == [], one.name


async def test_where_one_is_and_what_is_not_done_stand_on_the_page_when_they_are_of_use(demo: dict[str, Any]) -> None:
    asked = [one for one in EVERY if one.name in ("client-before", "client-after", "support-after")]
    async with browser() as chromium:
        async for one, page in opened(chromium, demo, asked, "390", "light", "en"):
            place = await page.eval_on_selector_all("[data-tell=place]", SEEN)
            nots = await page.eval_on_selector_all(".nots li", SEEN)
            if one.name == "client-before":
                assert re.fullmatch(r"You are at \d+ of \d+ \(.+\)\. Last: .+\.", place[0])
                assert nots == []
            else:  # car, bike, e-scooter, tools, machines, papers
                assert nots == list(WORDS["en"]["nots"].values()), one.name
