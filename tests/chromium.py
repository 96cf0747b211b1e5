"""Where Chromium is, and how it is started without asking anything of the world outside."""

import shutil
from pathlib import Path

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The system's Chromium; None lets Playwright use its own. `python -m tests` installs one of them."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return str(Path(found)) if found else None
