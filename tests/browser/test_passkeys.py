"""A passkey in a real browser with a virtual authenticator: made, used, and refused for another address."""

import json
from typing import Any

import httpx2
from playwright.async_api import BrowserContext, Page, Request

from tests.browser.people import browser
from tests.browser.test_tablet import share
from tests.server import PASSPHRASE, Server

EMAIL = "robin@example.org"


async def authenticator(context: BrowserContext, page: Page) -> None:
    """A key in the device that knows its owner."""
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_a_passkey_is_made_used_and_refused_for_another_address(server: Server) -> None:
    clinic = server.clinic()
    server.behind(server.url.replace("127.0.0.1", "localhost"))
    url = server.public
    sent: list[dict[str, Any]] = []
    async with browser() as found:
        context = await found.new_context()
        page = await context.new_page()
        await authenticator(context, page)
        page.on("request", lambda one: keep(one, sent))
        await page.goto(f"{url}/sign-in")
        await page.fill("#email", EMAIL)
        await page.fill("#password", PASSPHRASE)
        await page.click("button.go")
        await page.goto(f"{url}/me")
        await page.fill("#k-name", "This tablet")
        await page.click("[data-passkey-make]")
        await page.wait_for_selector("[data-passkey-error]:not([hidden])")
        assert await page.locator("[data-passkey]").count() == 0, "not without the present passphrase"
        await page.fill("#k-present", PASSPHRASE)
        await page.click("[data-passkey-make]")
        await page.wait_for_selector("[data-passkey]")
        assert "This tablet" in await page.inner_text("[data-passkey]")
        await context.clear_cookies()
        await page.goto(f"{url}/sign-in")
        await page.click("[data-passkey-use]")
        await page.wait_for_url("**/board")
        await refused_elsewhere(url, sent[0])
        await page.goto(f"{url}/me")
        await page.click("[data-passkey] button")
        await context.clear_cookies()
        await page.goto(f"{url}/sign-in")
        await page.click("[data-passkey-use]")
        await page.wait_for_selector("[data-passkey-error]:not([hidden])")
        assert "did not work" in await page.inner_text("[data-passkey-error]")
    assert clinic


async def test_a_passkey_opens_a_shared_tablet(server: Server) -> None:
    server.clinic()
    server.behind(server.url.replace("127.0.0.1", "localhost"))
    url = server.public
    async with browser() as found:
        page = await (await found.new_context()).new_page()
        await authenticator(page.context, page)
        await page.goto(f"{url}/sign-in")
        await page.fill("#email", EMAIL)
        await page.fill("#password", PASSPHRASE)
        await page.click("button.go")
        await page.goto(f"{url}/me")
        await page.fill("#k-present", PASSPHRASE)
        await page.click("[data-passkey-make]")
        await page.wait_for_selector("[data-passkey]")
        await share(page, server)
        await page.click("[data-lock] button")
        await page.wait_for_selector("[data-page=locked]")
        await page.goto(f"{url}/board")
        await page.wait_for_selector("[data-page=locked]")
        await page.click("[data-passkey-use]")
        await page.wait_for_selector("[data-tiles]")
        await page.goto(f"{url}/board")
        await page.wait_for_selector("[data-tiles]")


def keep(request: Request, sent: list[dict[str, Any]]) -> None:
    """Notes a proof on its way."""
    if request.url.endswith("/sign-in/passkey"):
        sent.append(json.loads(request.post_data or "null"))


async def refused_elsewhere(url: str, good: dict[str, Any]) -> None:
    """What was sent once opens nothing again; nor does it with another address or challenge in it, or none at all."""
    async with httpx2.AsyncClient(base_url=url) as http:
        elsewhere = altered(good, origin="https://evil.example")
        bodies: list[Any] = [good, elsewhere, altered(good, type="webauthn.create"), {}, []]
        for body in bodies:
            await http.post("/sign-in/passkey/options", json={})
            answer = await http.post("/sign-in/passkey", json=body)
            assert answer.status_code == 422, body
            assert "/board" not in answer.text
        http.cookies.clear()
        assert (await http.post("/sign-in/passkey", json=good)).status_code == 422, "without a challenge of its own"


def altered(good: dict[str, Any], **changed: str) -> dict[str, Any]:
    """The same proof with something else in what the browser signed."""
    from webauthn import base64url_to_bytes
    from webauthn.helpers import bytes_to_base64url

    credential = good["credential"]
    data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    told = bytes_to_base64url(json.dumps({**data, **changed}).encode())
    return {"credential": {**credential, "response": {**credential["response"], "clientDataJSON": told}}}
