"""Brings a database to the schema that this release knows: forward only, each step whole or not at all.

Never edits what was applied, and never opens what a newer release made.
"""

import hashlib
import secrets
from dataclasses import dataclass
from importlib.resources import files

from .engine import Engine
from .errors import NewerDatabase, StoreError, StoreFailed

FOLDER = files(__package__).joinpath("migrations")


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    script: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.script.encode()).hexdigest()


def known(engine: str) -> list[Migration]:
    """`NNNN_words.sql` in order, each followed by `NNNN_words.<engine>.sql` where one database needs more."""
    names = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".sql"))
    found = []
    for name in (name for name in names if name.count(".") == 1):
        script = FOLDER.joinpath(name).read_text("utf-8")
        own = FOLDER.joinpath(name.replace(".sql", f".{engine}.sql"))
        number, words = name.removesuffix(".sql").split("_", 1)
        found.append(Migration(int(number), words, script + (own.read_text("utf-8") if own.is_file() else "")))
    return found


async def migrate(engine: Engine, migrations: list[Migration], *, now: int, may: bool) -> None:
    """`may`: whether this process holds the lock. A schema is never changed under a server that is running."""
    applied = await _applied(engine)
    _compare(applied, migrations)
    missing = [migration for migration in migrations if migration.number not in applied]
    if missing and not may:
        raise StoreError("A running server has this database open with an older schema. Stop it, then try again.")
    for migration in missing:
        await _apply(engine, migration, now)


async def epoch(engine: Engine) -> str:
    """Tells a database from a restored copy of it, so that phones know to offer again what the copy may lack."""
    rows = await engine.read("SELECT value FROM meta WHERE name = 'epoch'")
    if not rows:
        async with engine.transaction() as tx:
            await tx.run("INSERT INTO meta (name, value) VALUES ('epoch', ?)", (new_epoch(),))
        return await epoch(engine)
    return str(rows[0][0])


def new_epoch() -> str:
    return secrets.token_hex(8)


async def _applied(engine: Engine) -> dict[int, tuple[str, str]]:
    async with engine.transaction() as tx:
        await tx.run(
            "CREATE TABLE IF NOT EXISTS migration ("
            "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
            " applied_at BIGINT NOT NULL)"
        )
        rows = await tx.all("SELECT number, name, checksum FROM migration ORDER BY number")
    return {number: (name, checksum) for number, name, checksum in rows}


def _compare(applied: dict[int, tuple[str, str]], migrations: list[Migration]) -> None:
    newest, ours = max(applied, default=0), max(migration.number for migration in migrations)
    if newest > ours:
        raise NewerDatabase(
            f"This database was made by a newer Session Day (schema {newest}; this one knows {ours}). "
            "Start the newer version, or restore a backup made before the upgrade."
        )
    for migration in migrations:
        if migration.number in applied and applied[migration.number][1] != migration.checksum:
            raise StoreError(
                f"This database was made with another migration {migration.number} ({applied[migration.number][0]}) "
                "than this Session Day has. Start the version that made it; a released migration never changes."
            )


async def _apply(engine: Engine, migration: Migration, now: int) -> None:
    try:
        async with engine.transaction() as tx:
            for statement in engine.statements(migration.script):
                await tx.run(statement)
            await tx.run(
                "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                (migration.number, migration.name, migration.checksum, now),
            )
    except StoreFailed:
        raise
    except Exception as error:
        raise StoreError(f"Migration {migration.number} ({migration.name}) could not be applied: {error}.") from error
