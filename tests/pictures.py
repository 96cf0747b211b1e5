"""`python -m tests.pictures [FOLDER] [NAME…]`: every page × seat, in three schemes, at four widths, in two languages.

Beside the pictures it leaves index.html, where each page stands in all its looks. `python -m tests.pictures readme`
takes the few that README shows.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.browser.every_page import EVERY, SCHEMES, WIDTHS, opened
from tests.browser.people import browser
from tests.server import free_port

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "screenshots" / "every"
LANGUAGES = ("en", "ar")
LOOKS = [(width, scheme, language) for language in LANGUAGES for scheme in SCHEMES for width in WIDTHS]


async def take(folder: Path, only: set[str]) -> None:
    """Takes all pictures, telling how far it is."""
    pages = [one for one in EVERY if not only or one.name in only]
    with demo() as told:
        async with browser() as chromium:
            for number, look in enumerate(LOOKS, 1):
                async for one, page in opened(chromium, told, pages, *look):
                    await page.screenshot(path=folder / f"{one.name}-{'-'.join(look)}.png", full_page=True)
                print(f"{number} of {len(LOOKS)}: {', '.join(look)}", flush=True)


def index(names: list[str]) -> str:
    """A page with all of them, small, to look through."""
    shown = ""
    for name in names:
        looks = ["-".join(look) for look in LOOKS]
        pictures = "".join(f'<img loading="lazy" src="{name}-{look}.png" alt="{look}">' for look in looks)
        shown += f"<h2>{name}</h2><p>{pictures}</p>"
    style = "img{width:11rem;vertical-align:top;margin:.25rem;border:1px solid #888}"
    return f"<!doctype html><meta charset=utf-8><title>Every page</title><style>{style}</style>{shown}"


class demo:
    """The demo's server, while it is needed."""

    def __enter__(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "sessionday", "demo", "--port", str(free_port()), "--json"]
        paths = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        self._server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=paths
        )
        assert self._server.stdout is not None
        told: dict[str, Any] = json.loads(self._server.stdout.readline())
        return told

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait()


README = {
    "client-before": "390",
    "client-during": "390",
    "client-after": "390",
    "support-before": "390",
    "board": "desk",
}


async def take_for_readme() -> None:
    """As much of each as a screen shows."""
    (ROOT / "docs" / "pictures").mkdir(exist_ok=True)
    with demo() as told:
        async with browser() as chromium:
            for name, width in README.items():
                async for one, page in opened(
                    chromium, told, [p for p in EVERY if p.name == name], width, "light", "en"
                ):
                    await page.screenshot(path=ROOT / "docs" / "pictures" / f"{one.name}.png")


if __name__ == "__main__":
    if sys.argv[1:] == ["readme"]:
        asyncio.run(take_for_readme())
        sys.exit()
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    where.mkdir(parents=True, exist_ok=True)
    only = set(sys.argv[2:])
    asyncio.run(take(where, only))
    (where / "index.html").write_text(index([one.name for one in EVERY if not only or one.name in only]), "utf-8")
