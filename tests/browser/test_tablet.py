"""Two of the staff at one tablet: it locks, each opens it as themselves, and a gate asks who is there."""

import httpx2
from playwright.async_api import Page, expect

from tests.browser.people import MINUTE, Person, browser, local
from tests.browser.test_looks import CHECK, PICTURES
from tests.browser.test_phones import soon
from tests.server import PASSPHRASE, Server

ROBIN, ANA = "274916", "830571"
SIZES = {"390": (390, 844), "320": (320, 640), "1024": (1024, 768)}


async def share(page: Page, server: Server) -> None:
    """Robin makes a PIN and shares the tablet, by hand."""
    await page.goto(f"{server.public}/me")
    await page.fill("#pin-present", PASSPHRASE)
    await page.fill("#pin-new", ROBIN)
    await page.click("[data-pin] button[value=pin]")
    await page.fill("#t-name", "Room 2")
    await page.fill("#t-present", PASSPHRASE)
    await page.click("[data-tablet] button[value=tablet]")
    await page.wait_for_selector("[data-tablet=on]")


async def ana_works_here(server: Server, clinic: str) -> None:
    """Ana has a PIN too, which she made at a desk of her own."""
    server.command(
        "staff", "add", "ana@example.org", "--name", "Ana Diaz", "--clinic", clinic, "--password-stdin",
        stdin=PASSPHRASE + "\n",
    )  # fmt: skip
    async with httpx2.AsyncClient(base_url=server.url) as desk:
        await desk.post("/sign-in", data={"email": "ana@example.org", "password": PASSPHRASE})
        made = await desk.post("/me", data={"do": "pin", "present": PASSPHRASE, "pin": ANA})
        assert made.headers["location"] == "/me?saved=pin"


async def open_as(page: Page, name: str, pin: str) -> None:
    """Opens the locked tablet."""
    await page.get_by_label(name, exact=True).check()
    await page.fill("#pin", pin)
    await page.click("[data-open] button[value=open]")


async def pictures(page: Page, name: str) -> list[str]:
    """Leaves a picture at each size, and says what is out of place there."""
    PICTURES.mkdir(exist_ok=True)
    faults: list[str] = []
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size({"width": width, "height": height})
            faults += [f"{name} {size}: {fault}" for fault in await page.evaluate(CHECK)]
            await page.screenshot(path=PICTURES / f"{name}-{size}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    if before:
        await page.set_viewport_size(before)
    return faults


async def test_two_of_the_staff_share_one_tablet(server: Server) -> None:
    clinic = server.clinic()
    session = server.session(clinic, local((server.now() + 40 * MINUTE) // MINUTE * MINUTE))
    await ana_works_here(server, clinic)
    faults: list[str] = []
    async with browser() as found:
        robin = await Person.at(found, server, session, "staff")
        page = robin.page
        await share(page, server)
        await robin.answer("identity")
        await robin.sent()
        await robin.open("time_out")
        await page.fill("article [name=answer]", "Robin reads, and")
        await page.clock.fast_forward(3 * MINUTE + 6_000)
        await page.wait_for_selector("[data-page=locked]")
        await expect(page.locator("body")).not_to_contain_text("Sam")
        faults += await pictures(page, "locked")
        for _ in range(2):
            await page.go_back()
            await page.wait_for_selector("[data-page=locked]")
        await page.goto(session["url"])
        await page.wait_for_selector("[data-page=locked]")
        await page.click("[data-help-form] button")
        await expect(page.locator("[data-kept]")).to_contain_text("Help was called for S")
        await page.fill("#fact", "Dose at ten past")
        await page.click("[data-fact-form] button")
        await expect(page.locator("[data-kept]")).to_contain_text("Written down for S")
        await open_as(page, "Ana Diaz", ANA)
        await page.wait_for_selector("[data-tiles]")
        await expect(page.locator("body")).to_contain_text("Ana Diaz")
        await page.goto(f"{session['url']}steps/time_out")
        await expect(page.locator(".band-who")).to_contain_text("Ana Diaz")
        assert await page.input_value("article [name=answer]") == "", "what Robin was typing is Robin's"
        ana = Person("staff", robin.context, page, server, session, scripts=True, faults=robin.faults)
        await ana.ready()
        await ana.answer("orientation")
        await ana.sent()
        await page.click("[data-lock] button")
        await page.wait_for_selector("[data-page=locked]")
        await open_as(page, "Robin Lee", "000000")
        await expect(page.locator("[data-open] .error").first).to_contain_text("This is wrong")
        await open_as(page, "Robin Lee", ROBIN)
        await page.wait_for_selector("[data-tiles]")
        await page.goto(f"{session['url']}steps/time_out")
        await robin.ready()
        await expect(page.locator(".band-who")).to_contain_text("Robin Lee")
        assert await page.input_value("article [name=answer]") == "Robin reads, and"
        await robin.day()
        await expect(page.locator("[data-held]")).to_contain_text("Dose at ten past")
        assert robin.faults == []
        await robin.close()
    record = server.command("export", session["handle"])
    by = {one["id"]: one["name"] for one in record["staff"]}
    told = {(entry["step"], by[entry["by"]]) for entry in record["entries"]}
    assert told == {("identity", "Robin Lee"), ("help", "Room 2"), ("orientation", "Ana Diaz")}
    assert [one["why"] for one in record["held"]] == ["locked"]
    assert faults == []


async def test_what_could_open_a_gate_asks_for_the_pin_and_waits_without_signal(server: Server) -> None:
    session = soon(server, 40)
    async with browser() as found:
        robin = await Person.at(found, server, session, "staff")
        page = robin.page
        await share(page, server)
        await robin.kept()
        server.ahead(3 * MINUTE)
        await page.clock.fast_forward(50_000)
        await page.locator("main h2:visible").first.click()  # a hand, so that nothing locks
        server.ahead(6 * MINUTE)
        await robin.open("identity")
        for radio in await page.locator("article input[type=radio][value=yes]").all():
            await radio.check()
        await page.click("article .buttons button")
        await page.wait_for_selector("dialog[data-prove][open]")
        await page.screenshot(path=PICTURES / "prove.png")
        assert await page.get_attribute("article[data-step=identity]", "data-status") != "done", (
            "it counts for nothing yet"
        )
        await page.fill("#proof", ANA)
        await page.click("dialog button[value=prove]")
        await expect(page.locator("[data-prove-error]")).to_contain_text("This is wrong")
        server.kill()
        await page.fill("#proof", ROBIN)
        await page.click("dialog button[value=prove]")
        await expect(page.locator("[data-prove-error]")).to_contain_text("No signal")
        await page.click("dialog button[value=later]")
        await expect(page.locator("[data-prove-notice]")).to_be_visible()
        await page.clock.fast_forward(3 * MINUTE + 6_000)
        await page.wait_for_selector("[data-page=locked]")
        await page.fill("#fact", "The lights went out")
        await page.click("[data-fact-form] button")
        await expect(page.locator("[data-kept]")).to_contain_text("Kept on this tablet")
        await expect(page.locator("[data-no-signal]")).to_be_visible()
        server.start()
        server.ahead(6 * MINUTE)
        await page.clock.fast_forward(16_000)
        await expect(page.locator("[data-kept]")).to_contain_text("The clinic has it")
        await open_as(page, "Robin Lee", ROBIN)
        await page.wait_for_selector("[data-page=step]")
        await robin.ready()
        await page.wait_for_selector("article[data-step=identity][data-status=done]")
        await robin.sent()
        assert robin.faults == []
        await robin.close()
    record = server.command("export", session["handle"])
    assert [entry["step"] for entry in record["entries"]] == ["identity"]
    assert [one["body"]["fact"] for one in record["held"]] == ["The lights went out"]
