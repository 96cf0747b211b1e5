"""What all Python peers share: the same rows, the same check of a signed credential, the same words in and out.

They number a session's entries, know what they have by its id, and answer with all that is new. They keep no chain and
no quarantine.
"""

import hashlib
import os
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, Signer

DATABASE = os.environ.get("BENCH_DATABASE", "")
KEY = os.environ.get("BENCH_KEY", "k" * 48)
SCHEMA = """
CREATE TABLE session (handle TEXT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL);
CREATE TABLE entry (
    session TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, n BIGINT NOT NULL,
    seen BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, step TEXT, answer TEXT, of TEXT, reason TEXT,
    PRIMARY KEY (session, seq), UNIQUE (session, id)
);
"""
COLUMNS = "session, seq, id, device, n, seen, at, kind, step, answer, of, reason"
HEAD = "SELECT seq FROM session WHERE handle = ?"
KNOWN = "SELECT seq FROM entry WHERE session = ? AND id = ?"
ADD = f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
MOVE = "UPDATE session SET seq = ? WHERE handle = ?"
NEWS = f"SELECT {COLUMNS} FROM entry WHERE session = ? AND seq > ? ORDER BY seq LIMIT 500"  # noqa: S608
PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 30000;"
_signer = Signer(KEY, salt="bench", digest_method=hashlib.sha256)


@lru_cache(maxsize=10_000)
def signed_in(cookie: str | None) -> bool:
    """Whether the credential is one that was signed here."""
    try:
        return bool(_signer.unsign((cookie or "").encode()))
    except BadSignature:
        return False


def row(handle: str, seq: int, device: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    """An entry as it is stored."""
    said = (entry["at"], entry["kind"], entry["step"], entry["answer"], entry["of"], entry["reason"])
    return (handle, seq, entry["id"], device, entry["n"], entry["seen"], *said)


def verdict(id: str, result: str, seq: int) -> dict[str, Any]:
    """What became of one entry."""
    return {"id": id, "result": result, "seq": seq}


def reply(seq: int, verdicts: list[dict[str, Any]], news: Any) -> dict[str, Any]:
    """The answer to a push."""
    names = COLUMNS.split(", ")
    return {"v": 1, "seq": seq, "verdicts": verdicts, "entries": [dict(zip(names, one, strict=True)) for one in news]}


def push(database: Any, handle: str, ask: dict[str, Any]) -> dict[str, Any]:
    """One push as one transaction on a plain sqlite3 connection."""
    verdicts: list[dict[str, Any]] = []
    database.execute("BEGIN IMMEDIATE")
    try:
        (seq,) = database.execute(HEAD, (handle,)).fetchone()
        for entry in ask["entries"]:
            known = database.execute(KNOWN, (handle, entry["id"])).fetchone()
            if known:
                verdicts.append(verdict(entry["id"], "duplicate", known[0]))
                continue
            seq += 1
            database.execute(ADD, row(handle, seq, ask["device"], entry))
            verdicts.append(verdict(entry["id"], "stored", seq))
        database.execute(MOVE, (seq, handle))
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    return reply(seq, verdicts, database.execute(NEWS, (handle, ask["seen"])).fetchall())
