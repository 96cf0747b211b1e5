"""Where Chromium is, and how it is started without asking anything of the world outside."""

import shutil

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
    return shutil.which("chromium") or shutil.which("chromium-browser")


def shell() -> str | None:
    """The same without windows of its own, which take a third of the machine's work; Playwright's is such a one too."""
    return shutil.which("chromium-headless-shell") or chromium()
