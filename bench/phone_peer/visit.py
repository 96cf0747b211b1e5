"""One visit to a page with one question on a slowed-down phone: opened, tapped, and what that took.

While it lasts the page is spoken to in short expressions only: what a browser's driver otherwise puts into a page
(300 kB of script) takes longer there than all that is measured.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page

Json = dict[str, Any]
PROBE = Path(__file__).with_name("probe.js").read_text()
MOMENT = 0.7  # seconds that a person looks before they tap, and after
PATIENCE = 60.0
NOTED = """(() => {
  const [way] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const came = [way, ...performance.getEntriesByType("resource")];
  const bytes = came.reduce((sum, one) => sum + one.encodedBodySize, 0);
  const worker = way.workerStart ? way.responseEnd - way.workerStart : 0;
  return { ...probe, paint: paint.startTime, worker, bytes };
})()"""
PLACE = """(() => {
  const button = document.querySelector(%r);
  button.scrollIntoView({ block: "center" });
  const { x, y, width, height } = button.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})()"""


@dataclass(slots=True)
class Contender:
    """A page with one question. `signs` are probe.js's: when it is usable, when it tells that the answer was taken, and
    which transaction makes that durable. `settled` is there once it has nothing more to do. `page` stays open."""

    name: str
    url: str
    button: str
    signs: Json
    settled: str
    context: BrowserContext
    page: Page


@dataclass(frozen=True, slots=True)
class Visit:
    """What one opening of a page and one tap took, in ms. `kept`: from the tap until durable, where anything is kept.
    `worker`: the service worker's part of opening. `long`: tasks of more than 50 ms."""

    usable: float
    first_paint: float
    worker: float
    kept: float
    painted: float
    long: list[float]
    bytes: int


async def probed(context: BrowserContext, signs: Json) -> None:
    """Puts the probe into each page that this context will open."""
    given = ", ".join(f"{name}: {selector!r}" for name, selector in signs.items())
    await context.add_init_script(f"globalThis.signs = {{ {given} }};\n{PROBE}")


async def visited(one: Contender, slowed: int) -> Visit:
    """Goes to the question in the page that is open already, as somebody does who comes from the question before."""
    return await _visited(one, one.page, slowed)


async def opened_alone(one: Contender, slowed: int) -> Visit:
    """Opens it anew, with a worker that has to be woken first; there is no server to answer anything."""
    page = await one.context.new_page()
    try:
        session = await slow(page, 1)
        await session.send("ServiceWorker.enable")
        await session.send("ServiceWorker.stopAllWorkers")
        await asyncio.sleep(MOMENT)
        return await _visited(one, page, slowed, settled="body")
    finally:
        await page.close()


async def _visited(one: Contender, page: Page, slowed: int, settled: str = "") -> Visit:
    session = await slow(page, slowed)
    await page.goto(one.url, wait_until="commit")
    await waited(session, "probe.usable > 0")
    await asyncio.sleep(MOMENT)
    x, y = await said(session, PLACE % one.button)
    await asyncio.sleep(MOMENT)
    await page.touchscreen.tap(x, y)
    await waited(session, "probe.painted > 0" + (" && probe.durable > 0" if one.signs["store"] else ""))
    await waited(session, f"document.querySelector({settled or one.settled!r}) !== null")
    await asyncio.sleep(MOMENT)
    return await read(session)


async def slow(page: Page, slowed: int) -> CDPSession:
    """Slows the page's own thread down; what to speak to it with."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    return session


async def said(session: CDPSession, expression: str) -> Any:
    """What a short expression is in the page."""
    told = await session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
    if "exceptionDetails" in told:
        raise RuntimeError(f"{expression}: {told['exceptionDetails']}")
    return told["result"].get("value")


async def waited(session: CDPSession, condition: str) -> None:
    """Asks now and then until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not await said(session, f"!!(globalThis.probe && document.body && {condition})"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not come true in {PATIENCE:.0f} s")
        await asyncio.sleep(0.1)


async def read(session: CDPSession) -> Visit:
    """What the probe and the browser itself have noted."""
    noted: Json = await said(session, NOTED)
    tap = noted["tap"]
    return Visit(
        usable=noted["usable"],
        first_paint=noted["paint"],
        worker=noted["worker"],
        kept=noted["durable"] - tap if noted["durable"] else 0.0,
        painted=noted["painted"] - tap,
        long=[duration for _, duration in noted["long"]],
        bytes=noted["bytes"],
    )
