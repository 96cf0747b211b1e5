"""Who sits where in a session: seats, the browsers that hold them, and who of the clinic has looked. Hashes only."""

from .engine import Tx
from .sessions import Sessions
from .types import Claim, Look, Seat, Session

SEAT = "clinic, session, id, role, name, link_hash, code_hash, code_expires_at, revoked_at, language"
OF_SEAT = "clinic = ? AND session = ? AND id = ?"


class Seats(Sessions):
    async def seats(self, session: Session) -> list[Seat]:
        sql = f"SELECT {SEAT} FROM seat WHERE clinic = ? AND session = ? ORDER BY role, id"  # noqa: S608
        return [Seat(*row) for row in await self._all(sql, (session.clinic, session.id))]

    async def seat(self, session: Session, id: str) -> Seat | None:
        row = await self._one(f"SELECT {SEAT} FROM seat WHERE {OF_SEAT}", (session.clinic, session.id, id))  # noqa: S608
        return Seat(*row) if row else None

    async def seat_by_link(self, link_hash: str) -> tuple[Seat, Session] | None:
        """Revoked ones and sessions long over too: what to say to those is the caller's to know."""
        row = await self._one(f"SELECT {SEAT} FROM seat WHERE link_hash = ?", (link_hash,))  # noqa: S608
        return await self._with_session(Seat(*row)) if row else None

    async def seat_by_code(self, code_hash: str, now: int) -> tuple[Seat, Session] | None:
        """Codes are short: where two seats happen to have the same one, it opens neither."""
        sql = f"SELECT {SEAT} FROM seat WHERE code_hash = ? AND code_expires_at > ? AND revoked_at IS NULL"  # noqa: S608
        rows = await self._all(sql, (code_hash, now))
        return await self._with_session(Seat(*rows[0])) if len(rows) == 1 else None

    async def new_code(self, seat: Seat, code_hash: str | None, expires_at: int | None) -> None:
        """None takes the code away."""
        sql = f"UPDATE seat SET code_hash = ?, code_expires_at = ? WHERE {OF_SEAT}"  # noqa: S608
        await self._run(sql, (code_hash, expires_at, seat.clinic, seat.session, seat.id))

    async def new_link(self, seat: Seat, link_hash: str) -> None:
        """The old link opens nothing any more; pages that it opened stay open, until they are ended. A seat that was
        ended is given anew: what was open then stays ended."""
        which = (seat.clinic, seat.session, seat.id)

        async def changed(tx: Tx) -> None:
            gone = "SELECT revoked_at FROM seat WHERE clinic = ? AND session = ? AND id = ? AND revoked_at IS NOT NULL"
            for (at,) in await tx.all(gone, which):
                pages = "clinic = ? AND session = ? AND seat = ? AND ended_at IS NULL"
                await tx.run(f"UPDATE claim SET ended_at = ? WHERE {pages}", (at, *which))  # noqa: S608
            await tx.run(f"UPDATE seat SET link_hash = ?, revoked_at = NULL WHERE {OF_SEAT}", (link_hash, *which))  # noqa: S608

        await self._do(changed, {_news(seat)})

    async def name_seat(self, seat: Seat, name: str) -> None:
        args = (name, seat.clinic, seat.session, seat.id)
        await self._run(f"UPDATE seat SET name = ? WHERE {OF_SEAT}", args, {_news(seat)})  # noqa: S608

    async def speak_seat(self, seat: Seat, language: str) -> None:
        """In which language the pages of this seat are."""
        args = (language, seat.clinic, seat.session, seat.id)
        await self._run(f"UPDATE seat SET language = ? WHERE {OF_SEAT}", args, {_news(seat)})  # noqa: S608

    async def revoke_seat(self, seat: Seat, now: int) -> None:
        sql = f"UPDATE seat SET revoked_at = ? WHERE {OF_SEAT} AND revoked_at IS NULL"  # noqa: S608
        await self._run(sql, (now, seat.clinic, seat.session, seat.id), {(seat.clinic, seat.session, 0)})

    async def claim(self, credential_hash: str, seat: Seat, now: int) -> None:
        """One browser holds one seat of a session: the last one claimed."""
        await self._run(
            "INSERT INTO claim (clinic, session, credential_hash, seat, claimed_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (clinic, session, credential_hash)"
            " DO UPDATE SET seat = excluded.seat, claimed_at = excluded.claimed_at, ended_at = NULL",
            (seat.clinic, seat.session, credential_hash, seat.id, now),
            {(seat.clinic, seat.session, 0)},
        )

    async def claimed(self, credential_hash: str, session: Session) -> Seat | None:
        """The seat that a browser holds; revoked where the seat was, or this browser's pages alone."""
        ended = "coalesce(s.revoked_at, c.ended_at)"
        columns = ", ".join(ended if column == "revoked_at" else f"s.{column}" for column in SEAT.split(", "))
        row = await self._one(
            f"SELECT {columns} FROM claim c"  # noqa: S608
            " JOIN seat s ON s.clinic = c.clinic AND s.session = c.session AND s.id = c.seat"
            " WHERE c.clinic = ? AND c.session = ? AND c.credential_hash = ?",
            (session.clinic, session.id, credential_hash),
        )
        return Seat(*row) if row else None

    async def claims(self, session: Session) -> list[Claim]:
        """The browsers that hold a seat of this session, the latest first."""
        sql = (
            "SELECT credential_hash, seat, claimed_at, ended_at FROM claim WHERE clinic = ? AND session = ?"
            " ORDER BY claimed_at DESC, credential_hash"
        )
        return [Claim(*row) for row in await self._all(sql, (session.clinic, session.id))]

    async def end_claim(self, credential_hash: str, session: Session, now: int) -> None:
        """Ends the pages of one browser: it reads no more, and what it still brings is kept aside."""
        which = "clinic = ? AND session = ? AND credential_hash = ? AND ended_at IS NULL"
        args = (now, session.clinic, session.id, credential_hash)
        await self._run(f"UPDATE claim SET ended_at = ? WHERE {which}", args, {(session.clinic, session.id, 0)})  # noqa: S608

    async def look(self, session: Session, staff_id: str, name: str, seq: int, now: int) -> None:
        """Kept as the highest `seq` that this person has seen, and since when."""
        await self._run(
            "INSERT INTO look (clinic, session, staff, name, seq, at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (clinic, session, staff)"
            " DO UPDATE SET name = excluded.name, seq = excluded.seq, at = excluded.at WHERE excluded.seq > look.seq",
            (session.clinic, session.id, staff_id, name, seq, now),
            {(session.clinic, session.id, 0)},
        )

    async def looks(self, session: Session) -> list[Look]:
        sql = "SELECT name, seq, at FROM look WHERE clinic = ? AND session = ? ORDER BY at, staff"
        return [Look(*row) for row in await self._all(sql, (session.clinic, session.id))]

    async def _with_session(self, seat: Seat) -> tuple[Seat, Session] | None:
        session = await self.session_of(seat.clinic, seat.session)
        return (seat, session) if session else None


def _news(seat: Seat) -> tuple[str, str, int]:
    return (seat.clinic, seat.session, 0)
