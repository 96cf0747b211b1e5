"""What the peers need, outside of the tree: pinned by hash, in the user's cache, once for each set of pins."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sessionday-bench"


def python() -> Path:
    """The interpreter that has the Python peers."""
    pins = PEERS / "requirements.txt"
    place = CACHE / f"python-{_mark(pins)}"
    interpreter = place / "bin" / "python"
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        _run([str(interpreter), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(pins)], place)
        (place / "whole").touch()
    return interpreter


def node() -> Path:
    """A folder whose node_modules has the Node peers. What is native is built here, against Node's own headers."""
    place = CACHE / f"node-{_mark(PEERS / 'package-lock.json')}"
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PEERS / name, place)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], place)
        built = ["npm", "rebuild", "better-sqlite3", "leveldown", "--build-from-source", f"--nodedir={_headers()}"]
        _run(built, place)
        (place / "whole").touch()
    return place


def plain(name: str) -> Path:
    """A folder whose node_modules has the packages of `peers/<name>`, of which nothing is native."""
    pins = PEERS / name
    place = CACHE / f"{name}-{_mark(pins / 'package-lock.json')}"
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(pins / file, place)
        _run(["npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"], place)
        (place / "whole").touch()
    return place


def _headers() -> Path:
    """Where this Node's C headers lie: `include/node` below it."""
    home = Path(shutil.which("node") or "/usr/bin/node").resolve().parents[1]
    if not (home / "include" / "node" / "node_api.h").exists():
        sys.exit(f"Node's headers are wanted in {home}/include/node (Debian: libnode-dev) to build better-sqlite3.")
    return home


def _mark(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()[:12]


def _run(command: list[str], folder: Path) -> None:
    print("   …", *command, flush=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-1500:]}")
