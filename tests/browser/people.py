"""People with phones: each a browser context of its own at phone size, who read the page and answer what it asks."""

import json
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, BrowserContext, Page

from tests.engines import engine
from tests.server import PASSPHRASE, Server

MINUTE = 60_000
TORONTO = ZoneInfo("America/Toronto")
# What Firefox counts among a page's faults: that the line is down, and that it was left while its files were under way.
NOISE = (
    "Firefox can’t establish a connection",
    "A ServiceWorker intercepted the request and encountered an unexpected",
)


@cache
def rules(protocol: str) -> dict[str, dict[str, Any]]:
    """A protocol's steps by id, as `sessionday protocol check --json` prints them."""
    done = subprocess.run(
        [sys.executable, "-m", "sessionday", "protocol", "check", protocol, "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {step["id"]: step for step in json.loads(done.stdout)["steps"]}


def browser() -> AbstractAsyncContextManager[Browser]:
    """Chromium, as Debian or Playwright installs it."""
    return engine("chromium")


@dataclass
class Person:
    """Somebody at a phone, in one seat of one session."""

    role: str
    context: BrowserContext
    page: Page
    server: Server
    session: dict[str, Any]
    scripts: bool
    faults: list[str] = field(default_factory=list)
    noise: tuple[str, ...] = NOISE
    says: dict[str, Any] = field(default_factory=dict)  # what they answer to a step, where any good answer will not do

    @classmethod
    async def at(
        cls, found: Browser, server: Server, session: dict[str, Any], role: str, *, scripts: bool = True
    ) -> "Person":
        """A person who has opened their page: by link with JavaScript, by code without, by sign-in for staff."""
        context = await found.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
        if scripts:
            await context.clock.install()
        page = await context.new_page()
        person = cls(role, context, page, server, session, scripts)
        page.on("pageerror", lambda error: person.note(str(error)))
        await person.enter()
        return person

    def note(self, error: str) -> None:
        """Remembers what went wrong in a page, but not what its browser counts among it and nobody can help."""
        if not any(known in error for known in self.noise):
            self.faults.append(error)

    async def enter(self) -> None:
        """Opens the seat."""
        if self.role == "staff":
            await self.page.goto(f"{self.server.public}/sign-in")
            await self.page.fill("[name=email]", "robin@example.org")
            await self.page.fill("[name=password]", PASSPHRASE)
            await self.page.click("form[action='/sign-in'] button")
            await self.page.wait_for_selector("[data-tiles]")
        elif self.scripts:
            await self.page.goto(self.session["links"][self.role])
            await self.page.click("[data-link] button")
            await self.page.wait_for_selector("[data-page=day]")
        else:
            await self.page.goto(f"{self.server.public}/j")
            await self.page.fill("#code", self.session["codes"][self.role])
            await self.page.click("form:has(#code) button")
        await self.day()

    async def day(self) -> None:
        """Goes to the day's page."""
        await self.page.goto(self.session["url"])
        await self.ready()

    async def ready(self) -> None:
        """Waits until the page's behaviour is there, where there is any."""
        await self.page.wait_for_selector("[data-page=day], [data-page=step], [data-page=about]", state="attached")
        if self.scripts:
            await self.page.wait_for_selector("body[data-ready=true]")

    async def kept(self) -> None:
        """Waits until everything that works without signal is on the phone."""
        await self.day()
        await self.page.wait_for_selector("body[data-kept=true]", timeout=30_000)

    async def at_time(self, t: int) -> None:
        """The phone's own clock shows `t` (ms)."""
        if self.scripts:
            await self.context.clock.set_system_time(t / 1000)

    async def next_step(self) -> str:
        """What the day's page says is next for this seat; empty if nothing."""
        await self.day()
        return await self.page.get_attribute("[data-next]", "data-next") or ""

    async def status(self, step: str) -> str:
        """A step's status on its own page."""
        await self.open(step)
        return await self.page.get_attribute(f"article[data-step={step}]", "data-status") or ""

    async def open(self, step: str) -> None:
        """Goes to a question."""
        await self.page.goto(f"{self.session['url']}steps/{step}")
        await self.ready()

    async def answer(self, step: str, answer: Any = None) -> None:
        """Answers a question, well if nothing else is said, and waits for the echo."""
        await self.open(step)
        before = await self.page.locator("[data-line]:not(template *)").count()
        rule = rules(self.session["protocol"])[step]
        await self.fill(rule, self.says.get(step, good(rule, self)) if answer is None else answer)
        if self.scripts:
            await self.page.wait_for_function(
                "before => document.querySelectorAll('[data-list=lines] > li').length > before", arg=before
            )
        else:
            await self.page.wait_for_selector("[data-list=lines] > li")

    async def fill(self, step: dict[str, Any], answer: Any) -> None:
        """Fills the form's controls and sends it."""
        form, kind = "form[data-entry=answer][data-step-of]:not([data-help] form)", step["answer"]["type"]
        if kind == "confirm":
            await self.page.click(f"article button[name=answer][value={answer}]")
            return
        if kind == "choice":
            await self.page.check(f"input[type=radio][name=answer][value={answer}]")
        elif kind in ("checks", "measure"):
            for name, value in answer.items():
                if kind == "checks":
                    await self.page.check(f"input[type=radio][name={name}][value={value}]")
                else:
                    await self.page.fill(f"input[name={name}]", str(value))
        else:
            await self.page.fill("article [name=answer]", str(answer))
        await self.page.click(f"article {form} .buttons button")

    async def answer_all(self, *, but: frozenset[str] = frozenset()) -> list[str]:
        """Answers what is next, then follows each echo's way on, until nothing is left; returns what was answered."""
        answered: list[str] = []
        step = await self.next_step()
        while step and step not in but:
            assert answered.count(step) < 2, f"{step} stays next for {self.role} after {answered}"
            await self.answer(step)
            answered.append(step)
            onward = await self.page.get_attribute("article [data-next-link]", "href") or ""
            step = onward.rpartition("/steps/")[2] if "/steps/" in onward else await self.next_step()
        return answered

    async def heard(self) -> None:
        """Opens the day's page and waits until the phone knows all that the clinic knows."""
        if not self.scripts:
            return
        await self.day()
        await self.page.wait_for_selector("body[data-heard=true]")

    async def sent(self) -> None:
        """Waits until the clinic has everything that this phone made."""
        if self.scripts:
            await self.page.wait_for_selector("[data-unsent='0']", state="attached", timeout=90_000)

    async def call_alone(self) -> None:
        """The server dies, and this person asks for help."""
        self.server.kill()
        await self.page.click(".help-button")
        await self.page.wait_for_selector("[data-unsent='1']")

    async def close(self) -> None:
        """Puts the phone away; nothing may have gone wrong in its pages."""
        assert not self.faults, self.faults
        await self.context.close()


def good(step: dict[str, Any], person: Person) -> Any:
    """An answer that is well."""
    form = step["answer"]
    match form["type"]:
        case "confirm":
            return "yes"
        case "choice":
            return next(option["id"] for option in form["options"] if option["verdict"] == "ok")
        case "checks":
            return {item["id"]: item["want"] for item in form["items"]}
        case "measure":
            return {field["id"]: _within(field) for field in form["fields"]}
        case "time":
            now, latest = person.server.now(), form["latest_minutes"]
            return local(now if latest is None else min(now, person.session["start_ms"] + (latest - 30) * MINUTE))
        case "code":
            return person.session["pickup_code"]
    return "Max, 555 0101, my brother"


def _within(field: dict[str, Any]) -> int:
    low = max(x for x in (field["min"], field["stop_below"], field["never_below"]) if x is not None)
    high = min(x for x in (field["max"], field["stop_above"], field["never_above"]) if x is not None)
    return int((low + high) / 2)


def local(t: int) -> str:
    """What clocks in the clinic's zone show at `t`, as a datetime-local field wants it."""
    moment = datetime.fromtimestamp(t / 1000, UTC).astimezone(TORONTO)
    return (moment + timedelta(0)).strftime("%Y-%m-%dT%H:%M")
