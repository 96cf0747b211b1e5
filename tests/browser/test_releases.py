"""Two releases side by side: an old page goes on with a new server; the new one is taken whole and by a tap, or not."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error

from tests.browser.people import Person, browser
from tests.browser.test_phones import soon
from tests.server import Server

ROOT = Path(__file__).resolve().parents[2]
# Asks for a newer worker, and says whether one is being installed, or waits.
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.update().catch(() => {});
  await new Promise((done) => setTimeout(done, 4_000));
  return [Boolean(registration.installing), Boolean(registration.waiting)];
}"""
PARTS = ("src", "static", "templates", "manifest")


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The next release of the product, in a folder of its own: another style, another script."""
    made = tmp_path / "newer"
    for part in PARTS:
        shutil.copytree(ROOT / part, made / part, ignore=shutil.ignore_patterns("__pycache__"))
    with (made / "static" / "css" / "day.css").open("a") as file:
        file.write("\n.is-newer { color: inherit; }\n")
    with (made / "static" / "js" / "paint.js").open("a") as file:
        file.write("\nexport const newer = true;\n")
    return made


def release(server: Server, folder: Path | None, **environment: str) -> None:
    """The server starts again, as another release of the product over the same database."""
    server.stop()
    server.environment.pop("PYTHONPATH", None)
    server.environment |= environment | ({"PYTHONPATH": str(folder / "src")} if folder else {})
    server.start()


async def build_of(person: Person) -> str:
    return await person.page.get_attribute("body", "data-build") or ""


async def answered(person: Person, times: int) -> None:
    """Asks for help so many times, and all of it reaches the clinic."""
    for _ in range(times):
        await person.page.click(".help-button")
        await person.page.wait_for_timeout(1_000)
    await person.sent()


def helps(server: Server, session: dict[str, Any]) -> int:
    entries = server.command("export", session["handle"])["entries"]
    return sum(one["step"] == "help" for one in entries)


async def test_an_open_page_goes_on_with_another_release_and_takes_it_by_a_tap_when_all_is_sent(
    server: Server, newer: Path
) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.kept()
        old = await build_of(client)
        release(server, newer)
        await answered(client, 2)
        await client.call_alone()
        await client.day()
        assert await build_of(client) == old, "kept whole"
        assert not await client.page.is_visible("[data-update]"), "never while something is unsent"
        server.start()
        await client.sent()
        await client.page.wait_for_function(
            "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)", timeout=30_000
        )
        await client.day()
        await client.page.wait_for_selector("[data-update]:not([hidden])", timeout=30_000)
        assert await build_of(client) == old, "nobody asked for it yet"
        await client.page.click("[data-take-update]")
        await client.page.wait_for_selector(f"body:not([data-build='{old}'])", timeout=30_000)
        await client.ready()
        assert await client.page.evaluate("async () => (await caches.keys()).length") == 2, (
            "nothing of the old one stays"
        )
        server.kill()
        await client.day()
        await client.page.click(".help-button")
        await client.page.wait_for_selector("[data-unsent='1']")
        assert not await client.page.is_visible("[data-needs-signal]"), "it knows the session without signal"
        server.start()
        await client.sent()
        await answered(client, 1)
        release(server, None)  # and back: a page of the newer release at an older server
        await answered(client, 1)
        await client.context.close()
    assert helps(server, session) == 6


@pytest.mark.parametrize("wrong", ["cut", "portal"])
async def test_a_file_that_is_not_the_releases_own_never_becomes_part_of_it(
    server: Server, newer: Path, wrong: str
) -> None:
    """The worker is the newer one's; one of its files comes cut short, or is a portal's page that answers 200."""
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.kept()
        old = await build_of(client)
        release(server, newer)

        async def damaged(route: Any) -> None:
            try:
                body = await (await route.fetch()).body()
            except Error:  # the server is dead by now
                await route.abort()
                return
            told = body[: len(body) // 2] if wrong == "cut" else b"<!doctype html><title>Welcome to Wi-Fi</title>"
            await route.fulfill(status=200, headers={"content-type": "text/javascript"}, body=told)

        await client.context.route(lambda url: url.endswith("/js/paint.js") and old not in url, damaged)
        assert await client.page.evaluate(UPDATE) == [False, False]
        await client.day()
        assert await build_of(client) == old
        server.kill()
        await client.day()
        assert await build_of(client) == old, "the old one is still whole"
        server.start()
        await client.context.unroute_all()
        assert await client.page.evaluate(UPDATE) == [False, True], (
            "and is followed by the new one when that can be had"
        )
        await client.context.close()


async def test_the_worker_that_leaves_takes_what_was_kept_with_it_and_no_word_of_anybodys(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        await client.kept()
        await client.call_alone()
        release(server, None, SESSIONDAY_ESCAPE="yes")
        await client.day()
        await client.page.wait_for_function(
            "async () => (await caches.keys()).length === 0 && !(await navigator.serviceWorker.getRegistration())"
        )
        await client.sent()
        await client.context.close()
    assert helps(server, session) == 1
