"""What a server asks of the system, by strace: whether a sync of the disk came before an answer can be seen there."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def traced(pid: int, log: Path, calls: str, *options: str) -> Iterator[None]:
    """While it lasts, these calls of a process and all its threads are written to `log`."""
    command = ["strace", "-f", "-q", *options, "-e", f"trace={calls}", "-o", str(log), "-p", str(pid)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_until_traced(pid)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_traced(pid: int) -> None:
    for _ in range(200):
        states = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        if all("TracerPid:\t0\n" not in state for state in states):
            return
        time.sleep(0.05)
    raise RuntimeError("strace could not attach to the server")
