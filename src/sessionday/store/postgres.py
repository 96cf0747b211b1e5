"""The PostgreSQL engine: which connections there are, and what is done when they are lost. Knows no driver.

One connection writes, in the transactions of the one writer task; a few read; one listens for what other processes
announce. Each is made anew when it was lost, wherever the primary then is. A batch whose COMMIT was not answered is
told as busy: it may be stored or not, and whoever offers it again is answered from what is there.

Where `listen` is given, the address leads through a pooler in transaction mode, and only `listen` to the server itself.
"""

import asyncio
import hashlib
import json
import logging
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from .engine import Row, Tx
from .errors import StoreBusy, StoreError, StoreFailed
from .postgres_connection import AWAY, SERVER, Connection, Place
from .types import News

READERS = 4
KEEPING = 5.0  # seconds between two looks at whether the server is still there
AGAIN = 0.2  # seconds until the next try
CHANNEL = "sessionday"
LONGEST = 7_999  # bytes that a notification may carry

log = logging.getLogger(__name__)


class PostgresEngine:
    name = "postgresql"
    origin = ""
    to_wipe = False

    def __init__(self, url: str, *, listen: str | None = None, readers: int = READERS) -> None:
        self._hosts = hosts(url)
        self._direct_hosts = hosts(listen) if listen else self._hosts
        self._pooled = listen is not None
        self._me = secrets.token_hex(4)
        self._writer: Connection | None = None
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(readers)
        self._place: Place | None = None
        self._away = False
        self._look = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._hears: Callable[[News | None], None] = lambda news: None

    @classmethod
    async def open(cls, url: str, *, listen: str | None = None) -> Self:
        """Raises in words where the database can't be reached, or can't keep what it stored."""
        engine = cls(url, listen=listen)
        try:
            engine._writer = await engine._connect()
        except StoreBusy as error:  # whoever starts it may know the cause; phones are told less
            raise StoreBusy(f"{error} ({hidden(url)}: {error.__cause__ or 'no primary'})") from error
        return engine

    @property
    def epoch(self) -> str:
        """Another one after a promotion or a restore: phones then offer again what the new primary may lack."""
        where = self._place
        told = f"{self.origin} {where.system} {where.database} {where.timeline}" if where else self.origin
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def reachable(self) -> bool:
        """Whether it was, when somebody last asked. While it is not, one looks every few moments."""
        return not self._away

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        if any(isinstance(value, str) and "\0" in value for value in args):
            return []  # no text holds a NUL here, so nothing is found by one; the server would call it an error
        # Nothing that reads changes anything, so what a lost connection did not answer is asked once more.
        for again in (True, False):
            async with self._reader() as link:
                try:
                    return await link.all(sql, args)
                except StoreBusy:
                    if not (link.lost and again):
                        raise
        raise AssertionError("unreachable")

    async def select(self, columns: str, rest: str, args: Sequence[Any] = ()) -> list[Row]:
        return await self.read(f"SELECT {columns} {rest}", args)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """For the writer task alone: two tasks on one connection would share one transaction."""
        if self._writer is None:
            self._writer = await self._connect()
        link = self._writer
        try:
            await link.begin()
            yield link
            await link.commit()
        except BaseException:
            if link.lost or link.left or not await link.rolled_back():
                self._writer = None
                link.drop()
                self._went_away(link)
                self._doubt()
            raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Tx]:
        """The whole database as it is at one moment, whatever others write meanwhile."""
        link = await self._connect()
        link.patience = None
        try:
            await link.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # It waits while what it read is written and proven elsewhere, which takes as long as it takes.
            await link.run("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield link
        finally:
            link.drop()

    async def announce(self, tx: Tx, news: News) -> None:
        """Once a batch, heard by others after its commit. Too much for one notification is told as “ask again”."""
        said = json.dumps([self._me, sorted(news)], separators=(",", ":"))
        if len(said.encode()) > LONGEST:
            said = json.dumps([self._me, None])
        await tx.all("SELECT pg_notify(?, ?)", (CHANNEL, said))

    async def listen(self, heard: Callable[[News | None], None]) -> None:
        """From now on calls `heard` with what other processes announce; with None when the connection was lost and
        found again: what was announced meanwhile was missed."""
        link = await self._ear(heard)
        self._hears = heard
        self._listening = asyncio.create_task(self._listen(link, heard), name="sessionday listener")

    async def wipe(self) -> None:
        """The server's own housekeeping does it (autovacuum); see docs/retention.md."""
        self.to_wipe = False

    def statements(self, script: str) -> Iterator[str]:
        """As one: the server takes a script apart itself, and it stays inside the transaction."""
        yield script

    async def servers(self) -> int:
        """How many server processes are at work on it, as far as this role may see."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?"
        return int((await self.read(sql, (SERVER,)))[0][0])

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        for link in [*self._idle, *([self._writer] if self._writer else [])]:
            await link.close()
        self._idle, self._writer = [], None

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Connection]:
        async with self._free:
            link = await self._take()
            try:
                yield link
            finally:
                if link.lost or link.left:
                    link.drop()
                    self._went_away(link)
                else:
                    self._idle.append(link)

    async def _take(self) -> Connection:
        while self._idle:
            link = self._idle.pop()
            if link.place == self._place:
                return link
            link.drop()  # to what was the primary
        return await self._connect()

    def _went_away(self, link: Connection) -> None:
        """Whatever ended one connection has probably ended those that lie idle too."""
        if link.lost:
            self._away = True
            self._look.set()
            while self._idle:
                self._idle.pop().drop()

    def _doubt(self) -> None:
        """What was being written may be stored after all, or may yet be: it is then told by its announcement, which is
        no longer one's own; and if that was heard already, by asking for everything."""
        self._me = secrets.token_hex(4)
        _tell(self._hears, None)

    async def _connect(self, *, direct: bool = False) -> Connection:
        """To the first host that answers as a primary, beginning with the one that last did."""
        names = self._direct_hosts if direct else self._hosts
        pooled = self._pooled and not direct
        problem: StoreError | None = None
        for host in [*names]:
            link = None
            try:
                link = await Connection.open(host, pooled=pooled, listens=direct)
                self._met(await link.meet())
            except BaseException as error:
                if link:
                    link.drop()
                if not isinstance(error, StoreError) or isinstance(error, StoreFailed):
                    raise
                if problem is None or isinstance(error.__cause__, StoreError):
                    problem = error
            else:
                names.remove(host)
                names.insert(0, host)
                self._away = False
                return link
        self._away = True
        self._look.set()
        if self._place is None or isinstance(problem, StoreBusy):
            raise problem or StoreBusy(AWAY)
        raise StoreBusy(str(problem)) from problem  # what worked once will work again; the writer must go on

    def _met(self, place: Place) -> None:
        known = self._place
        if known and (known.system, known.database) != (place.system, place.database):
            raise StoreFailed(
                "Another database answers at this address now. Start the server anew if it is the right one."
            )
        if known and place.timeline < known.timeline:
            raise StoreBusy(AWAY) from StoreError("one that was left behind by a promotion answers; it must be stopped")
        self._place = place

    async def _ear(self, heard: Callable[[News | None], None]) -> Connection:
        link = await self._connect(direct=True)
        try:
            await link.listen(CHANNEL, lambda said: self._heard(said, heard), lost=self._look.set)
        except BaseException:
            link.drop()
            raise
        return link

    async def _listen(self, link: Connection | None, heard: Callable[[News | None], None]) -> None:
        while True:
            try:
                if link is None:
                    link = await self._ear(heard)
                    _tell(heard, None)
                await self._keep(link)
            except Exception as error:
                log.warning("news of other processes can't be heard: %s (%s)", error, error.__cause__)
                await asyncio.sleep(AGAIN)
            finally:
                if link:
                    link.drop()
                link = None

    async def _keep(self, link: Connection) -> None:
        """Until the connection is lost. A server that lost its power does not say so, and is asked."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), KEEPING)
            self._look.clear()
            await link.all("SELECT 1")
            if self._away:
                (await self._connect()).drop()  # says itself that it is there again
                await asyncio.sleep(AGAIN)

    def _heard(self, said: str, heard: Callable[[News | None], None]) -> None:
        who, news = json.loads(said)
        if who != self._me:
            _tell(heard, None if news is None else {(clinic, session, seq) for clinic, session, seq in news})


def _tell(heard: Callable[[News | None], None], news: News | None) -> None:
    try:
        heard(news)
    except Exception:
        log.exception("what listens for news failed; the entries are stored")


def hosts(url: str) -> list[str]:
    """One address for each host that a URL names, so that one that hangs does not use up the time of the next.

    The driver's own choice among several is left to a URL that says `target_session_attrs`, or names them otherwise.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise StoreError(f"‘{hidden(url)}’ is no database address. Use postgresql://user@host:5432/database.")
    who, at, where = parts.netloc.rpartition("@")
    if "," not in where or "host" in parse_qs(parts.query):
        return [url]
    return [parts._replace(netloc=f"{who}{at}{one}").geturl() for one in where.split(",")]


def hidden(url: str) -> str:
    """A URL as it may be shown: without the password."""
    return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1:…@", url)
