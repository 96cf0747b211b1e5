"""The small world of these tests: a clinic, a checklist with a step of each kind, one session, one seat."""

import json
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from sessionday.store import Clinic, Fact, Push, Seat, Session, Store, Verdict
from sessionday.store.postgres import PostgresEngine
from sessionday.store.sqlite import SqliteEngine

NOW = 1_790_000_000_000
HOUR = 3_600_000
OVER = NOW + 100 * HOUR
STEPS = [
    {"id": kind, "who": ["client", "staff"], "answer": {"type": kind}, "waivable": True}
    for kind in ("confirm", "choice", "checks", "measure", "time", "code", "text")
] + [{"id": "dose", "who": ["staff"], "answer": {"type": "measure"}, "waivable": False}]
BODY = json.dumps({"rules": {"id": "small", "version": "1", "steps": STEPS}})


@dataclass
class World:
    store: Store
    url: str
    clinic: Clinic
    session: Session
    seat: Seat

    @classmethod
    async def make(cls, url: str) -> "World":
        store = await Store.open(url, now=NOW)
        clinic = await store.add_clinic("Meadow", "Europe/Zurich", "+41 44 000 00 00", NOW)
        await store.add_protocol(clinic.id, "small", "1", BODY, NOW)
        session = await add_session(store, clinic, "one")
        seat = next(seat for seat in await store.seats(session) if seat.role == "client")
        return cls(store, url, clinic, session, seat)

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def file(self) -> SqliteEngine:
        """Where it is known to be one."""
        assert isinstance(self.store._engine, SqliteEngine)
        return self.store._engine

    @property
    def postgres(self) -> PostgresEngine:
        assert isinstance(self.store._engine, PostgresEngine)
        return self.store._engine

    async def around(self, *sentences: str) -> list[tuple[Any, ...]]:
        """Around the store, as somebody with the database in their hands; answers what the last sentence found."""
        return await around(self.url, *sentences)

    async def push(
        self, *entries: Any, device: str = "phone", session: Session | None = None, **other: Any
    ) -> list[Verdict]:
        return await self.store.push(self.offer(*entries, device=device, session=session, **other))

    def offer(self, *entries: Any, device: str = "phone", session: Session | None = None, **other: Any) -> Push:
        known: dict[str, Any] = {"by": self.seat.id, "role": "client", "sent_at": NOW, "now": NOW, **other}
        return Push(
            clinic=self.clinic.id, session=(session or self.session).id, device=device, entries=list(entries), **known
        )

    def fact(self, **other: Any) -> Fact:
        known = {"by": self.seat.id, "role": "client", "device": "form", "now": NOW, "id": "f1", "kind": "answer"}
        return Fact(
            clinic=self.clinic.id, session=self.session.id, **{**known, "step": "confirm", "answer": "yes", **other}
        )

    async def record(self) -> dict[str, Any]:
        """What an export carries."""
        session = await self.store.session_by_id(self.session.id)
        assert session
        head = {"id": session.id, "seq": session.seq, "head": session.head}
        return {"session": head, "entries": await self.store.chained(session)}


async def add_session(store: Store, clinic: Clinic, handle: str, over_at: int = OVER) -> Session:
    days = [{"midnight": NOW - HOUR, "morning": NOW}]
    seats = [
        ("client", "Sam", f"link-{handle}", f"code-{handle}", NOW + HOUR),
        ("support", "Kim", f"k-{handle}", None, None),
    ]
    return await store.add_session(clinic.id, "Sam", NOW, days, over_at, "7", handle, "small", "1", seats, NOW)


def entry(n: Any = 1, **other: Any) -> dict[str, Any]:
    made = {"id": str(uuid.uuid4()), "n": n, "seen": 0, "at": NOW - 1000, "kind": "answer", "step": "confirm"}
    return {**made, "answer": "yes", **other}


def results(verdicts: list[Verdict]) -> list[str]:
    return [verdict.why or verdict.result for verdict in verdicts]


def raw(path: Path) -> sqlite3.Connection:
    """Around the store, as somebody with the file in their hands."""
    return sqlite3.connect(path, isolation_level=None)


async def around(url: str, *sentences: str) -> list[tuple[Any, ...]]:
    """The same whatever the database is; answers what the last sentence found."""
    found: list[Any] = []
    if url.startswith("sqlite:"):
        with closing(raw(Path(url.removeprefix("sqlite:///")))) as db:
            for sentence in sentences:
                found = db.execute(sentence).fetchall()
    else:
        connection = await asyncpg.connect(url, timeout=20)
        try:
            for sentence in sentences:
                found = await connection.fetch(sentence)
        finally:
            await connection.close()
    return [tuple(row) for row in found]


in_a_file = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
in_postgres = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
