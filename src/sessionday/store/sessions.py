"""Sessions and the protocols that they are under. A stored protocol never changes, nor a session its protocol."""

import json
from collections.abc import Sequence
from typing import Any

from . import chain
from .arrangements import note
from .base import Base, new_id
from .engine import Row, Tx
from .errors import Conflict, StoreError
from .types import Session

# In the order of Session's fields:
SESSION = (
    "clinic, id, handle, client, start, days, pickup_code, protocol, version, made_at, over_at, seq, head, held,"
    " initials, room, colour, pattern, keeper, limits, erased_at, kept_at"
)
LIMITS = SESSION.split(", ").index("limits")
NewSeat = tuple[str, str, str, str | None, int | None]  # role, name, link_hash, code_hash, code_expires_at


class Sessions(Base):
    async def add_protocol(self, clinic: str, id: str, version: str, body: str, now: int) -> None:
        """The same again is fine; other content under a known version is refused. What has a session's own limits
        counts as made now: a session is about to be put under it, and erasing throws away old ones (OWN_VERSIONS)."""

        async def store(tx: Tx) -> None:
            again = "UPDATE protocol SET made_at = ? WHERE clinic = ? AND id = ? AND version = ?"
            await tx.run(f"{again} AND version LIKE '%+%' AND made_by IS NULL", (now, clinic, id, version))
            add = "INSERT INTO protocol (clinic, id, version, body, made_at) VALUES (?, ?, ?, ?, ?)"
            if await tx.run(f"{add} ON CONFLICT DO NOTHING", (clinic, id, version, body, now)):
                return
            sql = "SELECT body FROM protocol WHERE clinic = ? AND id = ? AND version = ?"
            if json.loads((await tx.all(sql, (clinic, id, version)))[0][0]) != json.loads(body):
                raise StoreError(
                    f"Protocol ‘{id}’ {version} is stored with other content. Give the new one a new version."
                )

        await self._do(store)

    async def protocol(self, clinic: str, id: str, version: str) -> str | None:
        sql = "SELECT body FROM protocol WHERE clinic = ? AND id = ? AND version = ?"
        row = await self._one(sql, (clinic, id, version))
        return str(row[0]) if row else None

    async def add_session(
        self,
        clinic: str,
        client: str,
        start: int,
        days: list[dict[str, int]],
        over_at: int,
        pickup_code: str,
        handle: str,
        protocol_id: str,
        protocol_version: str,
        seats: Sequence[NewSeat],
        now: int,
        made_by: tuple[str, str] = ("", ""),
        **shown: Any,
    ) -> Session:
        """`made_by`: id and name of who books it; `shown`: initials, room, colour, pattern, keeper, limits."""
        id = new_id()
        session = Session(
            clinic, id, handle, client, start, days, pickup_code, protocol_id, protocol_version, now, over_at,
            0, chain.first(id), 0, **shown,
        )  # fmt: skip

        async def add(tx: Tx) -> Session:
            await _add(tx, session, seats)
            body = {"client": client, "start": start, "protocol": protocol_id, "version": protocol_version, **shown}
            await note(tx, session, "made", *made_by, now, body)
            return session

        try:
            return await self._do(add)
        except Conflict as error:
            raise StoreError(
                f"The session could not be made: clinic ‘{clinic}’ has no protocol ‘{protocol_id}’ {protocol_version}, "
                "or its handle or a link is taken."
            ) from error

    async def session(self, handle: str, clinic: str | None = None) -> Session | None:
        """`clinic`, where it is known, leads to it on the one machine of many that holds it."""
        where, args = ("handle = ?", [handle]) if clinic is None else ("handle = ? AND clinic = ?", [handle, clinic])
        row = await self._one(f"SELECT {SESSION} FROM session WHERE {where}", args)  # noqa: S608
        return _session(row) if row else None

    async def session_by_id(self, id: str) -> Session | None:
        """By its handle or its id, as a person at a command line has either. By its id every session is looked at."""
        if found := await self.session(id):
            return found
        row = await self._one(f"SELECT {SESSION} FROM session WHERE id = ?", (id,))  # noqa: S608
        return _session(row) if row else None

    async def session_of(self, clinic: str, id: str) -> Session | None:
        """By its whole key."""
        row = await self._one(f"SELECT {SESSION} FROM session WHERE clinic = ? AND id = ?", (clinic, id))  # noqa: S608
        return _session(row) if row else None

    async def sessions_newest(self, clinic: str, since: int, until: int, limit: int) -> list[Session]:
        """Those planned to start at or after `since` and before `until`, the latest first."""
        sql = (
            f"SELECT {SESSION} FROM session WHERE clinic = ? AND start >= ? AND start < ?"  # noqa: S608
            " ORDER BY start DESC, id LIMIT ?"
        )
        return [_session(row) for row in await self._all(sql, (clinic, since, until, limit))]

    async def sessions_from(self, clinic: str, since: int, until: int) -> list[Session]:
        """Those planned to start at or after `since` and before `until`, in that order."""
        sql = f"SELECT {SESSION} FROM session WHERE clinic = ? AND start >= ? AND start < ? ORDER BY start, id"  # noqa: S608
        return [_session(row) for row in await self._all(sql, (clinic, since, until))]


async def _add(tx: Tx, session: Session, seats: Sequence[NewSeat]) -> None:
    await tx.run(
        f"INSERT INTO session ({SESSION}) VALUES ({', '.join('?' * (SESSION.count(',') + 1))})",  # noqa: S608
        (
            session.clinic, session.id, session.handle, session.client, session.start, json.dumps(session.days),
            session.pickup_code, session.protocol_id, session.protocol_version, session.made_at, session.over_at,
            session.seq, session.head, session.held, session.initials, session.room, session.colour, session.pattern,
            session.keeper, json.dumps(session.limits), session.erased_at, session.kept_at,
        ),
    )  # fmt: skip
    await tx.many(
        "INSERT INTO seat (clinic, session, id, role, name, link_hash, code_hash, code_expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(session.clinic, session.id, new_id(), *seat) for seat in seats],
    )


def _session(row: Row) -> Session:
    values: list[Any] = list(row)
    values[5] = json.loads(values[5])
    values[LIMITS] = json.loads(values[LIMITS])
    return Session(*values)
