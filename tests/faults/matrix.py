"""The fault matrix: every fault, at every moment of a push, in three engines; what the clinic holds must be the same.

`python -m tests.faults.matrix` runs all of it and writes docs/faults.md; names of engines run those alone.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Browser, BrowserContext

from sessionday.booking import Booked, book
from sessionday.protocols import load
from sessionday.store import Clinic, Store
from tests.engines import ENGINES, certificate, engine, profile
from tests.faults.rows import MOMENTS, ONCE, TROUBLES, Phone, Trouble
from tests.proxy import Proxy
from tests.server import Server

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
WIDTH = {"chromium": 8, "firefox": 6, "webkit": 5}
# Chromium goes without the worker, which touches no push, and the others with it.
OPTIONS: dict[str, dict[str, Any]] = {"chromium": {"service_workers": "block"}}
PATIENCE = 90_000  # of a busy machine
ABSENT = "–"
HEAD = """# What strikes a phone, and what the clinic has afterwards

Made by `python -m tests.faults.matrix`; `tests/browser/test_matrix.py` holds it true. In each row a client answers
three times; the fault strikes before, in or after a push, and ends a moment later. *each once* means: the clinic's
record then holds each answer once, as it would have without the fault, and at no moment did the page say *The clinic
has it* of an answer that the clinic had not. A proxy before the server makes the faults of the line; the server itself
is untouched.

- *tabs write at once*: each tab answers once too, and the device's own count has no gap.
- *tab killed after the tap*: that answer may be there or not, for nobody was told that it was saved; if so, once.
- *storage full*: by CDP, Chromium alone. Nothing can be written down; the answer goes to the clinic as a plain form.
- *storage emptied*: by CDP, Chromium alone, under an open page, which writes down again what it still knows. Where the
  page is closed too, what was unsent is gone; the person and the clinic are told so.
- Chromium's rows go without the worker, which touches no push; the others' with it. webkit is WebKitGTK, not an iPhone.

"""
Row = tuple[Trouble, str]
Outcomes = dict[tuple[str, str], str]


def rows(name: str) -> list[Row]:
    """All rows of an engine, those that take longest first."""
    found = [(trouble, moment) for trouble in TROUBLES if name in trouble.engines for moment in MOMENTS]
    return sorted(found, key=lambda row: not row[0].slow)


def some_rows(name: str) -> list[Row]:
    """Every fault of an engine at one of its moments, each in its turn."""
    found = [(trouble, MOMENTS[at % len(MOMENTS)]) for at, trouble in enumerate(TROUBLES) if name in trouble.engines]
    return sorted(found, key=lambda row: not row[0].slow)


@dataclass
class Place:
    """What all rows of a run share."""

    name: str
    server: Server
    store: Store
    clinic: Clinic
    hosts: int = 1

    @property
    def secure(self) -> bool:
        """Whether this engine has to be spoken to over https."""
        return self.name == "webkit"

    def proxy(self, *, own_host: bool) -> Proxy:
        """A line to the server; where a browser is shared, cookies need a host for each row."""
        self.hosts += 1
        host = f"127.0.{self.hosts // 200}.{self.hosts % 200 + 1}" if own_host else "127.0.0.1"
        return Proxy(self.server.port, host=host, tls=certificate() if self.secure else None)

    async def book(self) -> Booked:
        """A session of its own."""
        now = time.time_ns() // 1_000_000
        return await book(
            self.store, self.clinic, load("kap-lozenge"), client="Sam", start=now + 90 * 60_000, now=now, url="",
            names={"support": "Alex"},
        )  # fmt: skip


@asynccontextmanager
async def place(name: str) -> AsyncIterator[Place]:
    """A server with a clinic, and its store opened beside it."""
    with TemporaryDirectory() as folder:
        server = Server(Path(folder), **({"SESSIONDAY_PUBLIC_URL": "https://127.0.0.1"} if name == "webkit" else {}))
        server.start()
        now = time.time_ns() // 1_000_000
        try:
            async with await Store.open(server.database, now=now, writer=False) as store:
                clinic = await store.add_clinic("Maple House", "America/Toronto", "+1 555 0100", now)
                yield Place(name, server, store, clinic)
        finally:
            server.stop()


async def run(name: str, chosen: Sequence[Row], told: Callable[[str], None] = lambda _: None) -> Outcomes:
    """Runs rows in one engine, several at once; what came of each."""
    outcomes: Outcomes = {}

    async def work(where: Place, browser: Browser, waiting: Iterator[Row], shared: BrowserContext | None) -> None:
        for trouble, moment in waiting:
            began = time.monotonic()
            outcome = outcomes[trouble.name, moment] = await outcome_of(where, browser, shared, trouble, moment)
            told(f"{name:9}{time.monotonic() - began:5.1f} s  {trouble.name}, {moment}: {outcome}")

    plain = iter([row for row in chosen if not row[0].profile])
    on_disk = [row for row in chosen if row[0].profile]
    async with place(name) as where, engine(name) as browser, AsyncExitStack() as stack:
        workers = [work(where, browser, plain, await shared(stack, browser, name)) for _ in range(WIDTH[name])]
        if on_disk:
            folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            context = await stack.enter_async_context(profile(name, Path(folder)))
            workers.append(work(where, browser, iter(on_disk), context))
        await asyncio.gather(*workers)
    return outcomes


async def shared(stack: AsyncExitStack, browser: Browser, name: str) -> BrowserContext | None:
    """WebKit's contexts are browsers of their own, so that one does for many rows."""
    if name != "webkit":
        return None
    context = await browser.new_context()
    stack.push_async_callback(context.close)
    await context.new_page()  # the last window must not close
    return context


async def outcome_of(
    where: Place, browser: Browser, shared: BrowserContext | None, trouble: Trouble, moment: str
) -> str:
    """One row; whatever goes wrong is its outcome."""
    context = shared or await browser.new_context(**OPTIONS.get(where.name, {}))
    context.set_default_timeout(PATIENCE)
    async with where.proxy(own_host=shared is not None) as proxy:
        phone = Phone(context, await context.new_page(), proxy, where.store, await where.book())
        watching = asyncio.create_task(phone.watch())
        try:
            await phone.open()
            await trouble.story(phone, moment)
            await phone.settled()
            return await phone.outcome()
        except Exception as error:
            return f"broke: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}"
        finally:
            phone.over = True
            await watching
            with suppress(Exception):
                await (phone.page.close() if shared else context.close())


def document(outcomes: dict[str, Outcomes]) -> str:
    """docs/faults.md."""
    lines = ["| fault | moment | " + " | ".join(ENGINES) + " |", "| --- | --- |" + " --- |" * len(ENGINES)]
    for trouble in TROUBLES:
        for moment in MOMENTS:
            cells = [outcomes.get(name, {}).get((trouble.name, moment), ABSENT) for name in ENGINES]
            lines.append(f"| {trouble.name} | {moment} | " + " | ".join(cells) + " |")
    return HEAD + "\n".join(lines) + "\n"


def documented() -> dict[str, Outcomes]:
    """What docs/faults.md says, by engine."""
    found: dict[str, Outcomes] = {name: {} for name in ENGINES}
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 + len(ENGINES) and cells[1] in MOMENTS:
            for name, outcome in zip(ENGINES, cells[2:], strict=True):
                if outcome != ABSENT:
                    found[name][cells[0], cells[1]] = outcome
    return found


async def main(names: Sequence[str]) -> int:
    """Runs the engines one after another, and writes the table anew; 1 where a row is not as expected."""
    outcomes = documented() if DOCUMENT.exists() else {}
    for name in names:
        began = time.monotonic()
        outcomes[name] = await run(name, rows(name), lambda line: print(line, flush=True))
        well = sum(outcome.startswith(ONCE) for outcome in outcomes[name].values())
        print(f"{name}: {well} of {len(outcomes[name])} rows {ONCE}, in {time.monotonic() - began:.0f} s", flush=True)
        DOCUMENT.write_text(document(outcomes))
    expected = {trouble.name: trouble.expected for trouble in TROUBLES}
    return int(any(outcomes[name][key] != expected[key[0]] for name in names for key in outcomes[name]))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:] or ENGINES)))
