"""What a batch reads from the tables and writes to them: a few SQL sentences, whatever its size. Gives no verdict.

Written as work (see engine.py): each engine runs the sentences in the way that is quickest for it.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from .batch import Batch, Device, Head, Key, Offer, Stored
from .engine import Many, Row, Select, Work, among, rounded
from .folding import unpacked
from .verdicts import Sent, StepRule

Protocols = dict[tuple[str, str, str], dict[str, StepRule]]  # never forgotten: a stored protocol never changes
ENTRY = (
    "clinic, session, seq, id, device, n, seen, role, by, t, at, skew, received_at, kind, step, answer, of, reason,"
    " extra, salt, content_hash, hash"
)
STORED = ENTRY.removeprefix("clinic, session, ")
COUNTED = (
    "UPDATE session SET seq = changed.column1, head = changed.column2, held = changed.column3"
    " FROM (VALUES (CAST(? AS BIGINT), ?, CAST(? AS BIGINT), ?, ?)) AS changed"
    " WHERE clinic = changed.column4 AND id = changed.column5"
)
SENT = ("id", "n", "seen", "at", "kind", "step", "answer", "of", "reason", "extra")
HELD = "clinic, session, number, fingerprint, id, device, n, role, by, received_at, why, message, body"


def load(offers: list[Offer], protocols: Protocols, for_update: str) -> Work[Batch]:
    batch = Batch()
    keys = sorted({offer.key for offer in offers})
    yield from _load_heads(batch, keys, protocols, for_update)
    known = [offer for offer in offers if offer.key in batch.heads]
    if not known:
        return batch
    for row in (yield from _find("clinic, session, id", "person, last_n", "device", (o.device for o in known))):
        batch.devices[row[0], row[1], row[2]] = Device(row[3], row[4])
    columns = "seq, device, by, n, seen, at, kind, step, answer, of, reason, extra"
    ids = ((*offer.key, body.sent.id) for offer in known for body in offer.bodies if body.sent)
    for row in (yield from _find("clinic, session, id", columns, "entry", ids)):
        batch.stored[row[0], row[1], row[2]] = _stored(row)
    counts = _old_counts(batch, known)
    found = yield from _find("clinic, session, device, n", "seq", "entry", counts, cast="BIGINT")
    batch.counts = {(row[0], row[1], row[2], row[3]) for row in found}
    yield from _load_held(batch, known)
    yield from _load_folded(batch, known)
    return batch


def save(batch: Batch) -> Work[None]:
    changed = [(head.seq, head.head, head.held, *key) for key, head in batch.heads.items() if head.changed]
    if changed:
        yield Many(COUNTED, changed)
    if batch.new_entries:
        yield Many(f"INSERT INTO entry ({ENTRY}) VALUES ({_marks(ENTRY)})", batch.new_entries)  # noqa: S608
        yield Many(
            "INSERT INTO device (clinic, session, id, person, last_n) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (clinic, session, id) DO UPDATE SET last_n = excluded.last_n",
            [(*key, batch.devices[key].person, batch.devices[key].last_n) for key in sorted(batch.used)],
        )
    if batch.new_held:
        yield Many(f"INSERT INTO held ({HELD}) VALUES ({_marks(HELD)})", batch.new_held)  # noqa: S608


def _load_heads(batch: Batch, keys: list[Key], protocols: Protocols, for_update: str) -> Work[None]:
    columns = "clinic, id, seq, head, held, over_at, protocol, version, archived_at"
    # An erased session is none: it takes nothing in, and keeps nothing aside
    count, args = rounded(keys)
    rest = f"FROM session WHERE {among('clinic, id', count)} AND erased_at IS NULL ORDER BY clinic, id{for_update}"
    for clinic, id, seq, head, held, over_at, protocol, version, archived_at in (yield Select(columns, rest, args)):
        steps = protocols.get((clinic, protocol, version))
        if steps is None:
            steps = protocols[clinic, protocol, version] = yield from _steps(clinic, protocol, version)
        batch.heads[clinic, id] = Head(seq, head, held, over_at, steps, archived_at is not None)


def _steps(clinic: str, protocol: str, version: str) -> Work[dict[str, StepRule]]:
    key = (clinic, protocol, version)
    rows = yield Select("body", "FROM protocol WHERE clinic = ? AND id = ? AND version = ?", key)
    body = json.loads(rows[0][0])
    return {
        step["id"]: StepRule(who=frozenset(step["who"]), answer=step["answer"]["type"])
        for step in body["rules"]["steps"]
    }


def _load_held(batch: Batch, offers: list[Offer]) -> Work[None]:
    marks = ((*offer.key, offer.mark(body)) for offer in offers if batch.heads[offer.key].held for body in offer.bodies)
    for row in (yield from _find("clinic, session, fingerprint", "why", "held", marks)):
        batch.held[row[0], row[1], row[2]] = row[3]


def _load_folded(batch: Batch, offers: list[Offer]) -> Work[None]:
    """What was folded is in the record all the same: offered again it is a duplicate, and its counts are taken."""
    folded = {offer.key for offer in offers if batch.heads[offer.key].folded}
    for clinic, session, record in (yield from _find("clinic, session", "record", "archive", folded)):
        for one in unpacked(record):
            sent = Sent(**{key: one[key] for key in SENT})
            batch.stored[clinic, session, one["id"]] = Stored(sent, one["device"], one["by"], one["seq"])
            batch.counts.add((clinic, session, one["device"], one["n"]))


def _find(key: str, columns: str, table: str, wanted: Iterable[tuple[Any, ...]], *, cast: str = "") -> Work[list[Row]]:
    rows = sorted(set(wanted))
    if not rows:
        return []
    count, args = rounded(rows)
    return (yield Select(f"{key}, {columns}", found_by(key, table, count, cast=cast), args))


@lru_cache(maxsize=256)  # one for each table and power of two; the drivers know them again by the same string
def found_by(key: str, table: str, count: int, *, cast: str = "") -> str:
    """From the rows of a table whose `key` is among that many, the last column cast where it is no text.

    A CROSS JOIN, because SQLite then looks each up by its index; asked with IN, it may read whole sessions instead.
    """
    parts = key.split(", ")
    last = f"CAST(? AS {cast})" if cast else "?"
    row = "(" + ", ".join([*["?"] * (len(parts) - 1), last]) + ")"
    names = ", ".join(f"wanted_{part}" for part in parts)
    same = " AND ".join(f"{table}.{part} = wanted_{part}" for part in parts)
    wanted = f"(WITH given ({names}) AS (VALUES {', '.join([row] * count)}) SELECT * FROM given) AS wanted"  # noqa: S608
    return f"FROM {wanted} CROSS JOIN {table} WHERE {same}"


def _old_counts(batch: Batch, offers: list[Offer]) -> Iterable[tuple[str, str, str, int]]:
    """Only a count that its device has reached before can be taken, by another entry than this: usually none."""
    for offer in offers:
        device = batch.devices.get(offer.device)
        for body in offer.bodies if device else ():
            sent = body.sent
            if device is None or sent is None or (*offer.key, sent.id) in batch.stored:
                continue
            if sent.n is not None and sent.n <= device.last_n:
                yield (*offer.device, sent.n)


def _stored(row: Row) -> Stored:
    _, _, id, seq, device, by, n, seen, at, kind, step, answer, of, reason, extra = row
    sent = Sent(id, n, seen, at, kind, step, loaded(answer), of, reason, loaded(extra))
    return Stored(sent, device, by, seq)


def _marks(columns: str) -> str:
    return ", ".join("?" * (columns.count(",") + 1))


def as_chained(row: Row) -> dict[str, Any]:
    """A row of STORED as an export carries it."""
    entry = dict(zip(STORED.split(", "), row, strict=True))
    entry["answer"], entry["extra"] = loaded(entry["answer"]), loaded(entry["extra"])
    return entry


def loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)
