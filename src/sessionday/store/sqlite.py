"""The SQLite engine: the only module that knows the driver. Holds no sentence about sessions or people.

SQLite from 3.7.0 to 3.51.2 can lose the write-ahead log when two connections reset it at once
(sqlite.org/wal.html#walresetbug), and Python often carries 3.40. So exactly one connection anywhere checkpoints: the
one that writes, in the process that holds the lock beside the file. Readers are opened read-only and never do; nor does
a command that writes beside a server.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any, Self, TypeVar, cast
from urllib.parse import quote

import aiosqlite
import orjson

from .engine import ROWS_AT_ONCE, Row, Select, Tx, Work, in_order
from .errors import Conflict, StoreBusy, StoreError, StoreFailed
from .types import News

T = TypeVar("T")
BUSY_MS = 30_000  # how long one process waits for another's transaction
PAGES_IN_LOG = 1_000  # checkpoint then; without it the log grows without bound
READERS = 3
ROWS_A_SENTENCE = 64
PREPARED = 512
CACHE_KB = 65_536  # of the writer: the index pages of the sessions of the day; a reader has an eighth of it
ENDS_THE_WRITER = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOLFS,
}


class SqliteEngine:
    name = "sqlite"
    origin = ""
    to_wipe = False
    reachable = True  # a file is there, or its failure has ended the writer

    def __init__(self, path: Path, writer: "Connection", readers: "list[Connection]", *, checkpoints: bool) -> None:
        self.path = path
        # A server that was killed may have left in the log what it had erased
        self.to_wipe = self._checkpoints = checkpoints
        self.writer = writer
        self._readers = readers
        self._turn = cycle(readers)

    @classmethod
    async def open(cls, path: Path, *, checkpoints: bool, readers: int = READERS, expects: str | None = None) -> Self:
        """`expects`: a table that only our own files have; another program's is refused before anything is changed."""
        opened: list[Connection] = []
        try:
            opened.append(await Connection.open(path, "rw"))
            if expects and not await opened[0].all("SELECT 1 FROM sqlite_schema WHERE name = ?", (expects,)):
                raise StoreError(f"{path} is not a Session Day database. Name another file.")
            await _prepare_writer(opened[0], checkpoints)
            for _ in range(readers):
                # Opened one after another: each must find the log's index that the writer keeps.
                opened.append(await Connection.open(path, "ro"))
        except BaseException:
            for connection in reversed(opened):
                await connection.close()
            raise
        return cls(path, opened[0], opened[1:], checkpoints=checkpoints)

    @property
    def epoch(self) -> str:
        return self.origin

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        # One sentence is one snapshot. Cancelled, it still ends on its own thread; the next in line waits for it there.
        return await next(self._turn).all(sql, args)

    async def select(self, columns: str, rest: str, args: Sequence[Any] = ()) -> list[Row]:
        return await next(self._turn).select(columns, rest, args)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """For the writer task alone: two tasks on one connection would share one transaction."""
        await self.writer.run("BEGIN IMMEDIATE")
        try:
            yield self.writer
            await self.writer.run("COMMIT")
        except BaseException:
            # A full disk or an I/O error has rolled back by itself already, and a second ROLLBACK fails.
            if self.writer.in_transaction:
                await self.writer.run("ROLLBACK")
            raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Tx]:
        """The whole database as it is at one moment, whatever others write meanwhile."""
        connection = await Connection.open(self.path, "ro")
        try:
            await connection.run("BEGIN")
            yield connection
        finally:
            await connection.close()

    async def announce(self, tx: Tx, news: News) -> None:
        """There is nobody else: one server holds the file."""

    async def listen(self, heard: Callable[[News | None], None]) -> None:
        """Nobody else writes entries; a command's clinics and seats are read when they are asked for."""

    async def wipe(self) -> None:
        """Empties the log, which still holds what was there before. Not while somebody reads an older state:
        nobody waits for them, it is tried again."""
        if not self._checkpoints:
            return
        await self.writer.run("PRAGMA busy_timeout = 0")
        try:
            busy = (await self.writer.all("PRAGMA wal_checkpoint(TRUNCATE)"))[0][0]
        except StoreBusy:
            busy = 1
        finally:
            await self.writer.run(f"PRAGMA busy_timeout = {BUSY_MS}")
        self.to_wipe = bool(busy)

    def statements(self, script: str) -> Iterator[str]:
        """Never executescript: it commits first, and what came before it can't be rolled back any more."""
        statement = ""
        for piece in script.split(";"):
            statement += piece + ";"
            if sqlite3.complete_statement(statement) and statement.strip() != ";":
                yield statement.strip()
                statement = ""

    async def copy_into(self, path: Path) -> None:
        """A consistent copy, made by a connection of its own while others write."""
        source = await Connection.open(self.path, "ro")
        try:
            await source.run("VACUUM INTO ?", (str(path),))
        finally:
            await source.close()

    async def quick_check(self) -> None:
        """After a crash: better not to start than to add to a damaged record."""
        said = (await self.writer.all("PRAGMA quick_check(1)"))[0][0]
        if said != "ok":
            raise StoreFailed(f"The database {self.path} is damaged: {said}.")

    async def close(self) -> None:
        """The writer last: it is the one that may fold the log into the file."""
        for connection in [*self._readers, self.writer]:
            await connection.close()


class Connection:
    """One connection on a thread of its own. Its errors are this package's."""

    for_update = alone = ""

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self._driver = driver

    @classmethod
    async def open(cls, path: Path, mode: str) -> Self:
        with spoken(path):
            driver = await aiosqlite.connect(
                f"file:{quote(str(path))}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_MS / 1000,
                cached_statements=PREPARED,
            )
        connection = cls(driver)
        try:
            await connection.run(f"PRAGMA wal_autocheckpoint = {0 if mode == 'ro' else PAGES_IN_LOG}")
            await connection.run(f"PRAGMA cache_size = -{CACHE_KB // 8 if mode == 'ro' else CACHE_KB}")
            await connection.run("PRAGMA trusted_schema = OFF")
            await connection.run("PRAGMA foreign_keys = ON")
            await connection.all("SELECT count(*) FROM sqlite_schema")  # a file that is no database says so here
        except BaseException:
            await connection.close()
            raise
        return connection

    @property
    def in_transaction(self) -> bool:
        return self._driver.in_transaction

    async def all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        with spoken():
            return list(await self._driver.execute_fetchall(sql, args))

    async def run(self, sql: str, args: Sequence[Any] = ()) -> int:
        with spoken():
            return (await self._driver.execute(sql, args)).rowcount

    async def select(self, columns: str, rest: str, args: Sequence[Any] = ()) -> list[Row]:
        """The same as `all`, for text and numbers, in no certain order: see `in_one_row`."""
        rows = await self.all(in_one_row(columns, rest), args)
        found: list[Row] = orjson.loads(rows[0][0])
        return found

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        for sentence, args in widened(sql, [*rows]):
            await self.run(sentence, args)

    async def work(self, work: Work[T]) -> T:
        """All of it in one turn of this connection's thread, while the loop serves others. aiosqlite has no public way
        to run several sentences in a turn; each alone would wait for the loop in between."""
        with spoken():
            found: T = await self._driver._execute(self._worked, work)  # type: ignore[no-untyped-call]
            return found

    def _worked(self, work: Work[T]) -> T:
        execute = self._driver._conn.execute
        found: list[Row] | None = None  # what a generator is sent first
        while True:
            try:
                sentence = work.send(found)  # type: ignore[arg-type]
            except StopIteration as end:
                return cast(T, end.value)
            if isinstance(sentence, Select):
                found = orjson.loads(execute(in_one_row(sentence.columns, sentence.rest), sentence.args).fetchone()[0])
            else:
                found = []
                for sql, args in widened(*sentence):
                    execute(sql, args)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone alone. One level deep is all that anybody needs."""
        await self.run("SAVEPOINT alone")
        try:
            yield
        except BaseException:
            if not self.in_transaction:  # SQLite gave up the whole of it: going on would commit each sentence by itself
                raise StoreFailed("The database gave up a transaction half-way.") from None
            await self.run("ROLLBACK TO alone")
            await self.run("RELEASE alone")
            raise
        await self.run("RELEASE alone")

    async def tables(self) -> dict[str, list[str]]:
        """Each with its columns, after those that it points at."""
        of = "FROM sqlite_schema m JOIN {}(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY 1"
        columns = await self.all(f"SELECT m.name, p.name {of.format('pragma_table_info')}, p.cid")
        return in_order(columns, await self.all(f'SELECT m.name, p."table" {of.format("pragma_foreign_key_list")}'))

    async def stream(self, sql: str) -> AsyncIterator[list[Row]]:
        """What a sentence finds, some at a time, however much it is."""
        with spoken():
            async with self._driver.execute(sql) as cursor:
                while rows := await cursor.fetchmany(ROWS_AT_ONCE):
                    yield [*rows]

    async def fill(self, table: str, columns: list[str], rows: list[Row]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        await self.many(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608

    @asynccontextmanager
    async def unguarded(self) -> AsyncIterator[None]:
        """Without triggers: a copy takes rows as they are, also what nobody may write any more."""
        guards = await self.all("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
        for name, _ in guards:
            await self.run(f"DROP TRIGGER {name}")
        yield
        for _, sql in guards:
            await self.run(sql)

    async def migrating(self) -> None:
        """BEGIN IMMEDIATE keeps all others out already."""

    async def damage(self) -> str | None:
        """What is wrong with the file itself, if anything."""
        said = (await self.all("PRAGMA integrity_check(1)"))[0][0]
        if said != "ok":
            return str(said)
        broken = await self.all("PRAGMA foreign_key_check")
        return f"{broken[0][0]} points at what isn’t there" if broken else None

    async def close(self) -> None:
        with suppress(sqlite3.Error):
            await asyncio.shield(self._driver.close())


async def _prepare_writer(writer: Connection, checkpoints: bool) -> None:
    await writer.run(f"PRAGMA wal_autocheckpoint = {PAGES_IN_LOG if checkpoints else 0}")
    await writer.all("PRAGMA journal_mode = WAL")
    await writer.run("PRAGMA synchronous = FULL")
    await writer.all("PRAGMA secure_delete = ON")  # what is deleted is overwritten, so that what is erased is gone
    mode = (await writer.all("PRAGMA journal_mode"))[0][0]
    synchronous = (await writer.all("PRAGMA synchronous"))[0][0]
    if (mode, synchronous) != ("wal", 2):
        raise StoreError(
            f"This disk can’t keep the promise that stored means stored (journal {mode}, synchronous {synchronous}; "
            "wanted wal and 2). Put the database on a local disk."
        )


@lru_cache(maxsize=1024)
def in_one_row(columns: str, rest: str) -> str:
    """A SELECT that answers in one row of JSON. Each row costs a change of hands between this thread and the loop's,
    and while the loop is busy it gives the interpreter up but every few milliseconds."""
    return f"SELECT json_group_array(json_array({columns})) {rest}"


def widened(sql: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """Sentences that take many rows each, with their arguments, for the same reason."""
    for start in range(0, len(rows), ROWS_A_SENTENCE):
        some = rows[start : start + ROWS_A_SENTENCE]
        yield _wide(sql, len(some)), [value for row in some for value in row]


@lru_cache(maxsize=1024)
def _wide(sql: str, rows: int) -> str:
    before, values, rest = sql.partition("VALUES ")
    depth = 0
    for end, letter in enumerate(rest, start=1):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return before + values + ", ".join([rest[:end]] * rows) + rest[end:]
    raise ValueError(f"no row of values in {sql}")


@contextmanager
def spoken(path: Path | None = None) -> Iterator[None]:
    """The driver's errors in this package's words: the end of the writer, busy, a broken rule; a bug stays as it is."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF  # the rest of the code is detail
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy("The database is busy with another program. Try again in a moment.") from error
        if kind == sqlite3.SQLITE_CONSTRAINT:
            raise Conflict(f"The database refused it: {error}.") from error
        if kind in ENDS_THE_WRITER:
            where = f" of {path}" if path else ""
            raise StoreFailed(f"The database{where} failed: {error} ({error.sqlite_errorname}).") from error
        raise
