"""Where a database file lies: its URL, what may be wrong with it, who holds it, and putting a finished file in place.

Knows files only: no SQL, no driver. Nothing here ever overwrites or empties what exists.
"""

import asyncio
import fcntl
import os
from pathlib import Path

from .errors import DatabaseInUse, StoreError

HEADER = b"SQLite format 3\0"
COMMAND_SECONDS = 30.0  # how long a server that starts waits for a command that is still at work


def is_postgres(url: str) -> bool:
    """Whether it is no file at all."""
    return url.startswith(("postgresql:", "postgres:"))


def path_of(url: str) -> Path:
    if not url.startswith("sqlite:///") or len(url) == len("sqlite:///"):
        raise StoreError(
            f"‘{url}’ is no database address. Use sqlite:///path/to/file.db, or postgresql://user@host/database."
        )
    return Path(url.removeprefix("sqlite:///")).resolve()  # one file, one lock, by whatever link it is reached


def exists(path: Path) -> bool:
    """Whether there is a database to open; raises where making a new one, or opening this, would be wrong."""
    if not path.parent.is_dir():
        raise StoreError(f"There is no directory {path.parent}. Make it first, or name another place.")
    if not path.exists():
        _refuse_leftovers(path)
        if not os.access(path.parent, os.W_OK):
            raise StoreError(f"The directory {path.parent} can’t be written to by this user.")
        return False
    if not path.is_file():
        raise StoreError(f"{path} is not a file. Name a database file.")
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        raise StoreError(f"{path} is read-only for this user. It and its directory must be writable.")
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise StoreError(
                f"{path} is not a Session Day database. Name another file, or restore a backup in its place."
            )
    return True


def _refuse_leftovers(path: Path) -> None:
    if has_log(path):
        raise StoreError(f"{path} is gone, but its log {path.name}-wal is there. Put the file back.")


class Lock:
    """Says which process may checkpoint and migrate. A server must have it; a command takes it when it is free."""

    def __init__(self, file: int, held: bool) -> None:
        self._file = file
        self.held = held

    @classmethod
    async def take(cls, path: Path, *, server: bool) -> "Lock":
        file = _open(Path(f"{path}.lock"))
        try:
            held = await _wait_for(file, path) if server else _try(file)
            if held:
                os.ftruncate(file, 0)
                os.pwrite(file, f"{'server' if server else 'command'} {os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(file)
            raise
        return cls(file, held)

    def release(self) -> None:
        """The file stays: taking it away would let two processes lock two files of one name."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
        self.held = False


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path} can’t be opened: {error.strerror}.") from error


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _wait_for(file: int, path: Path) -> bool:
    for _ in range(int(COMMAND_SECONDS / 0.1)):
        if _try(file):
            return True
        holder = os.pread(file, 64, 0).decode(errors="replace").split()
        if holder[:1] == ["server"]:
            raise DatabaseInUse(
                f"Another server has {path} open (process {holder[-1]}). Stop it first, or use another database."
            )
        await asyncio.sleep(0.1)
    raise DatabaseInUse(f"A sessionday command is still at work on {path}. Start the server when it is done.")


def publish(made: Path, path: Path) -> None:
    """Gives a finished file its name, for good and never over another."""
    _sync(made)
    try:
        os.link(made, path)
        made.unlink()
    except FileExistsError:
        raise StoreError(f"{path} exists already, and is left as it is. Name a new file.") from None
    except OSError:  # a file system without hard links
        if path.exists():
            raise StoreError(f"{path} exists already, and is left as it is. Name a new file.") from None
        made.rename(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def room_for(path: Path) -> Path:
    """A name beside it that nobody takes for the real one, to make the file under before it is published."""
    if not path.parent.is_dir():
        raise StoreError(f"There is no directory {path.parent}. Make it first, or name another place.")
    if path.exists():
        raise StoreError(f"{path} exists already, and is left as it is. Name a new file.")
    made = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    discard(made)
    return made


def size(path: Path) -> int:
    return path.stat().st_size


def has_log(path: Path) -> bool:
    """Whether its last user did not close it: crashed, or is at work."""
    return Path(f"{path}-wal").exists()


def discard(made: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        Path(f"{made}{end}").unlink(missing_ok=True)
