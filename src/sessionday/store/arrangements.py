"""What is arranged about a session beside its record: when it is, who looks after it, which limits hold. Each change is
kept with who made it; none is ever changed or deleted."""

import json
from collections.abc import Mapping
from typing import Any

from .base import Base
from .engine import Tx
from .errors import Grown
from .types import Arrangement, Session

CHANGEABLE = frozenset({
    "start", "days", "over_at", "version", "initials", "room", "colour", "pattern", "keeper", "limits", "kept_at",
})  # fmt: skip
AS_JSON = frozenset({"days", "limits"})


class Arrangements(Base):
    async def arrange(
        self, session: Session, kind: str, by: str, name: str, now: int, *, body: Mapping[str, Any],
        changes: Mapping[str, Any] | None = None, decided_on: Session | None = None,
    ) -> None:  # fmt: skip
        """Changes columns of a session and keeps that it was done, in one transaction. What was summed up of it is
        forgotten: it was reckoned from what has changed. `decided_on`: as it was when this was allowed; raises Grown
        where it has grown since, or is planned otherwise."""
        values = {key: json.dumps(value) if key in AS_JSON else value for key, value in (changes or {}).items()}
        assert values.keys() <= CHANGEABLE  # noqa: S101 - names of columns, never from outside

        async def arranged(tx: Tx) -> None:
            key = (session.clinic, session.id)
            if decided_on is not None:
                await _is_still(tx, decided_on)
            if values:
                columns = ", ".join(f"{column} = ?" for column in values)
                await tx.run(f"UPDATE session SET {columns} WHERE clinic = ? AND id = ?", (*values.values(), *key))  # noqa: S608
                await tx.run("DELETE FROM summary WHERE clinic = ? AND session = ?", key)
            await note(tx, session, kind, by, name, now, body)

        await self._do(arranged, {(session.clinic, session.id, 0)})

    async def arrangements(self, session: Session) -> list[Arrangement]:
        """In the order in which they were made."""
        sql = (
            "SELECT number, at, by, name, kind, body FROM arrangement WHERE clinic = ? AND session = ? ORDER BY number"
        )
        rows = await self._all(sql, (session.clinic, session.id))
        return [Arrangement(n, at, by, name, kind, json.loads(body)) for n, at, by, name, kind, body in rows]


async def _is_still(tx: Tx, known: Session) -> None:
    """Holds the session's row from here on, so that no entry comes between."""
    sql = f"SELECT seq, start, version FROM session WHERE clinic = ? AND id = ?{tx.for_update}"  # noqa: S608
    rows = await tx.all(sql, (known.clinic, known.id))
    if [tuple(row) for row in rows] != [(known.seq, known.start, known.protocol_version)]:
        raise Grown("Something was recorded meanwhile, so nothing was changed. Look again.")


async def note(
    tx: Tx, session: Session, kind: str, by: str, name: str, now: int, body: Mapping[str, Any],
    emptied_at: int | None = None,
) -> None:  # fmt: skip
    """Adds to what was arranged. `emptied_at`: for what stays when a record is erased."""
    key = (session.clinic, session.id)
    rows = await tx.all("SELECT max(number) FROM arrangement WHERE clinic = ? AND session = ?", key)
    await tx.run(
        "INSERT INTO arrangement (clinic, session, number, at, by, name, kind, body, emptied_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, (rows[0][0] or 0) + 1, now, by, name, kind, json.dumps(body, ensure_ascii=False), emptied_at),
    )
