"""The store: opens a database, and is the one thing that the web and the commands talk to. Holds no SQL and no rule."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self

from . import migrate, place
from .accesses import Accesses
from .archive import Archive
from .arrangements import Arrangements
from .backup import Backup, backup
from .devices import Devices
from .engine import Engine
from .erasure import Erasure
from .errors import StoreError, StoreFailed
from .invitations import Invitations
from .passkeys import Passkeys
from .people import People
from .place import Lock
from .postgres import PostgresEngine
from .protocols import Protocols
from .record import Record
from .seats import Seats
from .sign_ins import SignIns
from .sqlite import SqliteEngine
from .summaries import Summaries
from .types import EntryDict, News
from .writer import Told, Writer

log = logging.getLogger(__name__)


class Store(
    People,
    SignIns,
    Invitations,
    Passkeys,
    Seats,
    Arrangements,
    Accesses,
    Devices,
    Record,
    Summaries,
    Archive,
    Erasure,
    Protocols,
):
    """`news` is told, after each commit, what it changed (None: some may have been missed); `fresh`, just before, the
    entries that this process stored. `on_failure` is told that the writer has ended, and why: whoever serves must end
    the process then, for nothing is written any more."""

    def __init__(self, engine: Engine, lock: Lock | None = None) -> None:
        self._engine = engine
        self._lock = lock
        self.unsound = {}
        self.news: Callable[[News | None], None] = lambda news: None
        self.fresh: Callable[[dict[tuple[str, str], list[EntryDict]]], None] = lambda entries: None
        self.on_failure: Callable[[str], None] = lambda failure: None
        self._writer = Writer(engine, told=self._told, on_failure=self._failed)

    @classmethod
    async def open(cls, url: str, *, now: int, writer: bool = True, listen: str | None = None) -> Self:
        """`writer`: a server, which over SQLite must be the only one. A command opens with False, and takes turns with
        servers. `listen`: PostgreSQL's own address, where `url` leads through a pooler in transaction mode."""
        if place.is_postgres(url):
            return await cls._open_postgres(url, listen, now, writer)
        path = place.path_of(url)
        place.exists(path)
        lock = await Lock.take(path, server=writer)
        try:
            return await cls._open(path, lock, now, writer)
        except StoreFailed as error:
            lock.release()
            raise StoreError(f"{error} Nothing was changed. If it stays so, restore a backup.") from error
        except BaseException:
            lock.release()
            raise

    @classmethod
    async def _open(cls, path: Path, lock: Lock, now: int, writer: bool) -> Self:
        if not place.exists(path):
            if not lock.held:
                raise StoreError(f"{path} is gone, but another program has it open. Stop that, and restore a backup.")
            await _create(path, now)
        unclean = lock.held and place.has_log(path)
        engine = await SqliteEngine.open(path, checkpoints=lock.held, expects="migration")
        try:
            if unclean:
                await engine.quick_check()
            await migrate.migrate(engine, migrate.known(engine.name), now=now, may=lock.held)
            engine.origin = await migrate.epoch(engine, serves=writer)
        except BaseException:
            await engine.close()
            raise
        return cls(engine, lock)

    @classmethod
    async def _open_postgres(cls, url: str, listen: str | None, now: int, writer: bool) -> Self:
        engine = await PostgresEngine.open(url, listen=listen)
        try:
            await migrate.migrate(engine, migrate.known(engine.name), now=now, may=writer)
            engine.origin = await migrate.epoch(engine, serves=writer)
        except BaseException:
            await engine.close()
            raise
        store = cls(engine)
        try:
            if writer:
                await engine.listen(store._heard)
        except BaseException:
            await store.close()
            raise
        return store

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exit: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._writer.close()
        await self._engine.close()
        if self._lock:
            self._lock.release()

    @property
    def epoch(self) -> str:
        """Tells this database from every restored copy of it. On PostgreSQL it changes when a standby is promoted."""
        return self._engine.epoch

    @property
    def failed(self) -> bool:
        return self._writer.failure is not None

    @property
    def reachable(self) -> bool:
        """False while the database can’t be reached: nothing can be stored, and the next that can will be."""
        return self._engine.reachable

    @property
    def failure(self) -> str | None:
        """Why the writer ended, as a sentence."""
        return self._writer.failure

    async def backup(self, path: str | Path) -> Backup:
        return await backup(self._engine, Path(path))

    def _told(self, told: Told) -> None:
        if told.fresh:
            self.fresh(told.fresh)
        self.news(told.news)

    def _heard(self, news: News | None) -> None:
        """What other processes have stored; None: some of it may have been missed."""
        self.news(news)

    def _failed(self, failure: str) -> None:
        log.critical("the writer has ended: %s", failure)
        self.on_failure(failure)


async def _create(path: Path, now: int) -> None:
    """Made under another name and then given its own: killed half-way, no half-made database is left in its place."""
    made = place.room_for(path)
    try:
        made.touch(0o600)
        engine = await SqliteEngine.open(made, checkpoints=True, readers=1)
        try:
            await migrate.migrate(engine, migrate.known(engine.name), now=now, may=True)
            await migrate.epoch(engine, serves=True)
        finally:
            await engine.close()
        place.publish(made, path)
    finally:
        place.discard(made)
