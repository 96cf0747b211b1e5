"""A browser that dies without a word right after it said "Saved on this phone" has saved it."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.test_phones import soon
from tests.engines import profile
from tests.server import Server


def kill_browser(folder: Path) -> None:
    """SIGKILL to every process that was started over this profile, and all that those started."""
    found = {_group(process) for process in Path("/proc").iterdir() if _is_over(process, folder)}
    found -= {0, os.getpgrp()}
    assert found, "no browser runs over this profile"
    for group in found:
        os.killpg(group, signal.SIGKILL)


def _is_over(process: Path, folder: Path) -> bool:
    try:
        return process.name.isdigit() and str(folder).encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


def _group(process: Path) -> int:
    try:
        return os.getpgid(int(process.name))
    except ProcessLookupError:
        return 0


async def answer(page: Page, session: dict[str, Any], step: str) -> None:
    """Answers a yes on the step's own page."""
    await page.goto(f"{session['url']}steps/{step}")
    await page.wait_for_selector("body[data-ready=true]")
    await page.click("article button[value=yes]")


@pytest.mark.parametrize("name", ["chromium", "firefox"])
async def test_what_was_saved_on_this_phone_outlives_the_browsers_death_and_is_sent_once(
    name: str, server: Server, tmp_path: Path
) -> None:
    session, folder = soon(server), tmp_path / "profile"
    async with profile(name, folder) as context:  # a visit before, ended well, as a phone has had it for days
        page = await context.new_page()
        await page.goto(session["links"]["support"])
        await page.click("[data-link] button")
        await page.wait_for_selector("body[data-kept=true]", timeout=60_000)
    server.kill()
    async with profile(name, folder) as context:
        page = await context.new_page()
        await answer(page, session, "ride_confirmed")
        await page.wait_for_selector("[data-truth=phone]:has-text('Saved on this phone')")
        kill_browser(folder)
    async with profile(name, folder) as context:
        page = await context.new_page()
        await page.goto(f"{session['url']}steps/ride_confirmed")
        await page.wait_for_selector("[data-truth=phone]:has-text('Saved on this phone')")
        assert await page.get_attribute("article[data-step]", "data-status") == "done"
        server.start()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await page.wait_for_selector("[data-truth=clinic]", timeout=90_000)
    entries = server.command("export", session["handle"])["entries"]
    assert [(entry["step"], entry["answer"], entry["n"]) for entry in entries] == [("ride_confirmed", "yes", 1)]
