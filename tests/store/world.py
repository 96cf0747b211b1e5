"""The small world of these tests: a clinic, a checklist with a step of each kind, one session, one seat."""

import json
import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionday.store import Clinic, Fact, Push, Seat, Session, Store, Verdict

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
    path: Path
    clinic: Clinic
    session: Session
    seat: Seat

    @classmethod
    async def make(cls, path: Path) -> "World":
        store = await Store.open(f"sqlite:///{path}", now=NOW)
        clinic = await store.add_clinic("Meadow", "Europe/Zurich", "+41 44 000 00 00", NOW)
        await store.add_protocol(clinic.id, "small", "1", BODY, NOW)
        session = await add_session(store, clinic, "one")
        seat = next(seat for seat in await store.seats(session) if seat.role == "client")
        return cls(store, path, clinic, session, seat)

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
