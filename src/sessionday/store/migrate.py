"""Brings a database to the schema that this release knows: forward only, each step whole or not at all.

Never edits what was applied, and never opens what a newer release made.
"""

import hashlib
import secrets
from dataclasses import dataclass
from importlib.resources import files

from .engine import Engine, Tx
from .errors import NewerDatabase, StoreBusy, StoreError, StoreFailed

FOLDER = files(__package__).joinpath("migrations")
Applied = dict[int, tuple[str, str]]  # by number: name, checksum
COLUMNS = ["number", "name", "checksum", "applied_at"]
MADE = (
    "CREATE TABLE migration ("
    "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"
)
COPIED = "copy"  # the epoch of a database that no server was started on yet


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
    """`may`: whether this process may change the schema of a database that is in use. An empty one, anybody may fill.

    Several may do so at once: each step is taken by one of them, and found done by the others.
    """
    async with engine.snapshot() as tx:
        applied = await _applied(tx)
    may = may or not applied
    while _missing(applied, migrations):
        applied = await _step(engine, migrations, now, may)


async def epoch(engine: Engine, *, serves: bool) -> str:
    """Tells a database from a restored copy of it, so that phones know to offer again what the copy may lack.

    A copy gets its epoch from the first server that is started on it: the same one may be put in place more than once.
    """
    sql = "SELECT value FROM meta WHERE name = 'epoch'"
    rows = await engine.read(sql)
    if not rows or (serves and rows[0][0] == COPIED):
        new = secrets.token_hex(8)
        async with engine.transaction() as tx:
            await tx.run("INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", (new,))
            await tx.run("UPDATE meta SET value = ? WHERE name = 'epoch' AND value = ?", (new, COPIED))
    return str((await engine.read(sql))[0][0])


def _missing(applied: Applied, migrations: list[Migration]) -> list[Migration]:
    _compare(applied, migrations)
    return [migration for migration in migrations if migration.number not in applied]


async def _step(engine: Engine, migrations: list[Migration], now: int, may: bool) -> Applied:
    """Applies the first that is missing, and answers what is applied then."""
    async with engine.transaction() as tx:
        await tx.migrating()
        applied = await _applied(tx)
        missing = _missing(applied, migrations)
        if not missing:
            return applied
        if not may:
            raise StoreError(
                "This database has an older schema, and a running server may have it open. Stop it, "
                "start this release’s server, then try again."
            )
        if not applied:
            await tx.run(MADE)
        await _apply(engine, tx, missing[0], now)
    return {**applied, missing[0].number: (missing[0].name, missing[0].checksum)}


async def _applied(tx: Tx) -> Applied:
    """What was applied already. Raises where the tables that are there were made by another program."""
    tables = await tx.tables()
    if not tables:
        return {}
    if tables.get("migration") != COLUMNS:
        raise StoreError("This is not a Session Day database: it holds tables of another program. Name an empty one.")
    rows = await tx.all("SELECT number, name, checksum FROM migration ORDER BY number")
    return {number: (name, checksum) for number, name, checksum in rows}


def _compare(applied: Applied, migrations: list[Migration]) -> None:
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


async def _apply(engine: Engine, tx: Tx, migration: Migration, now: int) -> None:
    try:
        for statement in engine.statements(migration.script):
            await tx.run(statement)
        await tx.run(
            "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
            (migration.number, migration.name, migration.checksum, now),
        )
    except (StoreFailed, StoreBusy):
        raise
    except Exception as error:
        raise StoreError(f"Migration {migration.number} ({migration.name}) could not be applied: {error}.") from error
