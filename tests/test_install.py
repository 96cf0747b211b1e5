"""A newcomer's first minutes: an empty environment, a folder somewhere else, and the demo runs."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

from tests.server import free_port

ROOT = Path(__file__).resolve().parents[1]


def test_installed_into_an_empty_environment_the_demo_runs_from_another_folder(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT)], check=True, capture_output=True, text=True, timeout=240)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    port = str(free_port())
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SESSIONDAY_"))}
    with subprocess.Popen(
        [str(python.parent / "sessionday"), "demo", "--port", port, "--json"],
        cwd=elsewhere, env=environment, stdout=subprocess.PIPE, text=True,
    ) as demo:  # fmt: skip
        try:
            assert demo.stdout is not None
            told = json.loads(demo.stdout.readline())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/j", timeout=10) as page:
                assert b"Open your page" in page.read()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sw.js", timeout=10) as worker:
                told_of = worker.read()
            assert b"const BUILD" in told_of
            assert b"/vendor/qr/decode.js" in told_of, "the build fetched what reads square codes"
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(15)
    assert len(told["sessions"]) >= 8
    assert list(elsewhere.iterdir()) == []
    assert sys.version_info >= (3, 11)
