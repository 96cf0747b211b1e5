"""The phone's side, in Chromium at a phone's size with a processor that is slowed down: from a tap to the disk and to
the screen, starting without signal, evaluating a day, and what keeps the page from answering.

Ours is a support person's page of a day that is nearly over (300 entries on the phone). Beside it: the least that could
do it (phone_peer/bare.*), and the same question on a form page of SurveyJS, which keeps and sends nothing.

    python -m bench.phone [rounds]
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from shutil import copy
from statistics import median
from typing import Any

from bench import clinic
from bench.contest import Plan, against
from bench.day import CLOSE, START, a_day
from bench.phone_peer.visit import Contender, Json, Visit, opened_alone, probed, read, slow, visited, waited
from bench.servers import Server, ours
from bench.table import Row, lines
from playwright.async_api import Browser, BrowserContext, async_playwright
from tests.chromium import ARGUMENTS, chromium

from sessionday.store import Push, Store

HERE = Path(__file__).resolve().parent / "phone_peer"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True, "has_touch": True,
}  # fmt: skip
WITH, WITHOUT = "with signal", "without signal"
SLOWED = (4, 6)  # a middling phone and a poor one, against this machine
STEP = "ride_confirmed"
PEER_FILES = (
    "survey-core/survey.core.min.js", "survey-core/survey-core.min.css", "survey-js-ui/survey-js-ui.min.js",
)  # fmt: skip
SENT = ("id", "n", "seen", "kind", "step", "answer", "of", "reason")
PEERS = {"ours": "a day of 300 entries", "bare": "a bare page and put", "form": "the question in SurveyJS"}

Say = Callable[[str], None]


@dataclass(slots=True)
class Found:
    """Everything measured: visits by (phase, contender, slowed), and evaluations by (kind, slowed)."""

    visits: dict[tuple[str, str, int], list[Visit]] = field(default_factory=lambda: defaultdict(list))
    evaluated: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    threads: tuple[float, float] = (0.0, 0.0)
    kept_bytes: int = 0

    def of(self, what: str, name: str, slowed: int, phase: str = WITH) -> list[float]:
        """One figure of each round."""
        return [float(getattr(visit, what)) for visit in self.visits[phase, name, slowed]]


def rows(plan: Plan, say: Say) -> Sequence[Row]:
    """Every row of the phone's side."""
    found = asyncio.run(measured(plan, say))
    kinds = (taps, starts, evaluation)
    return [row for slowed in SLOWED for kind in kinds for row in kind(found, slowed)]


async def measured(plan: Plan, say: Say) -> Found:
    """All contenders taking turns: with signal, evaluating, then with the servers dead."""
    found = Found()
    database, link, handle = await a_day_nearly_over(plan.folder)
    peer = [sys.executable, str(HERE / "serving.py"), "{port}", str(HERE), str(installed() / "served")]
    with ExitStack() as servers:
        mine = servers.enter_context(ours(database, plan.folder, name="phone"))
        pages = servers.enter_context(Server(peer, plan.folder, name="pages"))
        async with browser() as chrome:
            contenders = await opened(chrome, mine, pages, link, handle)
            found.threads = await slowed_threads(contenders[0].context)
            found.kept_bytes = await kept_bytes(contenders[0])
            for one in contenders:
                found.visits["first", one.name, 1].append(await first_visit(chrome, one))
            for number in range(plan.rounds):
                await a_round(found, contenders, WITH)
                for slowed in SLOWED:
                    await evaluate(found, contenders[0], slowed)
                say(f"with signal, round {number + 1} of {plan.rounds}: {told(found, 'with signal')}")
            servers.close()
            for number in range(plan.rounds):
                await a_round(found, contenders[:2], WITHOUT)
                say(f"servers dead, round {number + 1} of {plan.rounds}: {told(found, 'without signal')}")
    return found


async def a_day_nearly_over(folder: Path) -> tuple[str, str, str]:
    """A database with one session in which everything was said; the support person's secret, and its handle."""
    now = clinic.now_ms()
    moved = now - CLOSE - clinic.HOUR // 2
    made = await clinic.open_clinic(f"sqlite:///{folder / 'phone.db'}", 1, start=START + moved)
    booked = made.booked[0]
    session = booked.session
    async with await Store.open(made.url, now=now) as store:
        people = {seat.role: seat.id for seat in await store.seats(session)}
        robin = await store.staff_by_email(clinic.EMAIL)
        people["staff"] = robin.id if robin else ""
        for entry in a_day()["entries"]:
            t, role = entry["t"] + moved, entry["role"]
            if t < now:
                sent = {key: entry[key] for key in SENT} | {"at": t}
                await store.push(Push(session.clinic, session.id, people[role], role, entry["device"], t, t, [sent]))
    return made.url, booked.links["support"], session.handle


def installed() -> Path:
    """The peer's packages, as its lock file names them, in a cache outside of the tree; what its page asks for lies in
    `served`."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sessionday-bench"
    place = cache / f"phone-{sha256(lock).hexdigest()[:12]}"
    if (place / "served").exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        copy(HERE / name, place)
    command = ["npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=300)  # noqa: S603
    making = Path(tempfile.mkdtemp(dir=place))
    for name in PEER_FILES:
        copy(place / "node_modules" / name, making)
    making.rename(place / "served")
    return place


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium, the whole of it."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield found
        finally:
            await found.close()


async def opened(chrome: Browser, mine: Server, pages: Server, link: str, handle: str) -> list[Contender]:
    """Each contender in a browser context of its own, visited once, so that all that it keeps is there."""
    asked = f"{mine.url}/s/{handle}/steps/{STEP}"
    usable, saved = "body[data-ready=true]", "[data-list=lines] [data-truth=phone]"
    made = [
        await contender(
            chrome, "ours", asked, "article button[value=yes]",
            {"usable": usable, "told": saved, "store": "log,facts"}, "[data-unsent='0']",
        ),
        await contender(
            chrome, "bare", f"{pages.url}/bare.html", "button", {"usable": usable, "told": "li", "store": "log"}, "li"
        ),
        await contender(
            chrome, "form", f"{pages.url}/form.html", "label:has(input[value=yes])",
            {"usable": "input[type=radio]", "told": "#taken", "store": ""}, "#taken",
        ),
    ]  # fmt: skip
    page = made[0].page
    await page.goto(f"{mine.url}{link}")
    await page.click("[data-link] button")
    await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
    await made[1].page.goto(made[1].url)
    await made[1].page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return made


async def contender(chrome: Browser, name: str, url: str, button: str, signs: Json, settled: str) -> Contender:
    """A contender in a fresh context, with the probe in each of its pages."""
    context = await chrome.new_context(**PHONE)
    await probed(context, signs)
    return Contender(name, url, button, signs, settled, context, await context.new_page())


async def a_round(found: Found, contenders: Sequence[Contender], phase: str) -> None:
    """One visit of each at each slowing, one after the other."""
    visit = visited if phase == WITH else opened_alone
    for slowed in SLOWED:
        for one in contenders:
            found.visits[phase, one.name, slowed].append(await visit(one, slowed))


async def first_visit(chrome: Browser, one: Contender) -> Visit:
    """In a browser that was never there (but for the seat's cookie): what comes over the wire until it is usable."""
    context = await chrome.new_context(**PHONE, service_workers="block")
    await context.add_cookies(await one.context.cookies())  # type: ignore[arg-type]
    await probed(context, one.signs)
    page = await context.new_page()
    session = await slow(page, 1)
    await page.goto(one.url, wait_until="commit")
    await waited(session, "probe.usable > 0")
    visit = await read(session)
    await context.close()
    return visit


async def kept_bytes(one: Contender) -> int:
    """How much the worker keeps so that the whole session opens without signal."""
    page = await one.context.new_page()
    await page.goto(one.url)
    total: int = await page.evaluate(
        """async () => {
          let total = 0;
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const kept of await cache.matchAll()) total += (await kept.arrayBuffer()).byteLength;
          }
          return total;
        }"""
    )
    await page.close()
    return total


BUSY = """() => {
  const from = performance.now();
  let sum = 0;
  for (let i = 0; i < 5e7; i++) sum += i % 7;
  return performance.now() - from + sum * 0;
}"""


async def slowed_threads(context: BrowserContext) -> tuple[float, float]:
    """How much slower a fixed piece of work gets at the last slowing, on the page's thread and on the worker's."""
    page = await context.new_page()
    await page.goto("about:blank")
    worker = context.service_workers[0]
    times = []
    for slowed in (1, SLOWED[-1]):
        await slow(page, slowed)
        times.append((await page.evaluate(BUSY), await worker.evaluate(BUSY)))
    await page.close()
    (page_before, worker_before), (page_after, worker_after) = times
    return page_after / page_before, worker_after / worker_before


async def evaluate(found: Found, one: Contender, slowed: int) -> None:
    """The phone's own rules over a closed day, and reading and writing the same entries as JSON, for 400 ms each."""
    page = await one.context.new_page()
    await page.goto(one.url)
    await waited(await slow(page, slowed), "probe.usable > 0")
    times: Json = await page.evaluate(
        """async ({ day, address }) => {
          const { evaluate } = await import(new URL("core/evaluate.js", document.querySelector(address).src));
          const text = JSON.stringify(day.entries);
          const kinds = {
            evaluate: () => evaluate(day.protocol, day.session, day.entries, day.now),
            json: () => JSON.stringify(JSON.parse(text)),
          };
          const times = {};
          for (const [kind, work] of Object.entries(kinds)) {
            for (let from = performance.now(); performance.now() - from < 200; ) work();
            const from = performance.now();
            let calls = 0;
            for (; performance.now() - from < 400; calls++) work();
            times[kind] = (performance.now() - from) / calls;
          }
          return times;
        }""",
        {"day": a_day(), "address": "script[data-then$='/js/session.js']"},
    )
    for kind, ms in times.items():
        found.evaluated[kind, slowed].append(ms)
    await page.close()


def taps(found: Found, slowed: int) -> list[Row]:
    """From a tap to the disk, to the screen; and what stood in its way."""
    at = f"at {slowed}×"
    long = [len(visit.long) for visit in found.visits[WITH, "ours", slowed]]
    theirs = [visit.long for visit in found.visits[WITH, "form", slowed]]
    mine = [visit.long for visit in found.visits[WITH, "ours", slowed]]
    note = f"{tasks(mine)}; SurveyJS {tasks(theirs)}"
    return [
        compared(found, f"tap to durable on the phone, {at}", "kept", "bare", slowed),
        compared(found, f"tap to painted, {at}", "painted", "bare", slowed),
        compared(found, f"tap to painted, {at}", "painted", "form", slowed),
        Row(f"long tasks of a visit with one tap, {at}", "none", long, "≤ 0", note=note, unit="tasks"),
    ]


def starts(found: Found, slowed: int) -> list[Row]:
    """From opening to a page that can be used, with signal and without; and what came over the wire."""
    at = f"at {slowed}×"
    made = [
        compared(found, f"open again to usable, with signal, {at}", "usable", "bare", slowed),
        compared(found, f"open again to usable, with signal, {at}", "usable", "form", slowed),
        started_alone(found, slowed),
        compared(found, f"open to usable, server dead, {at}", "usable", "bare", slowed, WITHOUT),
    ]
    if slowed == SLOWED[0]:
        first = {name: found.visits["first", name, 1][0].bytes for name in ("ours", "form")}
        note = f"{first['ours']:,} B, SurveyJS {first['form']:,} B; kept for the whole session: {found.kept_bytes:,} B"
        made.append(Row("bytes until usable, first time", PEERS["form"], [first["ours"] / first["form"]], note=note))
    return made


def started_alone(found: Found, slowed: int) -> Row:
    """First heading, server dead. The page's thread alone is slowed down, so the worker's share is multiplied."""
    times = []
    for name in ("ours", "bare"):
        visits = found.visits[WITHOUT, name, slowed]
        times.append([visit.first_paint + visit.worker * (slowed - 1) for visit in visits])
    page, worker = found.threads
    note = f"{ms(times[0])} against {ms(times[1])}; slowed {SLOWED[-1]}×: page {page:.1f}×, worker {worker:.1f}×"
    work = f"open to the first heading, server dead, worker asleep, at {slowed}×"
    return Row(work, PEERS["bare"], against(*times), note=note)


def compared(found: Found, work: str, what: str, peer: str, slowed: int, phase: str = WITH) -> Row:
    """Ours to a peer's, round by round."""
    mine, theirs = found.of(what, "ours", slowed, phase), found.of(what, peer, slowed, phase)
    return Row(work, PEERS[peer], against(mine, theirs), note=f"{ms(mine)} against {ms(theirs)}")


def evaluation(found: Found, slowed: int) -> list[Row]:
    """A whole day evaluated on the phone."""
    mine, plain = found.evaluated["evaluate", slowed], found.evaluated["json", slowed]
    work = f"evaluate a day on the phone (60 steps, 300 entries), at {slowed}×"
    note = f"{ms(mine)} against {ms(plain)}"
    return [Row(work, "reading and writing its entries as JSON", against(mine, plain), note=note)]


def tasks(visits: Sequence[list[float]]) -> str:
    """How many long tasks, and the longest."""
    longest = max((duration for visit in visits for duration in visit), default=0)
    count = f"{median(len(visit) for visit in visits):g} a visit"
    return f"{count}, longest {longest:.0f} ms" if longest else count


def ms(found: Sequence[float]) -> str:
    """The median in words."""
    return f"{median(found):.1f} ms"


def told(found: Found, phase: str) -> str:
    """The last round in a line."""
    last = {key: visits[-1] for key, visits in found.visits.items() if key[0] == phase}
    return ", ".join(
        f"{name} {slowed}×: usable {visit.usable:.0f}, kept {visit.kept:.1f}, painted {visit.painted:.1f},"
        f" long {[round(x) for x in visit.long]}"
        for (_, name, slowed), visit in last.items()
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        plan = Plan(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 5)
        print(*lines(rows(plan, lambda line: print(line, flush=True))), sep="\n")
