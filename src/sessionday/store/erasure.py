"""Takes what is private out of a record, once and for good: by a lead's word, or by the clinic's rule.

What is left of an entry is its place in the chain, so that nobody can say that the record was another one: its numbers
and times, which step it was about, and the role of who made it. What each table keeps is told in docs/retention.md.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from . import chain
from .arrangements import note
from .base import new_id
from .engine import Tx
from .errors import NotErasable
from .folded import stored_in
from .folding import packed
from .known_date import is_known
from .sessions import Sessions
from .types import ERASED, Session, Staff

By = tuple[str, str, Mapping[str, Any]]  # id and name of whoever wants it, empty for the rule; and why
KEEP_YEARS = "keep_years"
SECOND = 1000
DAY_MS = 86_400 * SECOND
# Also what was made or written down long ago: a start with a mistyped year makes no record old.
OLD = (
    "clinic = ? AND over_at < ? AND made_at < ? AND erased_at IS NULL AND kept_at IS NULL AND NOT EXISTS (SELECT 1"
    " FROM entry e WHERE e.clinic = session.clinic AND e.session = session.id AND e.received_at >= ?)"
)
# Nothing of these is needed by what is left. Those who point at others come first.
GONE = ("summary", "alarm", "browser", "claim", "seat", "device")
HELD_LEFT = (
    "UPDATE held SET fingerprint = 'erased ' || CAST(number AS TEXT), id = NULL, device = '', n = NULL, message = '',"
    " body = 'null', emptied_at = ? WHERE clinic = ? AND session = ?"
)
# Who of the clinic arranged something stays named; whoever sat in a seat does not.
ARRANGED_LEFT = (
    "UPDATE arrangement SET body = '{}', emptied_at = ?, name = CASE WHEN EXISTS"
    " (SELECT 1 FROM staff WHERE staff.clinic = arrangement.clinic AND staff.id = arrangement.by) THEN name ELSE '' END"
    " WHERE clinic = ? AND session = ?"
)
# The limits of one session are in a version of its protocol that is its alone; that of a clinic bears no such mark.
OWN_VERSIONS = (
    "DELETE FROM protocol WHERE clinic = ? AND id = ? AND version LIKE '%+%' AND made_by IS NULL AND made_at < ?"
    " AND NOT EXISTS (SELECT 1 FROM session s WHERE s.clinic = protocol.clinic AND s.protocol = protocol.id"
    " AND s.version = protocol.version)"
)
log = logging.getLogger(__name__)


class Erasure(Sessions):
    unsound: dict[str, str]  # by session, what is wrong with its record

    async def erase(self, session: Session, by: str, name: str, now: int, *, body: Mapping[str, Any]) -> bool:
        """Erases the record of a session that is over, by the word of `by`; `body` says why. False where that was done
        already; raises NotErasable."""
        _refuse(session.over_at, session.kept_at, now)
        record = await self._verified(session)
        last_word = max(session.made_at, *(one["received_at"] for one in record[-1:]), 0)
        if not await is_known(self._engine.read, session.clinic, now, since=last_word):
            raise NotErasable("clock", "The server’s clock may be wrong, so this record is left as it is.")
        return await self._take_out(session, record, (by, name, body), now)

    async def wipe(self) -> None:
        """What was erased leaves the database's files too, where something was and nobody reads an older state."""
        if self._engine.to_wipe:
            await self._writer.wipe()

    async def erase_old(self, now: int, most: int) -> int:
        """Erases up to `most` sessions that were over longer ago than their clinic keeps records; how many it did.

        Nothing where the clinic's people have not worked under this date for a while."""
        count, rules = 0, "SELECT id, keep_years FROM clinic WHERE keep_years IS NOT NULL ORDER BY id"
        for clinic, years in await self._all(rules):
            old = await self._old(clinic, years_before(now, years), most - count)
            if old and await is_known(self._engine.read, clinic, now):
                for session in old:
                    count += await self._erase_by_rule(session, years, now)
        return count

    async def count_old(self, clinic: str, now: int, years: int) -> int:
        """How many records such a rule erases at once."""
        before = years_before(now, years)
        row = await self._one(f"SELECT count(*) FROM session WHERE {OLD}", (clinic, before, before, before))  # noqa: S608
        return int(row[0]) if row else 0

    async def set_keep_years(self, by: Staff, years: int | None, now: int) -> None:
        """For how long the clinic keeps records; None: nothing goes by itself. That it was changed is on record."""

        async def changed(tx: Tx) -> None:
            await tx.run("UPDATE clinic SET keep_years = ? WHERE id = ?", (years, by.clinic))
            what = KEEP_YEARS if years is None else f"{KEEP_YEARS} {years}"
            add = "INSERT INTO access (clinic, id, session, staff, name, what, at) VALUES (?, ?, '', ?, ?, ?, ?)"
            await tx.run(add, (by.clinic, new_id(), by.id, by.name, what, now))

        await self._do(changed, {(by.clinic, "", 0)})

    async def keep_years_set(self, clinic: str) -> tuple[str, int] | None:
        """(name, at) of who changed that rule last."""
        which = "clinic = ? AND session = '' AND what LIKE ?"
        sql = f"SELECT name, at FROM access WHERE {which} ORDER BY at DESC, id LIMIT 1"  # noqa: S608
        row = await self._one(sql, (clinic, f"{KEEP_YEARS}%"))
        return (row[0], row[1]) if row else None

    async def _erase_by_rule(self, session: Session, years: int, now: int) -> bool:
        """One that can't be erased never holds up the others. A broken one is told, and passed by from then on; what
        else is in the way may be over by the next time."""
        try:
            record = await self._verified(session)
            if record and record[-1]["received_at"] >= years_before(now, years):
                raise NotErasable("young", "Something was written down later than this session was over.")
            return await self._take_out(session, record, ("", "", {"years": years}), now, years)
        except NotErasable as problem:
            if problem.why == "broken":
                self.unsound[session.id] = str(problem)
                log.error("session %s can't be erased: %s", session.id, problem)
            return False

    async def _take_out(
        self, session: Session, record: list[dict[str, Any]], by: By, now: int, rule: int | None = None
    ) -> bool:
        left = await asyncio.to_thread(packed, [chain.emptied(entry) for entry in record])
        news = {(session.clinic, session.id, ERASED)}
        done = await self._do(lambda tx: _erase(tx, session, left, by, now, rule), news)
        if done:
            self._engine.to_wipe = True
            await self.wipe()
        return done

    async def _old(self, clinic: str, before: int, most: int) -> list[Session]:
        sql = f"SELECT id FROM session WHERE {OLD} ORDER BY over_at LIMIT ?"  # noqa: S608
        rows = await self._all(sql, (clinic, before, before, before, most + len(self.unsound)))
        found = [await self.session_of(clinic, id) for (id,) in rows if id not in self.unsound]
        return [session for session in found if session][: max(most, 0)]

    async def _verified(self, session: Session) -> list[dict[str, Any]]:
        """A record that does not hold together is no proof of anything any more: somebody has to look at it first."""
        try:
            entries = (await stored_in(self._engine.read, session.clinic, session.id))[: session.seq]
        except ValueError as damage:
            raise NotErasable("broken", f"The record can’t be read, and is left as it is: {damage}") from damage
        whole = {"id": session.id, "seq": session.seq, "head": session.head}
        if problems := chain.verify({"session": whole, "entries": entries}):
            raise NotErasable("broken", f"The record does not hold together, and is left as it is: {problems[0]}")
        return entries


async def _erase(tx: Tx, session: Session, left: str, by: By, now: int, rule: int | None) -> bool:
    """All of it in one transaction, with the session's row to itself: whoever writes about it meanwhile waits, and then
    finds it erased."""
    if rule is not None and not await _is_ruled(tx, session, rule, now):
        return False
    key = (session.clinic, session.id)
    columns = "seq, over_at, kept_at, erased_at"
    rows = await tx.all(f"SELECT {columns} FROM session WHERE clinic = ? AND id = ?{tx.alone}", key)  # noqa: S608
    seq, over_at, kept_at, erased_at = rows[0] if rows else (0, 0, None, now)
    if erased_at is not None:
        return False
    _refuse(over_at, kept_at, now, grown=seq != session.seq)
    await tx.run(
        "UPDATE session SET client = '', pickup_code = '', initials = '', room = '', colour = '', pattern = '',"
        " limits = '{}', version = ?, archived_at = coalesce(archived_at, ?), erased_at = ?"
        " WHERE clinic = ? AND id = ?",
        (await _version(tx, session), now, now, *key),
    )
    await tx.run(OWN_VERSIONS, (session.clinic, session.protocol_id, now - DAY_MS))
    await _empty(tx, key, seq, left, now)
    who, name, body = by
    await note(tx, session, "erased", who, name, now, body, emptied_at=now)
    return True


def _refuse(over_at: int, kept_at: int | None, now: int, *, grown: bool = False) -> None:
    if kept_at is not None:
        raise NotErasable("kept", "This record is to be kept, and is left as it is.")
    if now <= over_at or grown:
        raise NotErasable("not_over", "This session is not over, and its record is left as it is.")


async def _is_ruled(tx: Tx, session: Session, years: int, now: int) -> bool:
    """Whether the clinic's rule is still this one, and still asks for this. Whoever changes it waits, so that nothing
    goes by a rule that was taken back."""
    rows = await tx.all(f"SELECT keep_years FROM clinic WHERE id = ?{tx.for_update}", (session.clinic,))  # noqa: S608
    if not rows or rows[0][0] != years:
        return False
    before = years_before(now, years)
    old = f"SELECT 1 FROM session WHERE id = ? AND {OLD}"  # noqa: S608
    return bool(await tx.all(old, (session.id, session.clinic, before, before, before)))


async def _empty(tx: Tx, key: tuple[str, str], seq: int, left: str, now: int) -> None:
    """The record, and what is beside it."""
    emptied = "UPDATE archive SET record = ?, seq = ?, emptied_at = ? WHERE clinic = ? AND session = ?"
    if not await tx.run(emptied, (left, seq, now, *key)) and seq:
        add = "INSERT INTO archive (clinic, session, seq, made_at, record, emptied_at) VALUES (?, ?, ?, ?, ?, ?)"
        await tx.run(add, (*key, seq, now, left, now))
    await tx.run("DELETE FROM entry WHERE clinic = ? AND session = ?", key)
    await tx.run(HELD_LEFT, (now, *key))
    await tx.run(ARRANGED_LEFT, (now, *key))
    for table in GONE:
        await tx.run(f"DELETE FROM {table} WHERE clinic = ? AND session = ?", key)  # noqa: S608


async def _version(tx: Tx, session: Session) -> str:
    """The clinic's own version of the protocol, in place of the one that names this session's limits."""
    plain = session.protocol_version.split("+", 1)[0]
    sql = "SELECT 1 FROM protocol WHERE clinic = ? AND id = ? AND version = ?"
    return plain if await tx.all(sql, (session.clinic, session.protocol_id, plain)) else session.protocol_version


def years_before(now: int, years: int) -> int:
    """The same day and hour so many years earlier, by the calendar."""
    date = datetime.fromtimestamp(now // SECOND, UTC)
    if date.year <= years:
        return 0
    day = 28 if (date.month, date.day) == (2, 29) else date.day
    return int(date.replace(year=date.year - years, day=day).timestamp()) * SECOND
