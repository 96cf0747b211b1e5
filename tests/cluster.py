"""A throw-away PostgreSQL of Debian's package: real processes, data in memory where there is a tmpfs, and fsync on.

For tests and measurements. It can be killed without warning, followed by a standby, and the standby promoted.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from sessionday.store import Store

USER = "sessionday"
TEMPLATE = "made_once"
SECONDS = 60  # no step of it may take longer
STILL_THERE = "pre-existing shared memory block"


class Cluster:
    """One PostgreSQL server on a Unix socket, and on 127.0.0.1 where `tcp`. A `with` block stops it at its end."""

    def __init__(self, *, tcp: bool = False, settings: Sequence[str] = ()) -> None:
        self.folder = _folder()
        self.port = free_port()
        self._tcp = tcp
        self._settings = [*settings]
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def new(cls, *, tcp: bool = False, settings: Sequence[str] = ()) -> "Cluster":
        """An empty one that runs. `settings` as in postgresql.conf: "max_connections = 50"."""
        made = cls(tcp=tcp, settings=settings)
        try:
            made.run(
                "initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D", made.data
            )
            with Path(made.data, "pg_hba.conf").open("a") as file:
                file.write("local replication all trust\nhost replication all 127.0.0.1/32 trust\n")
            made.start()
        except BaseException:
            made.stop()
            raise
        return made

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Starts and waits until it answers."""
        given = [
            "listen_addresses = '127.0.0.1'" if self._tcp else "listen_addresses = ''",
            f"port = {self.port}",
            f"unix_socket_directories = '{self.folder}'",
            "wal_level = replica",
            "max_connections = 200",
            "log_min_messages = warning",
            "dynamic_shared_memory_type = mmap",  # in its own folder, so that a kill leaves nothing behind
            "autovacuum_naptime = 5s",
            *self._settings,
        ]
        with Path(self.data, "postgresql.auto.conf").open("a") as file:
            file.write("\n".join([*given, ""]))
        deadline = time.monotonic() + SECONDS
        while not self._started():
            # The last of those that were killed is still going, and its memory with it.
            dying = STILL_THERE in self.log() and time.monotonic() < deadline
            assert dying, f"PostgreSQL did not start:\n{self.log()}"
            time.sleep(0.2)

    def _started(self) -> bool:
        """Starts it once; whether it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(_program("postgres")), "-D", self.data],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user(),
            )
        return self._answers()

    def database(self, *, empty: bool = False) -> str:
        """The URL of a new database with the schema of this release; `empty`: without any."""
        if not empty and not self._there(TEMPLATE):
            self.sql(f"CREATE DATABASE {TEMPLATE}")
            _migrate(self.url(TEMPLATE))
        name = f"day{next(self._names)}"
        self.sql(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {TEMPLATE}"))
        return self.url(name)

    def url(self, database: str) -> str:
        if self._tcp:
            return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{USER}@/{database}?host={quote(str(self.folder), safe='')}&port={self.port}"

    def drop(self, url: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def sql(self, sentence: str, database: str = "postgres") -> list[str]:
        """Around the store, as the database's owner; a line a row, columns parted by `|`."""
        return self.run("psql", "-h", str(self.folder), "-p", str(self.port), "-U", USER, "-d", database, "-XqAt",
                        "-v", "ON_ERROR_STOP=1", "-c", sentence).splitlines()  # fmt: skip

    def standby(self, *, settings: Sequence[str] = ()) -> "Cluster":
        """A copy that follows this one, named `standby` there. (`synchronous_standby_names` is the caller's to set.)"""
        made = Cluster(tcp=self._tcp, settings=[*settings, *_follows(self)])
        try:
            made.run("pg_basebackup", "-h", str(self.folder), "-p", str(self.port), "-U", USER, "-D", made.data, "-R",
                     "-X", "stream", "--no-sync", "--checkpoint=fast")  # fmt: skip
            made.start()
        except BaseException:
            made.stop()
            raise
        return made

    def promote(self) -> None:
        """Makes a standby a primary, and waits until it is one."""
        self.run("pg_ctl", "promote", "-w", "-D", self.data)

    def kill(self) -> None:
        """SIGKILL to all of it at once: no last words, no last checkpoint."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # it must not start anew what dies first
        for process in [*_children(self._process.pid), self._process.pid]:
            os.kill(process, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it, if it still runs, and takes its data away."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def run(self, program: str, *arguments: str) -> str:
        """Runs one of PostgreSQL's own programs and returns what it said."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(_program(program)), *arguments], capture_output=True, text=True, timeout=SECONDS, check=False,
            cwd=self.folder, **as_user(),
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}{done.stdout}"
        return done.stdout

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *exit: object) -> None:
        self.stop()

    def _there(self, database: str) -> bool:
        return bool(self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"))

    def _answers(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self.sql("SELECT 1")
            except AssertionError:
                time.sleep(0.05)
            else:
                return True
        return False


def name_of(url: str) -> str:
    """The database that a URL names."""
    found = re.search(r"//[^/]*/(\w+)", url)
    assert found, url
    return found[1]


def versions() -> list[Path]:
    """Where the programs of each installed version lie, the newest last."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def _program(name: str) -> Path:
    found = [folder / name for folder in versions() if (folder / name).exists()]
    other = shutil.which(name)
    if not found and not other:
        raise AssertionError(f"There is no {name}. Install PostgreSQL: apt-get install postgresql")
    return found[-1] if found else Path(str(other))


def _folder() -> Path:
    """In memory where there is a tmpfs: what is synced is synced, and costs nothing."""
    memory = Path("/dev/shm")
    room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    made = Path(tempfile.mkdtemp(prefix="sessionday-", dir=memory if room else None))
    if os.geteuid() == 0:
        shutil.chown(made, "postgres", "postgres")
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_user() -> dict[str, Any]:
    """PostgreSQL refuses to be root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def _follows(primary: Cluster) -> list[str]:
    host = f"host={primary.folder} port={primary.port} user={USER} application_name=standby"
    return [f"primary_conninfo = '{host}'", "hot_standby = on", "wal_retrieve_retry_interval = 200ms"]


def _children(parent: int) -> list[int]:
    """Each of them leads a group of its own, so that there is no other way to find them all."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # gone since
            continue
        if int(fields[1]) == parent:
            found.append(int(file.parent.name))
    return found


def _migrate(url: str) -> None:
    """On a thread: whoever asks may have a loop of its own."""
    failed: list[BaseException] = []

    async def made() -> None:
        await (await Store.open(url, now=0)).close()

    def work() -> None:
        try:
            asyncio.run(made())
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=work)
    thread.start()
    thread.join(SECONDS)
    if failed:
        raise failed[0]
