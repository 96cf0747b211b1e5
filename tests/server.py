"""A real server in a process of its own: started, killed without warning, and started again over the same database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from tests.databases import databases

PASSPHRASE = "paper boat morning tea"


class Server:
    """`sessionday serve` on a free port of loopback; `ahead` moves its clock."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._clock = folder / "clock"
        self.ahead(0)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = databases.new(folder / "server.db")
        self.environment = {**os.environ, "SESSIONDAY_DATABASE": self.database, "SESSIONDAY_PUBLIC_URL": self.url}
        self.environment["SESSIONDAY_KEYS_FILE"] = str(folder / "server.keys")
        self.environment.update(environment)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def public(self) -> str:
        """The address that people know, which may be a proxy's."""
        return self.environment["SESSIONDAY_PUBLIC_URL"]

    def behind(self, url: str) -> None:
        """Starts again, to be reached at another address."""
        self.stop()
        self.environment["SESSIONDAY_PUBLIC_URL"] = url
        self.start()

    def start(self) -> None:
        """Starts and waits until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.clocked", str(self._clock), str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log()}")

    def ahead(self, ms: int) -> None:
        """Sets the server's clock ahead of the machine's."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(ms))
        new.rename(self._clock)

    def now(self) -> int:
        """What the server's clock shows, in ms."""
        return time.time_ns() // 1_000_000 + int(self._clock.read_text())

    def kill(self) -> None:
        """SIGKILL: no last words."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it in order, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "server.log").read_text()

    def command(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Runs `sessionday … --json` beside the server."""
        done = subprocess.run(
            [sys.executable, "-m", "sessionday", *arguments, "--json"],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def clinic(self) -> str:
        """Maple House in Toronto, with Robin at the desk; its id."""
        clinic = str(
            self.command("clinic", "new", "Maple House", "--tz", "America/Toronto", "--phone", "+1 555 0100")["id"]
        )
        self.command(
            "staff", "add", "robin@example.org", "--name", "Robin Lee", "--clinic", clinic, "--password-stdin",
            stdin=PASSPHRASE + "\n",
        )  # fmt: skip
        return clinic

    def session(self, clinic: str, start: str, client: str = "Sam", protocol: str = "kap-lozenge") -> dict[str, Any]:
        """Sam's session, with Alex who drives and Dr. Osei."""
        made = self.command(
            "session", "new", "--clinic", clinic, "--protocol", protocol, "--client", client,
            "--support", "Alex", "--prescriber", "Dr. Osei", "--start", start,
        )  # fmt: skip
        return {**made, "protocol": protocol}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
