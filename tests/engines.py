"""Three real engines behind one word: Debian's Chromium and Firefox over Playwright, WebKitGTK over WebDriver.

WebKit keeps no secure cookie of plain http, on loopback neither, so its pages come over https by the proxy.
"""

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from playwright.async_api import Browser, BrowserContext, Error, Playwright, async_playwright

from tests.chromium import ARGUMENTS, shell
from tests.proxy import Proxy
from tests.server import Server
from tests.webkit import WebKit

ENGINES = ("chromium", "firefox", "webkit")


@asynccontextmanager
async def engine(name: str) -> AsyncIterator[Browser]:
    """A browser of that engine. WebKit's answers to as many of Playwright's words as a Person and a Phone speak."""
    if name == "webkit":
        webkit = WebKit()
        try:
            yield cast(Browser, webkit)
        finally:
            await webkit.close()
        return
    async with async_playwright() as playwright:
        kind, how = _launch(playwright, name)
        found = await kind.launch(**how)
        try:
            yield found
        finally:
            await found.close()


@asynccontextmanager
async def profile(name: str, folder: Path) -> AsyncIterator[BrowserContext]:
    """A browser that keeps all in a folder; WebKit's can't. One that is dead by then closes well too."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        kind, how = _launch(playwright, name)
        found = await kind.launch_persistent_context(str(folder), viewport={"width": 390, "height": 844}, **how)
        try:
            yield found
        finally:
            with suppress(Error):  # it may be dead
                await found.close()


@asynccontextmanager
async def reachable(server: Server, name: str) -> AsyncIterator[None]:
    """The server, at an address that this engine keeps a sign-in for."""
    if name != "webkit":
        yield
        return
    async with Proxy(server.port, tls=certificate()) as proxy:
        server.behind(proxy.url)
        yield


def _launch(playwright: Playwright, name: str) -> tuple[Any, dict[str, Any]]:
    if name == "chromium":
        return playwright.chromium, {"executable_path": shell(), "args": ARGUMENTS}
    firefox = shutil.which("firefox-esr")
    assert firefox, "there is no firefox-esr: `python3 -m tests` installs it"
    return playwright.firefox, {"channel": "moz-firefox", "executable_path": firefox}


@cache
def certificate() -> ssl.SSLContext:
    """What a server on loopback shows: signed by itself, made for this run."""
    with TemporaryDirectory() as folder:
        key, shown = Path(folder) / "key.pem", Path(folder) / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", shown, "-days", "3650", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(shown, key)
    return made
