"""A verified copy of the live database, made while others write. A copy that was not checked is not given its name.

It is a SQLite file whatever the database is: one that a server can be started on.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from . import place
from .engine import Engine
from .migrate import COPIED
from .move import into_file
from .sqlite import Connection, SqliteEngine
from .whole import Whole, check


@dataclass(frozen=True, slots=True)
class Backup:
    path: str
    bytes: int
    sessions: int
    entries: int
    held: int


async def backup(engine: Engine, path: Path) -> Backup:
    made = place.room_for(path)
    try:
        if isinstance(engine, SqliteEngine):
            await engine.copy_into(made)
            made.chmod(0o600)
            found = await _finish(made)
        else:
            async with engine.snapshot() as rows:
                began = (await rows.all("SELECT max(applied_at) FROM migration"))[0][0]
                found = await into_file(rows, made, began)
        place.publish(made, path)
    finally:
        place.discard(made)
    return Backup(str(path), place.size(path), **asdict(found))


async def _finish(made: Path) -> Whole:
    copy = await Connection.open(made, "rw")
    try:
        # A copy is another database: phones that meet it offer again what it may lack.
        await copy.run("UPDATE meta SET value = ? WHERE name = 'epoch'", (COPIED,))
        return await check(copy)
    finally:
        await copy.close()
