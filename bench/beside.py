"""`python -m bench.beside`: the same five tasks on Session Day's pages and on what others give to build such pages
with, in Chromium at a phone's size; docs/beside.md says what was found. Every figure is counted here, none by eye.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import machine, packages
from bench.beside_tasks import NAMES, SYSTEMS, TASKS, Way, ours, theirs
from bench.servers import ROOT, Server
from playwright.async_api import Browser, CDPSession, Error, Page
from tests.browser.people import TORONTO, Person, browser
from tests.pictures import demo
from tests.server import PASSPHRASE
from tests.server import Server as OurServer

PAGE = ROOT / "docs" / "beside.md"
TOLD = Path(__file__).with_name("beside.txt")
FORMS = packages.PEERS / "forms"
LOOK = Path(__file__).with_name("beside.js").read_text("utf-8")
WORDS_A_MINUTE = 180
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
Found = dict[str, Any]


def main() -> None:
    """Measures everything, prints it and writes the page."""
    only = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="sessionday-bench-") as made:
        found = asyncio.run(measured(Path(made), only))
    told = page(found)
    print(told)
    if not only:
        PAGE.write_text(told, "utf-8")


async def measured(folder: Path, only: Sequence[str]) -> dict[str, dict[str, Found]]:
    """By task and system."""
    place, served = packages.plain("forms"), folder / "served"
    drawn(place, served)
    axe = (place / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    found: dict[str, dict[str, Found]] = {task: {} for task in TASKS}
    peers = Server([sys.executable, str(FORMS / "serving.py"), "{port}", str(served)], folder, name="forms")
    async with browser() as chrome:
        with peers:
            await transformed(chrome, peers.url, served)
        async with days_of(chrome, peers, folder) as days:
            for task in TASKS:
                for system in SYSTEMS:
                    if not only or any(word in f"{system}/{task}" for word in only):
                        found[task][system] = await one(chrome, days, system, task, axe)
                        print(f"{task}, {system}: {json.dumps(found[task][system])}", flush=True)
    return found


class Days:
    """Where each task is done: our server with a day for each of the three measurements, or the peers'."""

    def __init__(self, mine: OurServer, sessions: Sequence[Mapping[str, Any]], peers: Server) -> None:
        self._mine, self._sessions, self._peers = mine, sessions, peers

    @contextmanager
    def opened(self, system: str, task: str, number: int) -> Iterator[tuple[Way, Any]]:
        """The way through a task, and the server that can be stopped."""
        if system != "ours":
            with self._peers as server:
                yield theirs(system, task, server.url), server
        elif task == "hold":  # a day on which somebody was given the medicine
            shown = demo()
            with shown as told:
                session = next(one for one in told["sessions"] if one["client"] == "Omar")
                yield ours(task, session), shown
        else:
            yield ours(task, self._sessions[number]), self._mine
            self._mine.stop()
            self._mine.start()


@asynccontextmanager
async def days_of(chrome: Browser, peers: Server, folder: Path) -> AsyncIterator[Days]:
    """Three days of ours, begun in half an hour, on which everybody has answered what comes before."""
    mine = OurServer(folder)
    mine.start()
    try:
        clinic = mine.clinic()
        at = (datetime.now(TORONTO) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
        sessions = [{**mine.session(clinic, at), "start_ms": 0} for _ in range(3)]
        for session in sessions:
            session["start_ms"] = int(datetime.fromisoformat(at).replace(tzinfo=TORONTO).timestamp() * 1000)
            for role, step in (("support", "ride_confirmed"), ("client", "rules_understood"), ("staff", "baseline_bp")):
                person = await Person.at(chrome, mine, session, role, scripts=False)
                await person.answer_all(but=frozenset({step}))
                await person.context.close()
        yield Days(mine, sessions, peers)
    finally:
        mine.stop()


def drawn(place: Path, served: Path) -> None:
    """The others' pages, made by their own macros and bundlers."""
    for file in ("draw.mjs", "enketo.js"):  # they find the packages from where they lie
        (place / file).write_bytes((FORMS / file).read_bytes())
    command = ["node", "draw.mjs", str(FORMS), str(served)]
    subprocess.run(command, cwd=place, check=True, timeout=120, capture_output=True)  # noqa: S603


async def transformed(chrome: Browser, url: str, served: Path) -> None:
    """Enketo's forms, made from XForms by its own transformer."""
    page = await chrome.new_page()
    await page.goto(f"{url}/enketo/transform.html")
    for file in sorted((served / "enketo").glob("*.xml")):
        made = await page.evaluate(
            "async xform => (await import('/enketo/transformer.js')).transform({ xform })", file.read_text("utf-8")
        )
        head = '<link rel="stylesheet" href="/enketo/formhub.css"><script defer src="/enketo/begin.js"></script>'
        file.with_suffix(".html").write_text(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The day of Sam</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'{head}</head><body><main class="main"><article class="paper">{made["form"]}'
            '<section class="form-footer"><button id="submit" class="btn btn-primary">Submit</button>'
            '<p id="said" role="status"></p></section></article></main>'
            f'<script type="text/xml" id="model">{made["model"]}</script></body></html>',
            "utf-8",
        )
    await page.context.close()


async def one(chrome: Browser, days: "Days", system: str, task: str, axe: str) -> Found:
    """One task in one system: as it is meant, without scripts, and with the server dead. Each on a day of its own."""
    found: Found = {}
    for number, measure in enumerate((as_meant, without_scripts, with_server_dead)):
        with days.opened(system, task, number) as (way, server):
            try:
                found.update(await measure(chrome, way, server, axe))
            except Error as error:
                said = " ".join(str(error).split())[:300]
                found.setdefault("failed", []).append(f"{measure.__name__}: {said}")
    return found


async def as_meant(chrome: Browser, way: Way, server: Any, axe: str) -> Found:
    """From the opened link to the saved answer. No worker, so that what it keeps for later is not counted."""
    context = await chrome.new_context(**PHONE, service_workers="block")
    page = await context.new_page()
    await arrived(page, way)
    wire = await listened(page)
    await page.goto(way.url)
    words = 0
    for number, actions in enumerate(way.pages):
        await settled(page, way)
        looked = await page.evaluate(LOOK, [action[0] for action in actions])
        words += looked["words"]
        if number == len(way.pages) - 1:
            found = {**looked, **wire, "words": words, **await audited(page, axe)}
        await acted(page, actions)
    await page.wait_for_selector(way.saved, timeout=8_000)
    await context.close()
    typed = [action[1] for actions in way.pages for action in actions if action[1] is not None]
    return {**found, "taps": len(typed), "keys": sum(map(len, typed)), "acts": way.pages[-1][-1][1] is not None}


async def without_scripts(chrome: Browser, way: Way, server: Any, axe: str) -> Found:
    """Whether the same answer is taken where no script runs. Ours is then opened by its code."""
    context = await chrome.new_context(**PHONE, java_script_enabled=False)
    page = await context.new_page()
    page.set_default_timeout(4_000)
    await arrived(page, way)
    try:
        await page.goto(way.url.partition("#")[0])
        if way.code:
            await page.fill("#code", way.code)
            await page.click("form:has(#code) button")
        for actions in way.pages[1:] if way.code else way.pages:
            await acted(page, actions)
        await page.wait_for_selector(way.saved)
        return {"plain": True}
    except Error:
        return {"plain": False}
    finally:
        await context.close()


async def with_server_dead(chrome: Browser, way: Way, server: Any, axe: str) -> Found:
    """Whether an answer that was given while the server is dead is there after a reload."""
    context = await chrome.new_context(**PHONE)
    page = await context.new_page()
    page.set_default_timeout(5_000)
    await arrived(page, way)
    await page.goto(way.url)
    for actions in way.pages[:-1]:
        await settled(page, way)
        await acted(page, actions)
    await settled(page, way)
    if way.ready:  # the pages are on the phone once this says so
        there = page.url
        await page.goto(way.day)
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
        await page.goto(there)
        await settled(page, way)
    server.stop()
    with suppress(Error):
        await acted(page, way.pages[-1])
        await page.wait_for_timeout(1_500)
    survives = back = await again(page, way)
    if not survives and not way.ready:
        with server:
            back = await again(page, way)
    await context.close()
    return {"survives": survives, "back": back}


FILLED = "e => e !== null && Boolean(e.type === 'radio' ? e.checked : e.value)"


async def again(page: Page, way: Way) -> bool:
    """After a reload: is the answer, or what was to be read, on the page?"""
    try:
        await page.reload(wait_until="load")
        await page.wait_for_timeout(1_000)
        if await page.locator(way.saved).count():
            return True
        fields = page.locator(way.pages[-1][0][0])
        return len(way.pages[-1]) > 1 and bool(await fields.count() and await fields.first.evaluate(FILLED))
    except Error:
        return False


async def arrived(page: Page, way: Way) -> None:
    """Staff sign in first; that is not counted for anybody."""
    if way.staff:
        await page.goto(way.day.partition("/s/")[0] + "/sign-in")
        await page.fill("[name=email]", "robin@example.org")
        await page.fill("[name=password]", PASSPHRASE)
        await page.click("form[action='/sign-in'] button")
        await page.wait_for_selector("[data-tiles]")


async def settled(page: Page, way: Way) -> None:
    """The page can be used."""
    await page.wait_for_load_state("load")
    if way.ready and await page.locator("[data-page=day], [data-page=step]").count():
        await page.wait_for_selector(way.ready, timeout=15_000)
    await page.wait_for_timeout(700)


async def acted(page: Page, actions: Sequence[tuple[str, str | None]]) -> None:
    """Taps, and what is typed after a tap. An action of None is only looked at."""
    for selector, typed in actions:
        if typed is None:
            await page.wait_for_selector(selector)
            continue
        control = page.locator(selector).first
        await control.wait_for(state="attached")
        hit = (await control.evaluate_handle(HIT)).as_element()
        assert hit is not None  # noqa: S101
        await hit.click()
        if typed:
            await control.press_sequentially(typed)


# A radio is often drawn by its label.
HIT = "e => (e.type === 'radio' && e.labels.length ? e.labels[0] : e)"


async def listened(page: Page) -> dict[str, int]:
    """Counts what comes over the wire; the dict is filled while it comes."""
    wire = {"bytes": 0, "requests": 0}
    session: CDPSession = await page.context.new_cdp_session(page)
    await session.send("Network.enable")

    def finished(event: Mapping[str, Any]) -> None:
        wire["bytes"] += int(event["encodedDataLength"])
        wire["requests"] += 1 if event["encodedDataLength"] else 0

    session.on("Network.loadingFinished", finished)
    return wire


async def audited(page: Page, axe: str) -> Found:
    """axe with all of its rules; and the smallest contrast that it measured."""
    await page.evaluate(axe)
    report = await page.evaluate("() => axe.run()")
    rules = [
        one for kind in ("passes", "violations", "incomplete") for one in report[kind] if one["id"] == "color-contrast"
    ]
    data = [check["data"] for rule in rules for node in rule["nodes"] for check in node["any"] if check["data"]]
    ratios = [one["contrastRatio"] for one in data if one.get("contrastRatio")]
    return {
        "contrast": min(ratios) if ratios else None,
        "violations": {one["id"]: len(one["nodes"]) for one in report["violations"]},
    }


ROWS = (
    ("taps (and keys)", lambda f: f"{f['taps']}" + (f" (and {f['keys']})" if f["keys"] else "")),
    ("words before it", lambda f: f"{f['words']}, {f['words'] / WORDS_A_MINUTE * 60:.0f} s"),
    ("screens down to it", lambda f: f"{f['screens']:.1f}"),
    ("bytes, requests", lambda f: f"{f['bytes']:,} B, {f['requests']}"),
    ("smallest contrast", lambda f: f"{f['contrast']:.1f}" if f["contrast"] else "none measured"),
    ("smallest target", lambda f: "none" if not f["smallest"] else "{:g} × {:g}".format(*f["smallest"])),
    ("the answer’s target", lambda f: "{:g} × {:g}".format(*f["answer"]) if f["acts"] else "only read"),
    ("axe", lambda f: ", ".join(f"{k} ({n})" for k, n in f["violations"].items()) or "nothing"),
    ("without JavaScript", lambda f: yes(f["plain"])),
    ("there after a reload, server dead", lambda f: yes(f["survives"])),
    ("there after a reload, server back", lambda f: yes(f["back"])),
)


def yes(found: bool) -> str:
    return "yes" if found else "**no**"


def page(found: Mapping[str, Mapping[str, Found]]) -> str:
    """docs/beside.md, whole."""
    prose = dict(part.split("\n", 1) for part in TOLD.read_text("utf-8").split("## ") if part.strip())
    told = ["# Side by side", "", prose["Head"].strip().replace("{date}", machine.described()["date"])]
    for task, systems in found.items():
        if systems:
            told += ["", f"## {TASKS[task]}", "", *table(systems), "", prose.get(task, "").strip()]
    return "\n".join([*told, "", "## What follows", "", prose["What follows"].strip(), ""])


def table(systems: Mapping[str, Found]) -> list[str]:
    """A task's figures, a column for each system."""
    lines = [f"| | {' | '.join(NAMES[one] for one in systems)} |", f"| --- |{' --- |' * len(systems)}"]
    for name, say in ROWS:
        lines.append(f"| {name} | {' | '.join(cell(say, one) for one in systems.values())} |")
    return lines


def cell(say: Any, found: Found) -> str:
    """One figure; where it could not be measured, that."""
    try:
        return str(say(found))
    except (KeyError, TypeError):
        return "not measured"


if __name__ == "__main__":
    main()
