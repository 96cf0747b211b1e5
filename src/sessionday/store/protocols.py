"""The clinic's shelf: the protocols that it has stored, and the drafts of new ones. What is stored never changes."""

from .base import Base, new_id
from .engine import Tx
from .errors import DraftChanged, VersionTaken
from .types import Draft, StoredProtocol

_STORED = (
    "SELECT p.id, p.version, p.body, p.source, p.made_at, COALESCE(s.name, ''),"
    " (SELECT COUNT(*) FROM session t WHERE t.clinic = p.clinic AND t.protocol = p.id AND t.version = p.version"
    " AND t.over_at >= ?)"
    " FROM protocol p LEFT JOIN staff s ON s.clinic = p.clinic AND s.id = p.made_by WHERE p.clinic = ?"
)
_DRAFT = (
    "SELECT d.id, d.source, COALESCE(s.name, ''), d.changed_at"
    " FROM draft d LEFT JOIN staff s ON s.clinic = d.clinic AND s.id = d.by WHERE d.clinic = ?"
)


class Protocols(Base):
    async def protocols(self, clinic: str, now: int) -> list[StoredProtocol]:
        """All that the clinic has stored, each with how many sessions still run under it."""
        sql = f"{_STORED} ORDER BY p.id, p.made_at, p.version"
        return [StoredProtocol(*row) for row in await self._all(sql, (now, clinic))]

    async def stored_protocol(self, clinic: str, id: str, version: str, now: int) -> StoredProtocol | None:
        row = await self._one(f"{_STORED} AND p.id = ? AND p.version = ?", (now, clinic, id, version))
        return StoredProtocol(*row) if row else None

    async def drafts(self, clinic: str) -> list[Draft]:
        return [Draft(*row) for row in await self._all(f"{_DRAFT} ORDER BY d.changed_at DESC, d.id", (clinic,))]

    async def draft(self, clinic: str, id: str) -> Draft | None:
        row = await self._one(f"{_DRAFT} AND d.id = ?", (clinic, id))
        return Draft(*row) if row else None

    async def add_draft(self, clinic: str, source: str, by: str, now: int) -> str:
        """The new draft's id."""
        id = new_id()
        sql = "INSERT INTO draft (clinic, id, source, by, changed_at) VALUES (?, ?, ?, ?, ?)"
        await self._run(sql, (clinic, id, source, by, now))
        return id

    async def save_draft(self, clinic: str, id: str, source: str, by: str, seen: int, now: int) -> None:
        """Raises DraftChanged where it is not any more as it was at `seen`."""
        await self._do(lambda tx: _save(tx, (clinic, id, source, by), seen, now))

    async def discard_draft(self, clinic: str, id: str, seen: int) -> None:
        sql = "DELETE FROM draft WHERE clinic = ? AND id = ? AND changed_at = ?"
        if not await self._run(sql, (clinic, id, seen)):
            raise DraftChanged("Somebody else changed this draft meanwhile.")

    async def publish(
        self, clinic: str, draft: str, protocol: tuple[str, str, str], source: str, by: str, seen: int, now: int
    ) -> None:
        """The draft becomes a version: `protocol` is (id, version, body). Raises DraftChanged or VersionTaken."""
        add = "INSERT INTO protocol (clinic, id, version, body, made_at, source, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)"
        id, version, _ = protocol

        async def store(tx: Tx) -> None:
            await _save(tx, (clinic, draft, source, by), seen, now)
            if not await tx.run(f"{add} ON CONFLICT DO NOTHING", (clinic, *protocol, now, source, by)):
                raise VersionTaken(f"‘{id}’ has a version {version} already, and a version never changes.")
            await tx.run("DELETE FROM draft WHERE clinic = ? AND id = ?", (clinic, draft))

        await self._do(store)


async def _save(tx: Tx, draft: tuple[str, str, str, str], seen: int, now: int) -> None:
    """When it was changed also tells one text from the next, so that it never stands still."""
    clinic, id, source, by = draft
    sql = "UPDATE draft SET source = ?, by = ?, changed_at = ? WHERE clinic = ? AND id = ? AND changed_at = ?"
    if not await tx.run(sql, (source, by, max(now, seen + 1), clinic, id, seen)):
        raise DraftChanged("Somebody else changed this draft meanwhile.")
