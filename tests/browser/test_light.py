"""Hand-over by light, whole: no server, one phone's screen, one camera; and in the end nothing is lost or doubled."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.people import MINUTE, Person, browser
from tests.browser.test_looks import CHECK
from tests.browser.test_phones import soon
from tests.chromium import ARGUMENTS, chromium
from tests.server import PASSPHRASE, Server

LONG = "The lake in the morning; my brother’s laugh 7491; rain on a tin roof, 55 steps; " * 3
ANSWERS = {
    "intentions": LONG,
    "touch": "ask_each_time",
    "ride_plan": "named_driver",
    "support_named": None,
    "last_food": None,
}


async def test_answers_cross_by_light_while_the_server_is_dead(server: Server, tmp_path: Path) -> None:
    session, film = soon(server), tmp_path / "film.mjpeg"
    async with browser() as found, with_camera(film) as desk:
        film.write_bytes(await photo(found, None))
        staff = await at_the_desk(desk, server)
        client = await Person.at(found, server, session, "client")
        await client.at_time(server.now() - 10 * MINUTE)  # its clock is ten minutes slow
        await client.kept()
        server.kill()
        await client.context.set_offline(True)
        truth = await five_answers(client, server)
        squares = await shown(client, found)
        assert len(squares) >= 2, "a single square would not show that parts are put together"

        # Staff open their page with the server dead, and read the phone.
        film.write_bytes(b"".join(square * 12 for square in squares))
        await staff.goto(f"{server.url}/carry")
        await staff.click("[data-start]")
        await staff.wait_for_selector("[data-carried]", timeout=30_000)
        assert (
            await staff.inner_text("[data-tell=reading]")
            == f"All {len(squares)} read. Tell the person that you have them."
        )
        assert await staff.inner_text("[data-carried] [data-tell=from]") == "Sam, Client: 5 answers"
        assert await staff.inner_text("[data-carried] [data-tell=truth]") == (
            "Kept on this device. It goes to the clinic by itself."
        )
        assert await client.page.get_attribute("[data-unsent]", "data-unsent") == "5", "showing acknowledges nothing"
        await staff.close()

        # The clinic is back: staff's device brings it, from whatever page is open.
        server.start()
        staff = await desk.new_page()
        await staff.goto(f"{server.url}/board")
        await staff.wait_for_timeout(500)
        await staff.goto(f"{server.url}/carry")
        await staff.wait_for_selector("[data-carried] [data-truth=clinic]", timeout=90_000)
        assert await staff.inner_text("[data-carried] [data-tell=truth]") == "The clinic has it"
        entries = server.command("export", session["handle"])["entries"]
        assert [(one["step"], one["role"]) for one in entries] == [(step, "client") for step in ANSWERS]
        assert max(abs(one["t"] - truth[one["step"]]) for one in entries) < 5_000

        # And the phone itself, when it has signal again.
        async with client.page.expect_response(
            lambda answer: answer.url.endswith("/sync") and '"at"' in (answer.request.post_data or ""), timeout=90_000
        ) as synced:
            await client.context.set_offline(False)
        verdicts = (await (await synced.value).json())["verdicts"]
        assert [one["result"] for one in verdicts] == ["duplicate"] * 5
        await client.page.wait_for_selector("[data-unsent='0']", state="attached")
        await client.page.wait_for_selector("[data-light]", state="hidden")
        assert server.command("export", session["handle"])["entries"] == entries
        await client.close()


async def test_the_codes_are_there_without_signal_alone_and_turn_by_hand_where_motion_is_unwanted(
    server: Server,
) -> None:
    session = soon(server)
    async with browser() as found:
        client = await Person.at(found, server, session, "client")
        page = client.page
        await client.kept()
        assert await page.is_hidden("[data-light]")
        server.kill()
        await client.answer("intentions", "".join(sha256(bytes([n])).hexdigest() for n in range(10)))
        await client.day()
        await page.wait_for_selector("[data-light]:not([hidden])", timeout=30_000)
        await page.click("[data-light-open]")
        await page.wait_for_selector("[data-square^='2/']")  # by itself
        await page.click("[data-light-close]")
        await page.emulate_media(reduced_motion="reduce")
        await page.click("[data-light-open]")
        await page.wait_for_selector("[data-square^='1/']:visible")
        await page.wait_for_timeout(2_000)
        assert (await page.get_attribute("[data-square]", "data-square") or "").startswith("1/")
        await page.click("[data-light-next]")
        await page.wait_for_selector("[data-square^='2/']")
        assert "Code 2 of 2" in (await page.get_attribute("[data-square]", "aria-label") or "")
        server.start()
        await client.sent()
        await page.wait_for_selector("[data-light]", state="hidden")
        await client.close()


async def test_what_one_member_of_staff_read_goes_out_though_another_works_here_now(server: Server) -> None:
    clinic = str(soon(server)["handle"])[:16]
    server.command(
        "staff", "add", "kit@example.org", "--name", "Kit", "--clinic", clinic, "--password-stdin",
        stdin=PASSPHRASE + "\n",
    )  # fmt: skip
    async with browser() as found:
        desk = await found.new_context()
        page = await at_the_desk(desk, server)
        robin = await page.get_attribute("body", "data-person") or ""
        server.kill()
        await page.evaluate(PUT_AWAY, robin)
        await page.close()
        server.start()
        page = await at_the_desk(desk, server, "kit@example.org")
        assert await page.get_attribute("body", "data-person") != robin
        async with asyncio.timeout(90):
            while not await page.evaluate(WAS_ANSWERED, robin):
                await page.wait_for_timeout(500)
        await desk.close()


# Something that robin's page kept, which no clinic takes; and whether the clinic has said so.
PUT_AWAY = """async (person) => {
  const { openLog } = await import(document.querySelector("[src$='/carry.js']").src.replace("carry.js", "log.js"));
  await (await openLog("carry", person)).write({ id: "a", at: Date.now(), bundle: "no bundle" });
}"""
WAS_ANSWERED = """async (person) => {
  const { openLog } = await import(document.querySelector("[src$='/carry.js']").src.replace("carry.js", "log.js"));
  return (await (await openLog("carry", person)).whole()).own[0]?.refused;
}"""


async def five_answers(client: Person, server: Server) -> dict[str, int]:
    """Answers five questions on the phone; when each truly was."""
    truth = {}
    for step, answer in ANSWERS.items():
        await client.answer(step, answer)
        truth[step] = server.now()
    return truth


async def shown(client: Person, found: Browser) -> list[bytes]:
    """Opens the codes and takes a photo of the phone for each, stepping by hand."""
    await client.day()
    await client.page.wait_for_selector("[data-light]:not([hidden])", timeout=30_000)
    await client.page.click("[data-light-open]")
    await client.page.wait_for_selector("[data-square]:visible")
    assert await client.page.evaluate(CHECK) == []
    assert "Keep this page until they say they have them." in await client.page.inner_text("[data-light]")
    first = await client.page.get_attribute("[data-square]", "data-square") or ""
    photos = []
    for _ in range(int(first.split("/")[1])):
        await client.page.click("[data-light-next]")
        # Whoever holds the camera has the code in the middle of it.
        await client.page.locator("[data-square]").evaluate("(square) => square.scrollIntoView({ block: 'center' })")
        photos.append(await photo(found, await client.page.screenshot()))
    return photos


async def photo(found: Browser, screen: bytes | None) -> bytes:
    """What a camera sees of a phone that somebody holds: askew, in a room, not quite sharp."""
    page = await found.new_page(viewport={"width": 1280, "height": 720})
    if screen is not None:
        picture = base64.b64encode(screen).decode()
        await page.set_content(
            "<body style='margin:0;background:#776;display:grid;place-items:center;height:720px;overflow:hidden'>"
            f"<img src='data:image/png;base64,{picture}' "
            "style='height:1180px;transform:perspective(1500px) rotate(4deg) rotateY(9deg);filter:blur(.6px)'>"
        )
    taken = await page.screenshot(type="jpeg", quality=80)
    await page.close()
    return taken


@asynccontextmanager
async def with_camera(film: Path) -> AsyncIterator[BrowserContext]:
    """Staff's browser, whose camera shows a film."""
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={film}")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *flags])
        yield await found.new_context(viewport={"width": 820, "height": 1180})
        await found.close()


async def at_the_desk(desk: BrowserContext, server: Server, email: str = "robin@example.org") -> Page:
    """Staff sign in; their device keeps the page that reads phones."""
    page = await desk.new_page()
    await page.goto(f"{server.url}/sign-in")
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", PASSPHRASE)
    await page.click("form[action='/sign-in'] button")
    await page.click("[data-carry]")
    await page.wait_for_selector("body[data-kept=true]", timeout=30_000)
    return page
