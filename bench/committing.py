"""Entries committed in one process, without HTTP: by sqlite3 itself in batches, or by the store's one writer.

    python -m bench.committing raw|writer DATABASE SECONDS ENTRIES   (entries a push; 64 pushes wait at once)

Prints how many entries a second were committed. `raw` is given the same table, in a database that the store has made.
"""

import asyncio
import json
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from itertools import count
from time import perf_counter

import uvloop
from bench.clinic import TEXT, now_ms

from sessionday.store import Push, Session, Store

PUSHERS = 64


def raw(path: str, seconds: float, entries: int) -> float:
    """What sqlite3 does by itself: rows that lie ready, 64 pushes of them a transaction, WAL and synchronous=FULL."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    columns = [row[1] for row in database.execute("PRAGMA table_info(entry)")]
    sql = f"INSERT INTO entry ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    sessions = database.execute("SELECT clinic, id FROM session ORDER BY id LIMIT ?", (PUSHERS,)).fetchall()
    batches = [list(_batch(columns, sessions, entries, number)) for number in range(2000)]
    began, done = perf_counter(), 0
    for batch in batches:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(sql, batch)
        database.execute("COMMIT")
        done += len(batch)
        if perf_counter() - began > seconds:
            break
    return done / (perf_counter() - began)


def _batch(
    columns: list[str], sessions: list[tuple[str, str]], entries: int, number: int
) -> Iterator[tuple[object, ...]]:
    now, device = now_ms(), str(uuid.uuid4())
    for clinic, session in sessions:
        for place in range(entries):
            seq = number * entries + place + 1
            row = {
                "clinic": clinic, "session": session, "seq": seq, "id": str(uuid.uuid4()), "device": device, "n": seq,
                "seen": seq - 1, "role": "client", "by": device, "t": now, "at": now, "skew": 0, "received_at": now,
                "kind": "answer", "step": "intentions", "answer": json.dumps(TEXT), "of": None, "reason": None,
                "extra": None, "salt": "s" * 32, "content_hash": "c" * 64, "hash": "h" * 64,
            }  # fmt: skip
            yield tuple(row[column] for column in columns)


async def writer(url: str, seconds: float, entries: int) -> float:
    """64 tasks that push to the store, each again when it was answered."""
    async with await Store.open(url, now=now_ms()) as store:
        (clinic,) = await store.clinics()
        sessions = await store.sessions_from(clinic.id, 0, 2**53)
        until = perf_counter() + seconds
        began = perf_counter()
        counts = await asyncio.gather(*(_pusher(store, one, until, entries) for one in sessions[:PUSHERS]))
        return sum(counts) / (perf_counter() - began)


async def _pusher(store: Store, session: Session, until: float, entries: int) -> int:
    seat = next(seat for seat in await store.seats(session) if seat.role == "client")
    device, numbers, done = str(uuid.uuid4()), count(1), 0
    while perf_counter() < until:
        now = now_ms()
        bodies = [
            {
                "id": str(uuid.uuid4()), "n": next(numbers), "seen": done, "at": now, "kind": "answer",
                "step": "intentions", "answer": TEXT, "of": None, "reason": None,
            }
            for _ in range(entries)
        ]  # fmt: skip
        push = Push(
            clinic=session.clinic, session=session.id, by=seat.id, role="client", device=device, sent_at=now, now=now,
            entries=bodies,
        )  # fmt: skip
        verdicts = await store.push(push)
        if any(verdict.result != "stored" for verdict in verdicts):
            raise RuntimeError(f"not stored: {verdicts}")
        done += entries
    return done


def main() -> None:
    """The command line."""
    way, url, seconds, entries = sys.argv[1:]
    if way == "raw":
        rate = raw(url.removeprefix("sqlite:///"), float(seconds), int(entries))
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rate = runner.run(writer(url, float(seconds), int(entries)))
    print(json.dumps({"rate": rate}))


if __name__ == "__main__":
    main()
