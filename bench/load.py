"""The load generator from Python: its program is compiled into a folder of the run, its requests are written to a file.

What a phone says anew in each request stands as a mark in its body: see load.c.
"""

import json
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ID, N, SEEN, NOW = "\x01I", "\x01N", "\x01S", "\x01T"


@dataclass(slots=True)
class Phone:
    """What one connection sends, again and again; `n` and `seen` go on from run to run."""

    head: str
    body: str = ""
    n: int = 0
    seen: int = 0

    def whole(self) -> bytes:
        """A request without a body, just as it goes out."""
        return (self.head + "\r\n").encode()

    def record(self) -> bytes:
        """As load.c reads it. A head without a body is whole; one with a body gets its Content-Length there."""
        head = (self.head if self.body else self.head + "\r\n").encode()
        body = self.body.encode()
        parts = struct.pack("<QQI", self.n, self.seen, len(head)), head, struct.pack("<I", len(body)), body
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of the generator found. Latencies in µs; `all` counts its warming up too, `requests` does not."""

    requests: int
    all: int
    errors: int
    unanswered: int
    expected: int
    bytes: int
    seconds: float
    elapsed: float
    rate: float
    p50: int
    p95: int
    p99: int
    max: int
    cpu: float
    n: list[int] = field(repr=False)
    seen: list[int] = field(repr=False)


class LoadError(Exception):
    """The generator did not run, or the server answered it with errors."""


def compiled(source: str, folder: Path, *flags: str) -> Path:
    """The program (or library) of a C file of this folder, compiled once a run."""
    made = folder / Path(source).stem
    if not made.exists():
        command = ["cc", "-O2", *flags, "-o", str(made), str(HERE / source)]
        subprocess.run(command, check=True, timeout=120)  # noqa: S603
    return made


def get(path: str, cookie: str = "", **headers: str) -> Phone:
    """A page that is asked for again and again."""
    return Phone(_head("GET", path, cookie, {"Accept-Encoding": "identity", **headers}))


def post(path: str, body: str, cookie: str = "") -> Phone:
    """A JSON body that is posted again and again."""
    return Phone(_head("POST", path, cookie, {"Content-Type": "application/json", "Accept": "application/json"}), body)


def _head(method: str, path: str, cookie: str, headers: dict[str, str]) -> str:
    told = {"Host": "127.0.0.1", **({"Cookie": cookie} if cookie else {}), **headers}
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())


def run(
    folder: Path,
    port: int,
    phones: Sequence[Phone],
    seconds: float,
    *,
    expect: str = "",
    **options: float,
) -> Load:
    """One run against 127.0.0.1; each phone is one connection. `options` are load.c's: rate, warm, most. Raises
    LoadError where any answer was neither 200 nor 201."""
    requests = folder / f"requests-{port}"
    requests.write_bytes(b"".join(phone.record() for phone in phones))
    told = [f"{name}={value}" for name, value in options.items()] + ([f"expect={expect}"] if expect else [])
    command = [str(compiled("load.c", folder)), str(port), str(len(phones)), str(seconds), str(requests)]
    done = subprocess.run(  # noqa: S603
        [*command, *told], capture_output=True, text=True, check=False, timeout=seconds + options.get("warm", 0) + 60
    )
    if done.returncode:
        raise LoadError(done.stderr.strip())
    found: dict[str, Any] = json.loads(done.stdout)
    load = Load(**found)
    for phone, n, seen in zip(phones, load.n, load.seen, strict=False):
        phone.n, phone.seen = n, seen
    if load.errors:
        raise LoadError(f"{load.errors} of {load.all} answers on port {port} were not 200")
    return load
