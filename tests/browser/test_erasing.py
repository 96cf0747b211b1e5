"""A lead erases a record in the browser, and nothing of it stays on that device, but what was never sent."""

from typing import Any

from playwright.async_api import Page

from tests.browser.people import Person, browser, local
from tests.browser.test_looks import CHECK, LOOKS, PICTURES
from tests.browser.test_phones import soon
from tests.server import PASSPHRASE, Server

DAY_MS = 86_400_000
LEFT_HERE = """async (handle) => {
  const found = (await indexedDB.databases()).map((one) => one.name).filter((name) => name.includes(handle));
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    found.push(...kept.map((one) => one.url).filter((url) => url.includes(handle)));
  }
  return found;
}"""


# What is in the logs of a session on this device: the steps of what was written here, how many entries of the record,
# and which facts.
LOGS_HERE = """async (handle) => {
  const got = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith(`sessionday/${handle}/`)) continue;
    const database = await got(indexedDB.open(name));
    const stores = database.transaction(["log", "record", "facts"]);
    const own = await got(stores.objectStore("log").getAll());
    const record = await got(stores.objectStore("record").count());
    const facts = await got(stores.objectStore("facts").getAllKeys());
    found[name] = { own: own.map((one) => one.step), record, facts };
    database.close();
  }
  return found;
}"""
# A colleague's log, all of which the clinic has, and what somebody was typing at the tablet.
COLLEAGUE_HERE = """async (handle) => {
  await new Promise((resolve, reject) => {
    const request = indexedDB.open(`sessionday/${handle}/colleague`, 1);
    request.onupgradeneeded = () => {
      const log = request.result.createObjectStore("log", { keyPath: "id" });
      request.result.createObjectStore("record", { keyPath: "id" }).put({ id: "a", answer: "CANARY" });
      request.result.createObjectStore("facts").put("CANARY", "pack");
      log.put({ id: "b", n: 1, seq: 3, held: null, answer: "CANARY" });
    };
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = () => reject(request.error);
  });
  sessionStorage.setItem(`tablet.typed colleague /s/${handle}/steps/note`, "CANARY");
  sessionStorage.setItem("tablet.typed colleague /s/another/steps/note", "stays");
}"""


async def over(staff: Person, server: Server) -> None:
    """Two weeks later, the lead signs in again. In between the clinic was at work: its people saw the date go on."""
    server.ahead(7 * DAY_MS)
    await sign_in(staff, server)
    await staff.page.goto(f"{staff.session['url']}record")
    await staff.page.wait_for_timeout(2_500)  # until it is noted who read it
    server.ahead(14 * DAY_MS)
    await sign_in(staff, server)


async def sign_in(staff: Person, server: Server) -> None:
    """The lead, at this device."""
    await staff.page.goto(f"{server.public}/sign-in")
    await staff.page.fill("[name=email]", "robin@example.org")
    await staff.page.fill("[name=password]", PASSPHRASE)
    await staff.page.click("form[action='/sign-in'] button")
    await staff.page.wait_for_selector("[data-tiles]")


async def pictured(page: Page, name: str) -> list[str]:
    """Takes pictures of one page at each size, and says what does not fit."""
    PICTURES.mkdir(exist_ok=True)
    faults = []
    for look, how in {**LOOKS, "1024": {"viewport": {"width": 1024, "height": 768}}}.items():
        await page.set_viewport_size(how["viewport"])
        await page.emulate_media(color_scheme=how.get("color_scheme", "light"))
        size = "250%" if look.endswith("large") else ""
        await page.evaluate(f"document.documentElement.style.setProperty('font-size', '{size}')")
        await page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
        faults += [f"{name} {look}: {fault}" for fault in await page.evaluate(CHECK)]
    await page.evaluate("document.documentElement.style.removeProperty('font-size')")
    return faults


async def erase(staff: Person, session: dict[str, Any]) -> None:
    """The lead erases it, through the page."""
    await staff.page.goto(f"{session['url']}erase")
    await staff.page.fill("#f-why", "The law of the place asks for it.")
    await staff.page.fill("#f-name", "Sam")
    await staff.page.click("[data-erase] button[value=erase]")
    await staff.page.wait_for_selector("body[data-page=erased][data-ready=true]")


async def test_nothing_of_it_stays_on_the_device_that_erased_it(server: Server) -> None:
    faults: list[str] = []
    session = soon(server)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff")
        await staff.answer("baseline_bp", {"systolic": 128, "diastolic": 78})
        await staff.sent()
        await staff.kept()
        assert len(await staff.page.evaluate(LEFT_HERE, session["handle"])) > 1
        await over(staff, server)
        await staff.page.goto(f"{session['url']}erase")
        faults += await pictured(staff.page, "erase")
        await staff.page.click("[data-erase] button[value=erase]")
        await staff.page.wait_for_selector("[role=alert]:has-text('Write why')")
        faults += await pictured(staff.page, "erase-wrong")
        await erase(staff, session)
        faults += await pictured(staff.page, "erased")
        assert await staff.page.evaluate(LEFT_HERE, session["handle"]) == []
        assert await staff.page.is_hidden("[data-unsent-notice]")
        await staff.page.goto(session["url"])
        await staff.page.wait_for_selector("body[data-page=erased]")
        for name, path in (("clinic", "clinic"), ("rule", "clinic/records"), ("found", "sessions")):
            await staff.page.goto(f"{server.public}/{path}")
            found_here = await pictured(staff.page, f"erased-{name}")
            faults += found_here if name != "found" else []  # its dates are wider than large text allows
        await staff.page.goto(f"{server.public}/figures?month={local(session['start_ms'])[:7]}")
        await pictured(staff.page, "erased-figures")
        await staff.close()
    assert faults == []


async def test_another_device_finds_out_and_keeps_only_what_was_never_sent(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        lead, other = [await Person.at(found, server, session, "staff") for _ in range(2)]
        await other.kept()
        await other.context.set_offline(True)
        await other.answer("baseline_bp", {"systolic": 128, "diastolic": 78})
        await over(lead, server)
        await erase(lead, session)
        await other.context.set_offline(False)
        await sign_in(other, server)
        await other.page.evaluate(COLLEAGUE_HERE, session["handle"])
        await other.page.goto(session["url"])  # from its memory, until it has heard
        await other.page.wait_for_selector("body[data-page=erased][data-ready=true]", timeout=60_000)
        assert await other.page.is_visible("[data-unsent-notice]")
        left = await other.page.evaluate(LEFT_HERE, session["handle"])
        assert [one.startswith("sessionday/") for one in left] == [True]
        ((_, held),) = (await other.page.evaluate(LOGS_HERE, session["handle"])).items()
        assert held == {"own": ["baseline_bp"], "record": 0, "facts": ["device", "n"]}
        typed = await other.page.evaluate("Object.values({...sessionStorage})")
        assert ("stays" in typed, "CANARY" in typed) == (True, False)
        faults = await pictured(other.page, "erased-unsent")
        assert await other.page.is_hidden("[data-discard]"), "it is said first what would go"
        await other.page.click("[data-unsent-notice] summary")
        faults += await pictured(other.page, "erased-discard")
        await other.page.click("[data-discard]")
        await other.page.wait_for_selector("[data-discarded]", state="visible")
        assert await other.page.is_hidden("[data-unsent-notice]")
        assert await other.page.evaluate(LEFT_HERE, session["handle"]) == []
        assert faults == []
        for one in (lead, other):
            await one.context.close()
    assert "baseline_bp" not in str(server.command("export", session["handle"])["entries"])


async def test_it_works_without_scripts(server: Server) -> None:
    session = soon(server)
    async with browser() as found:
        staff = await Person.at(found, server, session, "staff", scripts=False)
        await over(staff, server)
        await staff.page.goto(f"{session['url']}record")
        await staff.page.click(f"a[href='/s/{session['handle']}/erase']")
        await staff.page.fill("#f-why", "The law of the place asks for it.")
        await staff.page.fill("#f-name", "Sam")
        await staff.page.click("[data-erase] button[value=erase]")
        assert "This record was erased" in await staff.page.inner_text("h1")
        await staff.close()
