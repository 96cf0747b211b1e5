"""Every page of the product, as each seat meets it in each stage of the demo's day; and how it can be looked at."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.test_looks import enter, session_of

WIDTHS = {"390": (390, 844), "320": (320, 640), "tablet": (820, 1180), "desk": (1440, 900)}
SCHEMES = ("light", "dark", "dim")


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its name, whose session in the demo, who looks, and where it is."""

    name: str
    client: str
    role: str
    path: str = ""


CLIENTS = [
    Shown("client-before", "Sam", "client"),
    Shown("client-during", "Leo", "client"),
    Shown("client-after", "Omar", "client"),
    Shown("client-clear", "Ruth", "client"),
    Shown("client-conflict", "Ida", "client"),
    Shown("client-choice", "Sam", "client", "steps/ride_plan"),
    Shown("client-checks", "Noor", "client", "steps/rules_understood"),
    Shown("client-time", "Sam", "client", "steps/last_drink"),
    Shown("client-text", "Sam", "client", "steps/intentions"),
    Shown("client-morning", "Ruth", "client", "steps/slept"),
]
SUPPORT = [
    Shown("support-before", "Sam", "support"),
    Shown("support-during", "Leo", "support"),
    Shown("support-after", "Omar", "support"),
    Shown("support-confirm", "Noor", "support", "steps/ride_confirmed"),
    Shown("support-conflict", "Ida", "support", "steps/ride_confirmed"),
    Shown("support-duties", "Sam", "support", "steps/duties_accepted"),
]
PRESCRIBER = [
    Shown("prescriber", "Tom", "prescriber"),
    Shown("prescriber-dose", "Tom", "prescriber", "steps/dose_planned"),
]
STAFF = [
    Shown("staff-before", "Tom", "staff"),
    Shown("staff-during", "Mia", "staff"),
    Shown("staff-after", "Omar", "staff"),
    Shown("staff-vitals", "Tom", "staff", "steps/baseline_bp"),
    Shown("staff-dose", "Leo", "staff", "steps/dose"),
    Shown("staff-time-out", "Tom", "staff", "steps/time_out"),
    Shown("staff-pickup", "Mia", "staff", "steps/pickup"),
    Shown("staff-arrange", "Sam", "staff", "arrange"),
    Shown("staff-limits", "Sam", "staff", "limits"),
    Shown("staff-ride", "Ida", "staff", "ride"),
    Shown("staff-record", "Omar", "staff", "record"),
    Shown("staff-sheet", "Sam", "staff", "sheet"),
    Shown("staff-card", "Omar", "staff", "card"),
    Shown("staff-duties", "Sam", "staff", "duties"),
    Shown("staff-erase", "Ruth", "staff", "erase"),
    Shown("board", "", "staff", "board"),
    Shown("wall", "", "staff", "board/wall"),
    Shown("carry", "", "staff", "carry"),
    Shown("sessions", "", "staff", "sessions"),
    Shown("new-session", "", "staff", "sessions/new"),
    Shown("figures", "", "staff", "figures"),
    Shown("protocols", "", "staff", "protocols"),
    Shown("protocol", "", "staff", "protocols/kap-lozenge/1"),
    Shown("team", "", "staff", "staff"),
    Shown("clinic", "", "staff", "clinic"),
    Shown("records", "", "staff", "clinic/records"),
    Shown("access-log", "", "staff", "access"),
    Shown("me", "", "staff", "me"),
]
STRANGERS = [
    Shown("landing", "", "", "j"),
    Shown("sign-in", "", "", "sign-in"),
    Shown("not-found", "", "", "nowhere"),
]
EVERY = [*STRANGERS, *CLIENTS, *SUPPORT, *PRESCRIBER, *STAFF]


async def opened(
    browser: Browser, demo: dict[str, Any], pages: list[Shown], width: str, scheme: str, language: str
) -> AsyncIterator[tuple[Shown, Page]]:
    """Each page in turn, as whoever sees it would have it. Those of one person follow each other in one browser."""
    wide, high = WIDTHS[width]
    last, page = None, None
    for one in pages:
        if page is None or last != (one.client if one.role != "staff" else "", one.role):
            if page is not None:
                await page.context.close()
            colours: Any = "light" if scheme == "light" else "dark"
            context = await browser.new_context(
                viewport={"width": wide, "height": high}, color_scheme=colours, reduced_motion="reduce"
            )
            page = await context.new_page()
            await entered(page, demo, one, scheme, language)
        last = (one.client if one.role != "staff" else "", one.role)
        await page.goto(address(demo, one))
        await page.wait_for_timeout(350)
        yield one, page
    if page is not None:
        await page.context.close()


async def entered(page: Page, demo: dict[str, Any], one: Shown, scheme: str, language: str) -> None:
    """Somebody comes in, in their scheme and language."""
    await page.goto(demo["staff"]["url"])
    if scheme == "dim":
        await page.evaluate("document.cookie = 'scheme=dim; path=/'")
    if language != "en":
        await page.locator(f"[data-languages] [value={language}]").click()
        await page.wait_for_selector(f"html[lang={language}]")
    if one.role:
        await enter(page, demo, one.client, one.role)


def base(demo: dict[str, Any]) -> str:
    return str(demo["staff"]["url"]).rsplit("/", 1)[0] + "/"


def address(demo: dict[str, Any], one: Shown) -> str:
    """Where it is; with a query, so that the worker's memory of another language is not asked."""
    there = str(session_of(demo, one.client)["url"]) if one.client else base(demo)
    return f"{there}{one.path}?look"
