"""The rows of the fault matrix: what strikes, how, and what has to come of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from playwright.async_api import BrowserContext, Page

from sessionday.store import Store
from tests import proxy as faults
from tests.proxy import Fault, Proxy

MOMENTS = ("before", "in", "after")
ONCE = "each once"
TOLD = "each once; the clinic is told of it"
SAY = """text => {
  const form = document.querySelector("article form[data-entry=answer]");
  if (form.dataset.busy) return false;
  form.elements.answer.value = text;
  form.querySelector(".buttons button").click();
  return true;
}"""
SAID = """text => [...document.querySelectorAll("li[data-line]")].some((line) => line.textContent.includes(text))"""
AT_THE_CLINIC = """() => [...document.querySelectorAll("li[data-line]")]
  .filter((line) => line.querySelector("[data-truth]").dataset.truth === "clinic").map((line) => line.dataset.line)"""
NUDGE = "() => { dispatchEvent(new Event('online')); }"
UNSENT = "() => Number(document.querySelector('[data-unsent]')?.dataset.unsent ?? NaN)"
# The connection closes at the next thing that is read or written, as phones under memory pressure do it.
CLOSE = """() => {
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    IDBDatabase.prototype.transaction = real;
    document.body.dataset.closed = "true";
    this.close();
    return real.apply(this, given);
  };
}"""
SET_CLOCK = """ms => {
  const now = Date.now;
  Date.now = () => now() + ms;
}"""
DAY_AND_MORE = 26 * 3_600_000


@dataclass
class Phone:
    """The client's phone at the question that takes many answers, with a line that can be struck."""

    context: BrowserContext
    page: Page
    proxy: Proxy
    store: Store
    booked: Any
    over: bool = False
    said: list[str] = field(default_factory=list)
    too_early: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)

    @property
    def question(self) -> str:
        """Where it is asked."""
        return f"{self.proxy.url}/s/{self.booked.session.handle}/steps/intentions"

    async def open(self) -> None:
        """Opens the seat by its link, as a tap on the landing page does, and then the question."""
        async with httpx2.AsyncClient() as tap:
            token = self.booked.links["client"].partition("#")[2]
            answer = await tap.post(f"http://127.0.0.1:{self.proxy.to}/j", data={"token": token})
        cookie = answer.headers["set-cookie"].partition(";")[0]
        name, _, value = cookie.partition("=")
        # At a page that costs nothing: a driver of WebKit wants to be there.
        await self.context.add_cookies([{"name": name, "value": value, "url": f"{self.proxy.url}/health"}])
        await self.at_question(self.page)

    async def at_question(self, page: Page) -> None:
        """A tab shows the question and has heard the clinic."""
        await page.goto(self.question)
        await page.wait_for_selector("body[data-ready=true][data-heard=true]", state="attached")

    async def tap(self, text: str, page: Page | None = None) -> None:
        """Answers, and looks no further."""
        self.said.append(text)
        await (page or self.page).wait_for_function(SAY, arg=text)

    async def say(self, text: str, page: Page | None = None) -> None:
        """Answers, and waits until the page shows it."""
        await self.tap(text, page)
        await (page or self.page).wait_for_function(SAID, arg=text)

    async def nudge(self) -> None:
        """The phone believes that signal came back; not if it is between two pages."""
        with suppress(Exception):
            await self.page.evaluate(NUDGE)

    async def held(self) -> list[dict[str, Any]]:
        """What the clinic holds of this session."""
        session = await self.store.session_by_id(self.booked.session.handle)
        assert session is not None
        return await self.store.entries(session)

    async def look(self) -> None:
        """Notes what the page says the clinic has, and the clinic has not."""
        try:
            claimed = await self.page.evaluate(AT_THE_CLINIC)
        except Exception:
            return  # between two pages
        if claimed:
            self.too_early |= {*claimed} - {entry["id"] for entry in await self.held()}

    async def watch(self) -> None:
        """Looks for as long as it lasts. Never cancelled: a driver does not like to be left in the middle of a word."""
        while not self.over:
            await self.look()
            await asyncio.sleep(0.5)

    async def settled(self) -> None:
        """Nudges until nothing is unsent. Raises TimeoutError where that does not come."""
        async with asyncio.timeout(120):
            while True:
                await self.nudge()
                await asyncio.sleep(0.4)
                with suppress(Exception):
                    if await self.page.evaluate(UNSENT) == 0:
                        return

    async def outcome(self) -> str:
        """In words: each answer once, or what is wrong."""
        found = await self.held()
        counted = Counter(entry["answer"] for entry in found)
        wanted = [one for one in self.said if one not in self.maybe or counted[one]]
        aside = [one.why for one in await self._aside()]
        wrong = [
            ("lost", [one for one in wanted if not counted[one]]),
            ("doubled", [one for one in counted if counted[one] > 1]),
            ("never said", [one for one in counted if one not in self.said]),
            ("told too early", sorted(self.too_early)),
            ("kept aside", [why for why in aside if why != "storage_emptied"]),
        ]
        well = TOLD if "storage_emptied" in aside else ONCE
        return "; ".join(f"{len(what)} {how}" for how, what in wrong if what) or well

    async def _aside(self) -> list[Any]:
        session = await self.store.session_by_id(self.booked.session.handle)
        assert session is not None
        return [*await self.store.held(session)]

    async def send(self, command: str, **given: Any) -> None:
        """Chromium's own tools: over its storage."""
        tools = await self.context.new_cdp_session(self.page)
        await tools.send(command, {"origin": self.proxy.url, **given})


Done = Callable[[], Awaitable[None]]
Act = Callable[[Phone], Awaitable[None]]
Story = Callable[[Phone, str], Awaitable[None]]


@dataclass(frozen=True)
class Trouble:
    """One line of the matrix: its name, and how a day goes with it; `expected` where it is not all well."""

    name: str
    story: Story
    engines: tuple[str, ...] = ("chromium", "firefox", "webkit")
    expected: str = ONCE
    slow: bool = False
    profile: bool = False


def on_the_line(make: Callable[[], Fault], which: faults.Which = faults.push) -> Story:
    """A fault of the line, that strikes pushes until it heals."""

    async def story(phone: Phone, moment: str) -> None:
        fault = make()

        async def strike() -> None:
            await phone.proxy.strike(fault, which)
            if moment == "after":
                await phone.nudge()

        await _told(phone, moment, strike, phone.proxy.heal)
        assert phone.proxy.struck or fault is faults.refused, "nothing was struck"

    return story


async def _told(phone: Phone, moment: str, strike: Done, heal: Done) -> None:
    """Four answers: one before or under the fault, two under it, one when it is over."""
    if moment == "in":
        phone.proxy.hold()
    if moment == "before":
        await strike()
    await phone.say("first")
    if moment == "in":
        await phone.proxy.caught()
        await phone.say("second")
        await strike()
    else:
        if moment == "after":
            await phone.settled()
            await strike()
        await phone.say("second")
    await asyncio.sleep(0.5)
    await phone.nudge()
    await asyncio.sleep(0.7)
    await phone.look()
    await heal()
    await phone.look()
    await phone.say("third")


def on_the_phone(strike: Act, heal: Act | None = None) -> Story:
    """A fault of the phone itself."""

    async def story(phone: Phone, moment: str) -> None:
        async def ends() -> None:
            if heal is not None:
                await heal(phone)

        async def strikes() -> None:
            await strike(phone)
            phone.proxy.release()

        await _told(phone, moment, strikes, ends)

    return story


async def signal(phone: Phone) -> None:
    """The line is whole again."""
    await phone.proxy.heal()


async def close_connection(phone: Phone) -> None:
    """The phone closes the log's connection before the next write."""
    await phone.page.evaluate(CLOSE)


async def was_closed(phone: Phone) -> None:
    """It did."""
    await phone.page.wait_for_function("() => document.body.dataset.closed === 'true'")


def clock_set(ms: int) -> Story:
    """Without signal, the phone's clock is set by so much, and stays so."""

    async def strike(phone: Phone) -> None:
        await phone.proxy.strike(faults.refused)
        await phone.page.evaluate(SET_CLOCK, ms)

    return on_the_phone(strike, signal)


def tabs(count: int) -> Story:
    """So many tabs of one seat that write at once."""

    async def story(phone: Phone, moment: str) -> None:
        pages = [phone.page, *[await phone.context.new_page() for _ in range(count - 1)]]
        for page in pages[1:]:
            await phone.at_question(page)
        if moment == "in":
            phone.proxy.hold()
        if moment != "before":
            await phone.say("first")
        if moment == "in":
            await phone.proxy.caught()
        if moment == "after":
            await phone.settled()
        await asyncio.gather(*(phone.say(f"from tab {place}", page) for place, page in enumerate(pages)))
        phone.proxy.release()
        await phone.say("third")
        await phone.settled()
        counts = [entry["n"] for entry in await phone.held()]
        assert sorted(counts) == list(range(1, len(counts) + 1)), f"the device's own count has gaps: {counts}"

    return story


async def killed_tab(phone: Phone, moment: str) -> None:
    """The tab goes between the tap and the completion: that answer is whole or absent, the others are there."""
    if moment == "before":
        await phone.proxy.strike(faults.cut_before)
    if moment == "in":
        phone.proxy.hold()
    if moment != "before":
        await phone.say("first")
    if moment == "in":
        await phone.proxy.caught()
    if moment == "after":
        await phone.settled()
    spare = await phone.context.new_page()
    phone.maybe.add("cut off")
    await phone.tap("cut off")
    await phone.page.close()
    await phone.proxy.heal()
    phone.page = spare
    await phone.at_question(spare)
    await phone.say("third")


async def quota(phone: Phone) -> None:
    """No byte more fits on the phone."""
    await phone.send("Storage.overrideQuotaForOrigin", quotaSize=1)


async def no_quota(phone: Phone) -> None:
    """There is room again."""
    await phone.send("Storage.overrideQuotaForOrigin")


async def emptied(phone: Phone) -> None:
    """The browser drops what the site has stored, while its page is open."""
    await phone.send("Storage.clearDataForOrigin", storageTypes="indexeddb,local_storage,cache_storage,service_workers")


async def offline_and_emptied(phone: Phone) -> None:
    """Without signal, and then it is emptied."""
    await phone.proxy.strike(faults.refused)
    await asyncio.sleep(0.2)
    await emptied(phone)


STATUSES = (401, 403, 404, 409, 413, 429, 500, 503)
CHROMIUM = ("chromium",)
TROUBLES = [
    Trouble("taken, never answered", on_the_line(lambda: faults.black_hole), slow=True),
    Trouble("slow 3G", on_the_line(lambda: faults.slow_3g, faults.everything), slow=True),
    Trouble("connection refused", on_the_line(lambda: faults.refused)),
    Trouble("cut before the server has it", on_the_line(lambda: faults.cut_before)),
    Trouble("cut before the answer arrives", on_the_line(lambda: faults.cut_after)),
    Trouble("cut within the answer", on_the_line(lambda: faults.cut_within)),
    Trouble("sent twice", on_the_line(lambda: faults.twice)),
    Trouble("a second late", on_the_line(lambda: faults.late)),
    Trouble("overtaken by the next", on_the_line(faults.Reorder)),
    Trouble("captive portal", on_the_line(lambda: faults.captive_portal, faults.everything)),
    *(Trouble(f"answered {code}", on_the_line(lambda code=code: faults.status(code))) for code in STATUSES),  # type: ignore[misc]
    Trouble("JSON cut short", on_the_line(lambda: faults.truncated)),
    Trouble("reply of another epoch", on_the_line(lambda: faults.foreign_epoch)),
    Trouble("reply with an older seq", on_the_line(lambda: faults.older_seq)),
    Trouble("the log's connection closed", on_the_phone(close_connection, was_closed)),
    Trouble("two tabs write at once", tabs(2)),
    Trouble("five tabs write at once", tabs(5)),
    Trouble("clock 26 h ahead, no signal", clock_set(DAY_AND_MORE)),
    Trouble("clock 26 h behind, no signal", clock_set(-DAY_AND_MORE)),
    Trouble("tab killed after the tap", killed_tab),
    Trouble("storage full", on_the_phone(quota, no_quota), engines=CHROMIUM, profile=True),
    Trouble("storage emptied, no signal", on_the_phone(offline_and_emptied, signal), CHROMIUM, TOLD),
]
