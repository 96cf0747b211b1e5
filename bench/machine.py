"""The machine that was measured on, and the versions of what ran there."""

import os
import platform
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path


@cache
def described() -> dict[str, str]:
    """What a figure means nothing without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgresql(),
        "Node": _said("node", "--version"),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _postgresql() -> str:
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return _said(str(servers[-1]), "--version") if servers else "none"


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "none"
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    return done.stdout.strip()
