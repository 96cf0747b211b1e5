"""One connection to PostgreSQL: the only module that knows the driver. Its errors leave it as this package's own.

Behind a pooler in transaction mode nothing outlives a transaction: no prepared statement, no setting, no lock. (A read
needs none: the driver ends what it began with one sync, and until then the pooler leaves it on one server.)
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Self, TypeVar, cast

try:
    import asyncpg  # type: ignore[import-untyped]
except ImportError:  # an extra: whoever keeps to SQLite does without
    asyncpg = None

from .engine import ROWS_AT_ONCE, Collision, Row, Select, Work, in_order
from .errors import Conflict, StoreBusy, StoreError, StoreFailed

T = TypeVar("T")
PATIENCE = 20.0  # seconds for one sentence, a lock's wait included; a COMMIT waits for the standby
WORTH_COPYING = 8  # rows: COPY takes them in less than half the time of as many INSERTs
PLAIN = re.compile(r"INSERT INTO (?P<table>\w+) \((?P<columns>[\w, ]+)\) VALUES \([?, ]+\)")
CONNECTING = 3.0  # seconds for one host; a dead one must not use up the others' time
MIGRATING = 7_411_720_260  # an advisory lock's name, in this database alone
SERVER = "sessionday server"  # what a server's listener is called in pg_stat_activity
# A node that dies without a word must not keep its locks. And a warning that a commit gave up on the standby is heard.
SETTINGS = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s", "client_min_messages": "warning"}
DIRECT = {"jit": "off", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}

AWAY = "The database can’t be reached right now. Nothing was acknowledged; try again in a moment."
BUSY = "The database is busy with something else. Nothing was acknowledged; try again in a moment."
UNKNOWN = "The database did not say whether this was stored. Offer it again: what is there is told as a duplicate."


@dataclass(frozen=True, slots=True)
class Place:
    """Which database answered: a cluster, a database in it, and how often the cluster was promoted or restored."""

    system: int
    database: int
    timeline: int


class Connection:
    """`lost` says that it is of no more use, since there is nobody at its other end."""

    for_update = " FOR NO KEY UPDATE"  # a plain FOR UPDATE would also wait for whoever points at the row
    alone = " FOR UPDATE"

    def __init__(self, driver: Any, *, pooled: bool) -> None:
        self._driver = driver
        self._pooled = pooled
        self._begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        self._warned = ""
        self.lost = False
        self.left = False  # by somebody who did not wait for an answer, which would then be taken for the next one's
        self.patience: float | None = PATIENCE
        self.place: Place | None = None

    @classmethod
    async def open(cls, url: str, *, pooled: bool, listens: bool = False) -> Self:
        if asyncpg is None:
            raise StoreError("PostgreSQL needs one more package. Install it: pip install 'sessionday[postgres]'")
        named = {"application_name": SERVER if listens else "sessionday"}
        given: dict[str, Any] = {"server_settings": {**SETTINGS, **DIRECT, **named}, "statement_cache_size": 256}
        if pooled:
            given = {"statement_cache_size": 0}
        with spoken(url=url):
            driver = await asyncpg.connect(url, timeout=CONNECTING, max_cacheable_statement_size=0, **given)
        link = cls(driver, pooled=pooled)
        driver.add_log_listener(link._note)
        return link

    async def meet(self) -> Place:
        """Which database this is; raises where what it says is stored may be lost with the power."""
        row = (await self.all(WHO))[0]
        recovering, encoding, fsync, pages, commit, system, database, timeline = row
        if recovering:
            raise StoreBusy(AWAY) from StoreError("only a standby answers, which takes nothing")
        if encoding != "UTF8":
            raise StoreError(
                f"This database holds text as {encoding}. Make one with UTF8: createdb -E UTF8 -T template0 …"
            )
        if (fsync, pages) != ("on", "on"):
            raise StoreError(
                f"This PostgreSQL can’t keep the promise that stored means stored (fsync {fsync}, full_page_writes "
                f"{pages}; wanted on and on). Set both in postgresql.conf."
            )
        settings = dict(SETTINGS) if self._pooled else {}
        if commit in ("off", "local"):
            settings["synchronous_commit"] = "on"
        self._begin += "".join(f"; SET LOCAL {name} = '{value}'" for name, value in settings.items())
        self.place = Place(system, database, timeline)
        return self.place

    async def begin(self) -> None:
        self.patience = PATIENCE
        await self.run(self._begin)

    async def commit(self) -> None:
        """A COMMIT that gave up on the standby says so in a warning, and must not be told as stored."""
        self._warned = ""
        try:
            said = await self._driver.execute("COMMIT", timeout=self.patience)
        except (*GONE, asyncpg.PostgresError) as error:
            self.lost = True
            raise StoreBusy(UNKNOWN) from error
        if said != "COMMIT":
            raise StoreError("The database undid a transaction that should have been committed.")
        if self._warned:
            self.lost = True
            raise StoreBusy(f"{UNKNOWN} ({self._warned})")

    async def rolled_back(self) -> bool:
        try:
            if self._driver.is_in_transaction():
                await self._driver.execute("ROLLBACK", timeout=PATIENCE)
        except (*GONE, asyncpg.PostgresError):
            self.lost = True
        return not self.lost

    async def all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        with spoken(self):
            return cast("list[Row]", await self._driver.fetch(numbered(sql), *args, timeout=self.patience))

    async def work(self, work: Work[T]) -> T:
        """Sentence by sentence: the driver speaks to the server from the loop itself."""
        found: list[Row] | None = None  # what a generator is sent first
        while True:
            try:
                sentence = work.send(found)  # type: ignore[arg-type]
            except StopIteration as end:
                return cast(T, end.value)
            if isinstance(sentence, Select):
                found = await self.all(f"SELECT {sentence.columns} {sentence.rest}", sentence.args)
            else:
                found = []
                await self.many(*sentence)

    async def run(self, sql: str, args: Sequence[Any] = ()) -> int:
        with spoken(self):
            said = await self._driver.execute(numbered(sql) if args else sql, *args, timeout=self.patience)
        return int(number) if (number := said.rpartition(" ")[2]).isdigit() else 0

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        rows = [*rows]
        if len(rows) >= WORTH_COPYING and (plain := PLAIN.fullmatch(sql)):
            await self.fill(plain["table"], plain["columns"].split(", "), rows)
            return
        with spoken(self):
            await self._driver.executemany(numbered(sql), rows, timeout=self.patience)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone alone. One level deep is all that anybody needs."""
        await self.run("SAVEPOINT alone")
        try:
            yield
        except BaseException:
            if not self.lost:
                await self.run("ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone")
            raise
        await self.run("RELEASE SAVEPOINT alone")

    async def tables(self) -> dict[str, list[str]]:
        """Each of this schema with its columns, after those that it points at."""
        return in_order(await self.all(COLUMNS), await self.all(REFERENCES))

    async def stream(self, sql: str) -> AsyncIterator[list[Row]]:
        """What a sentence finds, some at a time, however much it is. Inside a transaction."""
        name = f"reading_{secrets.token_hex(4)}"
        await self.run(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}")
        while rows := await self.all(f"FETCH FORWARD {ROWS_AT_ONCE} FROM {name}"):
            yield rows
        await self.run(f"CLOSE {name}")

    async def fill(self, table: str, columns: list[str], rows: list[Row]) -> None:
        with spoken(self):
            await self._driver.copy_records_to_table(table, columns=columns, records=rows, timeout=self.patience)

    @asynccontextmanager
    async def unguarded(self) -> AsyncIterator[None]:
        """Without triggers, but for those of what points at other rows: a copy takes rows as they are, also what nobody
        may write any more."""
        tables = list(await self.tables())
        for table in tables:
            await self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            await self.run(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    async def migrating(self) -> None:
        """Waits for whoever else brings the schema forward, and keeps others waiting until this transaction ends."""
        self.patience = None
        await self.run("SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        await self.all("SELECT pg_advisory_xact_lock(CAST(? AS BIGINT))", (MIGRATING,))

    async def damage(self) -> str | None:
        """Pages are the server's to check (data_checksums, pg_amcheck); what points at nothing it never takes in."""
        return None

    async def listen(self, channel: str, heard: Callable[[str], None], lost: Callable[[], None]) -> None:
        """`lost`: told at once when the connection ends, which what waits for news would not notice."""
        with spoken(self):
            self._driver.add_termination_listener(lambda connection: lost())
            await self._driver.add_listener(channel, lambda connection, process, channel, said: heard(said))

    def drop(self) -> None:
        """Without a word: it may be dead, or have gone too far to be of use."""
        self._driver.terminate()

    async def close(self) -> None:
        try:
            await self._driver.close(timeout=2)
        except (*GONE, asyncpg.PostgresError):
            self.drop()

    def broken(self) -> bool:
        return bool(self._driver.is_closed())

    def _note(self, connection: Any, message: Any) -> None:
        if message.severity_en == "WARNING":
            self._warned = message.message


WHO = """SELECT pg_is_in_recovery(), current_setting('server_encoding'), current_setting('fsync'),
    current_setting('full_page_writes'), current_setting('synchronous_commit'),
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT CAST(oid AS BIGINT) FROM pg_database WHERE datname = current_database()),
    CASE WHEN pg_is_in_recovery() THEN 0
    ELSE CAST(CAST('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS bit(32)) AS BIGINT) END"""
OURS = """FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = current_schema()
    AND t.relkind IN ('r', 'p', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend d
        WHERE d.objid = t.oid AND d.classid = CAST('pg_class' AS regclass) AND d.deptype = 'e')"""
COLUMNS = f"""SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT) {OURS}
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY t.relname, a.attnum"""
REFERENCES = f"""SELECT CAST(t.relname AS TEXT), CAST(o.relname AS TEXT) {OURS}
    JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'
    JOIN pg_class o ON o.oid = c.confrelid ORDER BY t.relname"""

# What the driver raises where there is nobody at the other end any more, or was none.
GONE: tuple[type[BaseException], ...] = (OSError,)
if asyncpg is not None:
    GONE = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)
WRONG_ADDRESS = {"3D000", "28000", "28P01", "42501"}  # no such database, or not for this role
ENDS_THE_WRITER = {"53100", "58000", "58030", "58P01", "58P02", "XX001", "XX002"}  # disk full, I/O, corruption
UNDONE = {"40001", "40P01"}  # a serialization failure, a deadlock
PASSES = {"25006", "25P03", "55P03"}  # a standby, left alone for too long, a lock


@contextmanager
def spoken(link: Connection | None = None, *, url: str = "") -> Iterator[None]:
    """The driver's errors in this package's words; a bug stays as it is."""
    try:
        yield
    except asyncpg.ClientConfigurationError as error:
        raise StoreError(f"This is no database address: {error}. Use postgresql://user@host:5432/database.") from error
    except asyncpg.DataError as error:
        # What can't be encoded is the same to both databases.
        raise (error.__cause__ if isinstance(error.__cause__, UnicodeError) else error) from None
    except asyncpg.PostgresError as error:
        _raise_in_words(error, link, url)
    except GONE as error:
        if link:
            link.lost = True
        raise StoreBusy(AWAY) from error
    except asyncio.CancelledError:
        if link:
            link.left = True
        raise


def _raise_in_words(error: Any, link: Connection | None, url: str) -> None:
    code = error.sqlstate or ""
    if link and link.broken():
        link.lost = True
    if code in UNDONE:
        raise Collision(BUSY) from error
    if code[:2] == "23":
        raise Conflict(f"The database refused it: {error}.") from error
    if code in ENDS_THE_WRITER:
        raise StoreFailed(f"The database failed: {error} ({code}).") from error
    if code[:2] in ("08", "53", "57") or code in PASSES:
        if link and code not in ("55P03", "57014"):
            link.lost = True
        raise StoreBusy(BUSY if code in ("55P03", "57014") else AWAY) from error
    if url and code in WRONG_ADDRESS:
        raise StoreError(f"PostgreSQL refused to open the database: {error}.") from error
    raise error


@lru_cache(maxsize=2_000)
def numbered(sql: str) -> str:
    """`?` as `$1`, `$2` …, but in quotes."""
    numbers = count(1)
    return re.sub(r"'[^']*'|\?", lambda found: found[0] if found[0] != "?" else f"${next(numbers)}", sql)
