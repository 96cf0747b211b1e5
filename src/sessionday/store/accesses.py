"""Who of the clinic read whose session, when, and what of it. Only ever added to."""

from collections.abc import Sequence

from .base import Base, new_id
from .types import Access, Session

ACCESS = "session, staff, name, what, at"


class Accesses(Base):
    async def add_accesses(self, clinic: str, accesses: Sequence[Access]) -> None:
        """All of them in one transaction."""
        rows = [(clinic, new_id(), one.session, one.staff, one.name, one.what, one.at) for one in accesses]
        sql = "INSERT INTO access (clinic, id, session, staff, name, what, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        await self._do(lambda tx: tx.many(sql, rows))

    async def accesses(self, session: Session) -> list[Access]:
        """Of one session, the earliest first."""
        sql = f"SELECT {ACCESS} FROM access WHERE clinic = ? AND session = ? ORDER BY at, id"  # noqa: S608
        return [Access(*row) for row in await self._all(sql, (session.clinic, session.id))]

    async def accesses_from(self, clinic: str, since: int, until: int) -> list[tuple[Access, str, str]]:
        """Of a whole clinic between two instants, the latest first, each with its session's handle and client."""
        sql = (
            f"SELECT {', '.join(f'a.{column}' for column in ACCESS.split(', '))},"  # noqa: S608
            " coalesce(s.handle, ''), coalesce(s.client, '')"
            " FROM access a LEFT JOIN session s ON s.clinic = a.clinic AND s.id = a.session"
            " WHERE a.clinic = ? AND a.at >= ? AND a.at < ? ORDER BY a.at DESC, a.id"
        )
        return [(Access(*row[:5]), row[5], row[6]) for row in await self._all(sql, (clinic, since, until))]
