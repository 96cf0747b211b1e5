"""A database copied into another, of the same kind or not: row by row, and proven before it counts as one.

Everything happens in one transaction of the new one, or under a name that nobody takes for a database: what fails or is
killed half-way leaves nothing that looks whole. Which tables and columns there are, is asked of the schema.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from . import migrate, place
from .engine import Tx
from .errors import DatabaseInUse, StoreError
from .place import Lock
from .postgres import PostgresEngine, hidden
from .sqlite import SqliteEngine
from .whole import Said, Whole, check

KEPT = "migration"  # says how the new database was made, not what is in it


async def move(source: str, target: str, *, now: int, said: Said = lambda words: None) -> Whole:
    """Copies `source` into `target`, which must be new or empty. Every server must have been stopped.

    The new one gets an epoch of its own: phones that meet it offer again what it may lack.
    """
    if place.is_postgres(target):
        async with _source(source, now) as rows:
            return await _into_postgres(rows, target, now, said)
    path = place.path_of(target)
    made = place.room_for(path)
    try:
        async with _source(source, now) as rows:
            found = await into_file(rows, made, now, said)
        place.publish(made, path)
    finally:
        place.discard(made)
    return found


async def into_file(source: Tx, made: Path, now: int, said: Said = lambda words: None) -> Whole:
    """Makes a new SQLite file of all that `source` holds; answers what was found in it."""
    made.touch(0o600)  # noqa: ASYNC240 - a name, no content
    engine = await SqliteEngine.open(made, checkpoints=True, readers=1)
    try:
        await migrate.migrate(engine, migrate.known(engine.name), now=now, may=True)
        async with engine.transaction() as tx:
            return await _filled(source, tx, said)
    finally:
        await engine.close()


async def _into_postgres(source: Tx, target: str, now: int, said: Said) -> Whole:
    engine = await PostgresEngine.open(target)
    try:
        await migrate.migrate(engine, migrate.known(engine.name), now=now, may=False)
        async with engine.transaction() as tx:
            await tx.migrating()  # it takes its time, and nobody else may fill it meanwhile
            await _refuse_unless_empty(tx, hidden(target))
            return await _filled(source, tx, said)
    finally:
        await engine.close()


@asynccontextmanager
async def _source(url: str, now: int) -> AsyncIterator[Tx]:
    """All of a database at one moment; raises where a server is at work on it."""
    if place.is_postgres(url):
        async with _postgres_source(url, now) as rows:
            yield rows
        return
    path = place.path_of(url)
    if not place.exists(path):
        raise StoreError(f"There is no database {path}.")
    lock = await Lock.take(path, server=True)
    try:
        engine = await SqliteEngine.open(path, checkpoints=True, expects=KEPT)
        try:
            await migrate.migrate(engine, migrate.known(engine.name), now=now, may=True)
            async with engine.snapshot() as rows:
                yield rows
        finally:
            await engine.close()
    finally:
        lock.release()


@asynccontextmanager
async def _postgres_source(url: str, now: int) -> AsyncIterator[Tx]:
    engine = await PostgresEngine.open(url)
    try:
        async with engine.snapshot() as rows:
            if not await rows.tables():
                raise StoreError(f"{hidden(url)} holds nothing that could be moved.")
        await migrate.migrate(engine, migrate.known(engine.name), now=now, may=False)
        if servers := await engine.servers():
            raise DatabaseInUse(f"{servers} server processes have {hidden(url)} open. Stop them first.")
        async with engine.snapshot() as rows:
            yield rows
    finally:
        await engine.close()


async def _refuse_unless_empty(target: Tx, name: str) -> None:
    for table in await target.tables():
        if table not in (KEPT, "meta") and await target.all(f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
            raise StoreError(f"{name} is not empty, and is left as it is. Name a new database.")


async def _filled(source: Tx, target: Tx, said: Said) -> Whole:
    """Fills a new database, proves it, and makes it one of its own."""
    theirs = await source.tables()
    tables = {table: columns for table, columns in (await target.tables()).items() if table != KEPT}
    for table, columns in tables.items():
        if sorted(theirs.get(table, [])) != sorted(columns):
            raise StoreError(
                f"The two databases have not the same columns in {table}. Start the server on the old one."
            )
    async with target.unguarded():
        await target.run("DELETE FROM meta")
        for table, columns in tables.items():
            await _copy(source, target, table, columns, said)
    await target.run("UPDATE meta SET value = ? WHERE name = 'epoch'", (migrate.COPIED,))
    return await check(target, said)


async def _copy(source: Tx, target: Tx, table: str, columns: list[str], said: Said) -> None:
    # In the order of its key, which the first columns are: an index is filled far faster so.
    order = ", ".join(str(number) for number in range(1, min(3, len(columns)) + 1))
    sql = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"  # noqa: S608
    given = Sum()
    async for rows in source.stream(sql):
        await target.fill(table, columns, rows)
        given.add(rows)
        said(f"copied {given.rows:,} rows of {table}")
    taken = Sum()
    async for rows in target.stream(sql):
        taken.add(rows)
    if (given.rows, given.sum) != (taken.rows, taken.sum):
        raise StoreError(f"The copy of {table} is not what was read ({given.rows} rows), and was thrown away.")


class Sum:
    """What rows come to, in whatever order a database sorts them."""

    def __init__(self) -> None:
        self.rows = self.sum = 0

    def add(self, rows: list[Sequence[object]]) -> None:
        for row in rows:
            self.rows += 1
            self.sum += int.from_bytes(hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest())
