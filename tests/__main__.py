"""`python3 -m tests`: the whole truth in one command, on a machine that has only Python and Node.

It makes .venv, installs what is missing (also three browsers and PostgreSQL), and runs each check. `python3 -m tests
lint js` runs some.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LIBRARY = ROOT / "static" / "vendor" / "qr" / "decode.js"
JS = ROOT / "tests" / "js"
DEBIAN = [
    "chromium", "chromium-headless-shell", "firefox-esr", "webkit2gtk-driver", "xvfb", "libfaketime", "openssl",
    "fonts-liberation", "strace", "postgresql", "pgbouncer", "gcc", "libc6-dev",
    "libreoffice-calc-nogui",
]  # fmt: skip
# What phones do to what they keep; the other browser tests are days.
PHONES = [
    f"tests/browser/test_{name}.py"
    for name in ("identity", "light", "matrix", "memory_and_clock", "relaunch", "releases")
]
# How each page looks, reads and is reached.
LOOKS = [f"tests/browser/test_{name}.py" for name in ("about", "access", "languages", "looks", "still")]
# In the order in which they begin: what takes longest comes early, so that nothing long is left alone at the end.
CHECKS: dict[str, list[list[str]]] = {
    "lint": [["ruff", "check"], ["ruff", "format", "--check"]],
    "types": [["mypy"]],
    "js": [["node", "--test", *sorted(str(one) for one in JS.rglob("*.test.js") if "node_modules" not in one.parts)]],
    "browser": [["pytest", "-q", "--durations=8", "tests/browser", *(f"--ignore={file}" for file in PHONES + LOOKS)]],
    "python": [["pytest", "-q", "--ignore=tests/browser"]],
    "phones": [["pytest", "-q", "--durations=8", *PHONES]],
    "looks": [["pytest", "-q", "--durations=8", *LOOKS]],
    "postgresql": [["pytest", "-q", "--database=postgresql", "tests/web", "tests/faults"]],
    "journeys": [["node", str(JS / "journeys.mjs"), "--count", "400"]],  # without a count: 2,000
}
AT_ONCE = 3  # the browsers' tests wait more than they work


def main() -> None:
    """Everything, or the checks that are named."""
    wanted = sys.argv[1:] or list(CHECKS)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        sys.exit(f"no such check: {', '.join(unknown)} (there are {', '.join(CHECKS)})")
    prepare(wanted)
    with ThreadPoolExecutor(AT_ONCE) as free:
        begun = {name: free.submit(passes, name) for name in CHECKS if name in wanted}
    failed = [name for name, check in begun.items() if not check.result()]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def prepare(wanted: list[str]) -> None:
    """What the checks need: Python ≥ 3.11, Node ≥ 20, the packages of requirements-dev.txt, browsers, PostgreSQL."""
    if sys.version_info < (3, 11):  # noqa: UP036 - it is run by whatever python3 is
        sys.exit("Python 3.11 or newer is needed.")
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    stamp, lists = VENV / "requirements", [ROOT / "requirements-dev.txt", ROOT / "libraries" / "package-lock.json"]
    wanted_packages = "".join(file.read_text() for file in lists)
    if not stamp.exists() or stamp.read_text() != wanted_packages:
        run([str(PYTHON), "-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements-dev.txt"])
        run([str(PYTHON), "-m", "pip", "install", "-q", "--no-deps", "-e", "."])
        stamp.write_text(wanted_packages)
    if shutil.which("node") is None or shutil.which("npm") is None:
        sys.exit("Node 20 or newer, with npm, is needed. Install it and run this again.")
    if not LIBRARY.exists():  # the build places it, and goes on without; the checks do not
        run([str(PYTHON), "-m", "pip", "install", "-q", "--no-deps", "-e", "."])
    if not LIBRARY.exists():
        sys.exit("The libraries in libraries/ could not be fetched. Try: cd libraries && npm ci --ignore-scripts")
    if {"js", "journeys"} & {*wanted}:
        install_node_packages()
    if {"browser", "phones", "looks", "python", "postgresql"} & {*wanted}:
        install_programs()


def install_node_packages() -> None:
    """Exactly the packages of tests/js/package-lock.json."""
    lock, stamp = JS / "package-lock.json", JS / "node_modules" / "installed"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", str(JS)])
        stamp.write_text(lock.read_text())


def install_programs() -> None:
    """Debian's packages where there is apt; elsewhere the browser that Playwright brings, and what is there already.

    PostgreSQL and PgBouncer are started by the tests themselves; that Debian's own services run is not needed.
    """
    if shutil.which("apt-get") is None:
        run([str(PYTHON), "-m", "playwright", "install", "chromium"])
        return
    ask = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *DEBIAN]  # it lists also what was removed
    have = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.splitlines()
    missing = [name for name in DEBIAN if f"{name} installed" not in have]
    if missing:
        apt = [] if os.geteuid() == 0 else ["sudo"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run([*apt, "apt-get", "update", "-qq"], environment)
        install = ["install", "-y", "-qq", "--no-install-recommends", *missing]
        run([*apt, "apt-get", "-o", "DPkg::Lock::Timeout=120", *install], environment)


def passes(name: str) -> bool:
    """Runs one check's commands and says how it went."""
    began = time.monotonic()
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryFile("w+") as output:  # shown whole, not mixed with another's
        codes = [
            subprocess.run(
                command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False, stdout=output, stderr=output
            ).returncode
            for command in CHECKS[name]
        ]
        output.seek(0)
        print(output.read(), end="")
    print(f"== {name}: {'failed' if any(codes) else 'passed'} in {time.monotonic() - began:.0f} s", flush=True)
    return not any(codes)


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Runs a command of the preparation; the whole ends where it fails."""
    print("…", *command, flush=True)
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
