"""Servers that are measured: each a process (or a few) of its own, and what it took of processor and memory."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TICK = 1 / os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Server:
    """A command that listens on `port`; `{port}` in it is replaced. Started with `with`, and gone after it."""

    def __init__(self, command: Sequence[str], folder: Path, *, name: str = "server", **environment: str) -> None:
        self.port = free_port()
        self.name = name
        self._command = [part.replace("{port}", str(self.port)) for part in command]
        self._folder = folder
        self._log = folder / f"{name}-{self.port}.log"
        self._environment = {name: value.replace("{port}", str(self.port)) for name, value in environment.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None  # noqa: S101
        return self._process.pid

    def __enter__(self) -> Self:
        allow_many_files()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(HERE / "peers"), **self._environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                time.sleep(0.3)  # whoever forks may listen before all of its workers are there
                return self
            time.sleep(0.05)
        said = self._log.read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"{self.name} did not start: {' '.join(self._command)}\n{said}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it in order, or else at once; nothing of its process group is left."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def cpu(self) -> float:
        """Processor seconds that it and its children have taken so far."""
        return sum(_stat(pid)[0] for pid in family(self.pid))

    def memory(self) -> int:
        """Bytes that it and its children hold."""
        return sum(_stat(pid)[1] for pid in family(self.pid))

    def log(self) -> str:
        """What it has printed."""
        return self._log.read_text(errors="replace")


def ours(database: str, folder: Path, *, name: str = "ours", **environment: str) -> Server:
    """`sessionday serve` over a database URL, with keys that lie in `folder`."""
    return Server(
        [sys.executable, "-m", "sessionday", "serve", "--port", "{port}", "--database", database],
        folder,
        name=name,
        SESSIONDAY_KEYS_FILE=str(folder / "keys"),
        SESSIONDAY_PUBLIC_URL="http://127.0.0.1:{port}",
        **environment,
    )


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def _stat(pid: int) -> tuple[float, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) * TICK, int(fields[21]) * PAGE


def allow_many_files() -> None:
    """5,000 listeners are 5,000 files on both sides."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
