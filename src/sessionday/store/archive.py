"""Sessions that are long over: each record folded into one piece, out of the way of those of the day.

Nothing is lost by it: what is read is read from there, the chain still verifies, and a phone that offers an old entry
again is told that it is there. A tenth of the room is enough, and the live tables stay as small as the clinics' weeks.
"""

import asyncio
import logging
from typing import Any

from . import chain
from .base import Base
from .engine import Tx
from .errors import StoreError
from .folded import stored_in
from .folding import packed

log = logging.getLogger(__name__)


class Unsound(StoreError):
    """A record whose chain is broken."""


class Archive(Base):
    unsound: dict[str, str]  # by session, what is wrong with its record

    async def archive(self, before: int, now: int, most: int) -> int:
        """Folds up to `most` sessions that were over before `before`, the oldest first; how many it came to.

        One whose record does not hold together is left where it is, told once, and passed by from then on.
        """
        rows = await self._all(
            "SELECT clinic, id, seq, head FROM session"
            " WHERE archived_at IS NULL AND over_at < ? ORDER BY over_at LIMIT ?",
            (before, most + len(self.unsound)),
        )
        sound = [row for row in rows if row[1] not in self.unsound]
        for clinic, id, seq, head in sound:
            try:
                await self._fold(clinic, {"id": id, "seq": seq, "head": head}, now)
            except Unsound as problem:
                self.unsound[id] = str(problem)
                log.error("session %s can't be folded: %s", id, problem)
        return len(sound)

    async def _fold(self, clinic: str, session: dict[str, Any], now: int) -> None:
        try:
            entries = await stored_in(self._engine.read, clinic, session["id"])
        except ValueError as damage:
            raise Unsound(f"The record can’t be read, and is left where it is: {damage}") from damage
        if problems := chain.verify({"session": session, "entries": entries}):
            raise Unsound(f"The record does not hold together, and is left where it is: {problems[0]}")
        record = await asyncio.to_thread(packed, entries)
        await self._do(lambda tx: _replace(tx, clinic, session, record, now))


async def _replace(tx: Tx, clinic: str, session: dict[str, Any], record: str, now: int) -> None:
    """Nothing is added to a session that is over; if something was, the record stays as it is until the next time."""
    key = (clinic, session["id"])
    said = "UPDATE session SET archived_at = ? WHERE clinic = ? AND id = ? AND seq = ? AND archived_at IS NULL"
    if not await tx.run(said, (now, *key, session["seq"])) or not session["seq"]:
        return
    add = "INSERT INTO archive (clinic, session, seq, made_at, record) VALUES (?, ?, ?, ?, ?)"
    await tx.run(add, (*key, session["seq"], now, record))
    await tx.run("DELETE FROM entry WHERE clinic = ? AND session = ?", key)
