"""The devices of a session as the clinic knows them: how far each has counted, and which one a browser came with."""

import json
from hashlib import sha256

from .base import Base
from .engine import Tx
from .tables import HELD
from .types import Browser, Session

KNOWN = "clinic = ? AND session = ? AND credential_hash = ? AND person = ?"
LOST = "storage_emptied"


class Devices(Base):
    async def counted(self, session: Session, device: str) -> int:
        """The highest count of this device that is in the record; 0 for none."""
        sql = "SELECT last_n FROM device WHERE clinic = ? AND session = ? AND id = ?"
        row = await self._one(sql, (session.clinic, session.id, device))
        return int(row[0]) if row else 0

    async def heard_of(self, session: Session, device: str) -> int | None:
        """When an entry of this device came in last."""
        sql = "SELECT max(received_at) FROM entry WHERE clinic = ? AND session = ? AND device = ?"
        row = await self._one(sql, (session.clinic, session.id, device))
        return row[0] if row else None

    async def browser(self, credential_hash: str, session: Session, person: str) -> Browser | None:
        """The device that this browser had for this person when it came last."""
        key = (session.clinic, session.id, credential_hash, person)
        row = await self._one(f"SELECT device, before, since FROM browser WHERE {KNOWN}", key)  # noqa: S608
        return Browser(*row) if row else None

    async def meet(self, credential_hash: str, session: Session, person: str, device: str, now: int) -> None:
        """A browser's first device for this person."""
        await self._run(
            "INSERT INTO browser (clinic, session, credential_hash, person, device, since) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (clinic, session, credential_hash, person) DO NOTHING",
            (session.clinic, session.id, credential_hash, person, device, now),
        )

    async def lose(
        self,
        credential_hash: str,
        session: Session,
        person: str,
        role: str,
        lost: Browser,
        device: str,
        message: str | None,
    ) -> None:
        """The browser came with another device. With a `message` the loss is kept for staff among what is aside."""
        key = (session.clinic, session.id)
        body = json.dumps({"emptied": lost.device, "now": device, "at": lost.since})
        mark = sha256(f"{LOST} {body}".encode()).hexdigest()

        async def keep(tx: Tx) -> None:
            sql = f"UPDATE browser SET device = ?, before = ?, since = ? WHERE {KNOWN} AND device = ?"  # noqa: S608
            changed = (device, lost.device, lost.since, *key, credential_hash, person, lost.device)
            if not await tx.run(sql, changed) or message is None:
                return  # another page of the same browser told it already
            await tx.run("UPDATE session SET held = held + 1 WHERE clinic = ? AND id = ?", key)
            number = (await tx.all("SELECT held FROM session WHERE clinic = ? AND id = ?", key))[0][0]
            row = (*key, number, mark, None, lost.device, None, role, person, lost.since, LOST, message, body)
            await tx.run(f"INSERT INTO held ({HELD}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

        await self._do(keep, {(*key, 0)})
