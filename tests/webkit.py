"""WebKitGTK's own browser, driven over WebDriver, that answers to as many of Playwright's words as a Person speaks.

Each context is a browser of its own, whose storage ends with it. Its clock, where one is asked for, is libfaketime's.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import httpx2

from tests.server import free_port

WAIT = 30_000
STATES = {
    "attached": "return !!found",
    "visible": "return !!found && found.getClientRects().length > 0",
    "hidden": "return !found || found.getClientRects().length === 0",
}
State = Literal["attached", "visible", "hidden"]


def one_of(pattern: str) -> str:
    """The file of that pattern that the system has. That there is none is a failure."""
    found = sorted(str(file) for file in Path("/usr/lib").glob(pattern))
    assert found, f"no {pattern} below /usr/lib: `python3 -m tests` installs it"
    return found[-1]


class Screen:
    """A screen that nobody sees."""

    def __init__(self) -> None:
        program = shutil.which("Xvfb")
        assert program, "there is no Xvfb: `python3 -m tests` installs it"
        end, start = os.pipe()
        self._process = subprocess.Popen(
            [program, "-displayfd", str(start), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
            pass_fds=[start], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(start)
        with os.fdopen(end) as told:
            self.name = f":{told.readline().strip()}"

    def close(self) -> None:
        """Ends it."""
        self._process.terminate()
        self._process.wait()


class Clock:
    """The time that one context's browser believes in."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.installed = False

    async def install(self) -> None:
        """From its start on, the browser's clock can be moved."""
        self.installed = True
        self._write(0)

    async def set_system_time(self, t: float) -> None:
        """It is `t` (seconds) now, and time goes on."""
        self._write(t - time.time())

    def _write(self, ahead: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead:+.3f}")
        new.rename(self._file)

    def environment(self) -> dict[str, str]:
        """What makes a program read this clock."""
        if not self.installed:
            return {}
        return {
            "LD_PRELOAD": one_of("*/faketime/libfaketimeMT.so.1"),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


class Driver:
    """Debian's WebKitWebDriver, over its plain HTTP (https://www.w3.org/TR/webdriver2)."""

    def __init__(self, environment: dict[str, str]) -> None:
        program = shutil.which("WebKitWebDriver")
        assert program, "there is no WebKitWebDriver: `python3 -m tests` installs it"
        port = free_port()
        self._process = subprocess.Popen(
            [program, f"--port={port}"], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        once = httpx2.Limits(max_keepalive_connections=0)  # the driver closes idle lines without a word
        self._http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=once)
        self._session = ""

    async def start(self) -> None:
        """Starts the browser."""
        for _ in range(200):
            with suppress(httpx2.TransportError):
                await self._http.get("/status")
                break
            await asyncio.sleep(0.05)
        options = {"binary": one_of("*/webkit2gtk-4.*/MiniBrowser"), "args": ["--automation"]}
        wanted = {"acceptInsecureCerts": True, "webkitgtk:browserOptions": options}
        made = await self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{made['sessionId']}"

    async def post(self, path: str, **body: Any) -> Any:
        """A command to the session."""
        return await self._ask("POST", self._session + path, body)

    async def get(self, path: str) -> Any:
        """A question to the session."""
        return await self._ask("GET", self._session + path)

    async def delete(self, path: str = "") -> None:
        """Ends a window, or the session."""
        await self._ask("DELETE", self._session + path)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = (await self._http.request(method, path, json=body)).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise DriverError(f"{answer['error']}: {answer.get('message')}")
        return answer

    async def quit(self) -> None:
        """Ends the browser and itself."""
        with suppress(DriverError, httpx2.TransportError):
            await self.delete()
        await self._http.aclose()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class DriverError(Exception):
    """The driver could not do it."""


class WebKit:
    """The engine: makes contexts on one screen."""

    def __init__(self) -> None:
        self._screen = Screen()
        self._contexts: list[Context] = []

    async def new_context(self, **_: Any) -> "Context":
        """Another browser with nothing in it."""
        self._contexts.append(Context(self, self._screen.name))
        return self._contexts[-1]

    async def close(self) -> None:
        """Ends its browsers and puts the screen away."""
        for context in self._contexts:
            await context.close()
        self._screen.close()


class Context:
    """One browser."""

    def __init__(self, browser: WebKit, screen: str) -> None:
        self.browser = browser
        self._folder = TemporaryDirectory()
        self._screen = screen
        self.clock = Clock(Path(self._folder.name) / "clock")
        self._driver: Driver | None = None
        self._turn = asyncio.Lock()
        self._first = self._current = ""
        self.patience: float = WAIT

    async def new_page(self) -> "Page":
        """Its first window, or another one."""
        async with self._turn:
            if self._driver is None:
                self._driver = Driver({**os.environ, **self.clock.environment(), "DISPLAY": self._screen})
                await self._driver.start()
                self._current = self._first = await self._driver.get("/window")
                self._newest = Page(self, self._current)
            else:
                made = await self._driver.post("/window/new", type="window")
                self._newest = Page(self, made["handle"])
            return self._newest

    async def add_cookies(self, cookies: Sequence[dict[str, Any]]) -> None:
        """Puts cookies in; a driver takes only those of the site that it shows."""
        page = self._newest
        for cookie in cookies:
            await page.goto(cookie["url"])
            kept = {name: value for name, value in cookie.items() if name != "url"}
            await page.command("/cookie", cookie=kept)

    async def within(self, window: str, work: Callable[[Driver], Awaitable[Any]]) -> Any:
        """Does `work` in one of its windows; one at a time, as a driver does."""
        assert self._driver is not None
        async with self._turn:
            if window != self._current:
                await self._driver.post("/window", handle=window)
                self._current = window
            return await work(self._driver)

    def set_default_timeout(self, timeout: float) -> None:
        """How long its pages wait where nothing else is said (ms)."""
        self.patience = timeout

    async def step_back(self) -> None:
        """To the first window: a driver whose window closed can do nothing until it is in another."""
        assert self._driver is not None
        async with self._turn:
            self._current = self._first
            await self._driver.post("/window", handle=self._first)

    async def close(self) -> None:
        """Ends the browser, if it has not ended; what it stored is gone."""
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.quit()
        self._folder.cleanup()


class Page:
    """One window."""

    def __init__(self, context: Context, name: str) -> None:
        self.context = context
        self._name = name

    def on(self, event: str, _: Callable[[Any], None]) -> None:
        """WebDriver tells nothing of the errors in a page."""

    async def command(self, path: str, **body: Any) -> Any:
        """A driver's command to this window."""
        return await self.context.within(self._name, lambda driver: driver.post(path, **body))

    async def goto(self, url: str) -> None:
        """Opens an address and waits until it is loaded."""
        # The driver may come back while the page before still stands.
        await self.evaluate("() => { window.left = true; }")
        await self.command("/url", url=url)
        await self.wait_for_function("() => !window.left && document.readyState === 'complete'")

    async def evaluate(self, function: str, arg: Any = None) -> Any:
        """What a function of JavaScript returns."""
        return await self.command("/execute/sync", script=f"return ({function})(arguments[0])", args=[arg])

    async def wait_for_function(self, function: str, *, arg: Any = None, timeout: float = 0) -> None:
        """Waits until a function says something true."""
        deadline = time.monotonic() + (timeout or self.context.patience) / 1000
        while not await self._or_false(function, arg):
            if time.monotonic() > deadline:
                url = await self.evaluate("() => location.href + ' ' + document.body?.innerText")
                raise TimeoutError(f"{function} of {arg} did not come true at {url}")
            await asyncio.sleep(0.03)

    async def _or_false(self, function: str, arg: Any) -> Any:
        try:
            return await self.evaluate(function, arg)
        except DriverError:
            return False  # between two pages

    async def wait_for_selector(self, selector: str, *, state: State = "visible", timeout: float = 0) -> None:
        """Waits until an element is there, to be seen, or not to be seen."""
        look = f"selector => {{ const found = document.querySelector(selector); {STATES[state]} }}"
        await self.wait_for_function(look, arg=selector, timeout=timeout)

    async def click(self, selector: str) -> None:
        """A tap, as a finger does it: what is under the help at the foot of the screen is first brought up."""
        await self.wait_for_selector(selector)
        found = await self.command("/element", using="css selector", value=selector)
        tap = f"/element/{next(iter(found.values()))}/click"
        try:
            await self.command(tap)
        except DriverError:
            middle = "selector => document.querySelector(selector).scrollIntoView({ block: 'center' })"
            await self.evaluate(middle, selector)
            await self.command(tap)

    async def check(self, selector: str) -> None:
        """Chooses one of several."""
        await self.click(selector)

    async def fill(self, selector: str, value: str) -> None:
        """Puts a value into a field."""
        await self.wait_for_selector(selector)
        script = "([selector, value]) => { document.querySelector(selector).value = value; }"
        await self.evaluate(script, [selector, value])

    async def get_attribute(self, selector: str, name: str) -> str | None:
        """An attribute, once the element is there."""
        await self.wait_for_selector(selector, state="attached")
        found: str | None = await self.evaluate(
            "([selector, name]) => document.querySelector(selector).getAttribute(name)", [selector, name]
        )
        return found

    async def inner_text(self, selector: str) -> str:
        """What is to be read in an element."""
        await self.wait_for_selector(selector, state="attached")
        return str(await self.evaluate("selector => document.querySelector(selector).innerText", selector))

    def locator(self, selector: str) -> "Locator":
        """An element that is looked for each time."""
        return Locator(self, selector)

    async def close(self) -> None:
        """Closes the window."""
        await self.context.within(self._name, lambda driver: driver.delete("/window"))
        await self.context.step_back()


class Locator:
    """What a selector finds."""

    def __init__(self, page: Page, selector: str) -> None:
        self._page = page
        self._selector = selector

    async def count(self) -> int:
        """How many there are."""
        return int(await self._page.evaluate("selector => document.querySelectorAll(selector).length", self._selector))

    async def get_attribute(self, name: str) -> str | None:
        """An attribute of the first."""
        return await self._page.get_attribute(self._selector, name)

    async def inner_text(self) -> str:
        """What is to be read in the first."""
        return await self._page.inner_text(self._selector)
