"""What can be known of many sessions without reading their records, and which process watches the clock for all.

An index: every row can be made again from the record, and none is believed over it.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from .base import Base
from .engine import Row, Tx

WATCH = "watch"  # the lease of whoever makes summaries and raises alarms
SUMMARY = "clinic, session, seq, held, release, at, changes_at, card"
ARRANGED = "s.start, s.version, s.initials, s.room, s.colour, s.pattern"  # in the order of Session.arranged
LISTED = f"s.clinic, s.id, s.handle, s.seq, s.held, {ARRANGED}"
LEFT = " AND s.erased_at IS NULL"  # no list shows what was erased as if it were a day


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as a list needs it: whether anything was added to it can be told from `seq` and `held`, whether it was
    moved or marked or put under other limits from the rest."""

    clinic: str
    id: str
    handle: str
    seq: int
    held: int
    start: int
    version: str = ""
    initials: str = ""
    room: str = ""
    colour: str = ""
    pattern: str = ""

    @property
    def arranged(self) -> list[Any]:
        """The same as Session's."""
        return [self.start, self.version, self.initials, self.room, self.colour, self.pattern]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session's record said at `at`, up to `seq`: good until `changes_at`, under the release that made it, and
    while the session is as its card's `arranged` says."""

    clinic: str
    session: str
    seq: int
    held: int
    release: str
    at: int
    changes_at: int | None
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert that a server has come to know of."""

    clinic: str
    session: str
    alert: str
    level: str
    since: int | None
    raised_at: int
    raised_by: str


class Summaries(Base):
    @property
    def alone(self) -> bool:
        """Whether no other process can serve this database, so that no lease is needed."""
        return self._engine.name == "sqlite"

    async def listed(self, clinic: str, id: str) -> Listed | None:
        """One session, as lists need it."""
        row = await self._one(f"SELECT {LISTED} FROM session s WHERE clinic = ? AND id = ?{LEFT}", (clinic, id))  # noqa: S608
        return Listed(*row) if row else None

    async def listed_from(self, clinic: str, since: int, until: int) -> list[Listed]:
        """Those planned to start at or after `since` and before `until`, in that order."""
        sql = f"SELECT {LISTED} FROM session s WHERE clinic = ? AND start >= ? AND start < ?{LEFT} ORDER BY start, id"  # noqa: S608
        return [Listed(*row) for row in await self._all(sql, (clinic, since, until))]

    async def summaries_from(self, clinic: str, since: int, until: int) -> list[Summary]:
        """The summaries of the same sessions, where they have one."""
        columns = ", ".join(f"m.{column}" for column in SUMMARY.split(", "))
        rows = await self._all(
            f"SELECT {columns} FROM session s"  # noqa: S608
            " JOIN summary m ON m.clinic = s.clinic AND m.session = s.id"
            f" WHERE s.clinic = ? AND s.start >= ? AND s.start < ?{LEFT}",
            (clinic, since, until),
        )
        return [_summary(row) for row in rows]

    async def due(self, now: int, limit: int) -> list[Listed]:
        """Sessions of which time alone may have changed what their record says."""
        sql = (
            f"SELECT {LISTED} FROM summary m JOIN session s ON s.clinic = m.clinic AND s.id = m.session"  # noqa: S608
            " WHERE m.changes_at <= ? ORDER BY m.changes_at LIMIT ?"
        )
        return [Listed(*row) for row in await self._all(sql, (now, limit))]

    async def unsummarised(self, now: int, after: tuple[str, str], limit: int) -> list[Listed]:
        """Sessions that are not over and have grown since their summary was made, in the order of their keys."""
        sql = (
            f"SELECT {LISTED} FROM session s LEFT JOIN summary m ON m.clinic = s.clinic AND m.session = s.id"  # noqa: S608
            f" WHERE (s.clinic, s.id) > (?, ?) AND s.over_at > ?{LEFT} AND (m.seq IS NULL OR m.seq <> s.seq)"
            " ORDER BY s.clinic, s.id LIMIT ?"
        )
        return [Listed(*row) for row in await self._all(sql, (*after, now, limit))]

    async def note(self, holder: str, found: Sequence[Summary], alarms: Sequence[Alarm], *, by_time: bool) -> bool:
        """Keeps summaries, and alarms where they are new, if `holder` still is the one that watches.

        `by_time`: nobody has heard of the change yet, since no entry brought it. What was reckoned from a session that
        has been arranged otherwise meanwhile is dropped: it is made anew.
        """

        async def keep(tx: Tx) -> bool:
            if not self.alone and not await _holds(tx, holder):
                return False
            gone = {(one.clinic, one.session) for one in found if not await _is_as_drawn(tx, one)}
            await tx.many(
                f"INSERT INTO summary ({SUMMARY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
                " ON CONFLICT (clinic, session) DO UPDATE SET seq = excluded.seq, held = excluded.held,"
                " release = excluded.release, at = excluded.at, changes_at = excluded.changes_at, card = excluded.card",
                [(*_columns(one), json.dumps(one.card)) for one in found if (one.clinic, one.session) not in gone],
            )
            await tx.many(
                "INSERT INTO alarm (clinic, session, alert, level, since, raised_at, raised_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [astuple(one) for one in alarms if (one.clinic, one.session) not in gone],
            )
            return True

        return await self._do(keep, {(one.clinic, one.session, 0) for one in found} if by_time else frozenset())

    async def alarms(self, clinic: str, session: str) -> list[Alarm]:
        """What was raised for a session, in that order."""
        sql = (
            "SELECT clinic, session, alert, level, since, raised_at, raised_by FROM alarm"
            " WHERE clinic = ? AND session = ? ORDER BY raised_at, alert"
        )
        return [Alarm(*row) for row in await self._all(sql, (clinic, session))]

    async def alarmed(self, clinic: str, since: int, until: int, kind: str) -> set[str]:
        """The sessions planned to start in that time for which an alarm of a kind (how its key begins) was ever
        raised, also where nothing is left of it."""
        rows = await self._all(
            "SELECT DISTINCT a.session FROM session s JOIN alarm a ON a.clinic = s.clinic AND a.session = s.id"
            " WHERE s.clinic = ? AND s.start >= ? AND s.start < ? AND a.alert LIKE ?",
            (clinic, since, until, f"{kind}:%"),
        )
        return {row[0] for row in rows}

    async def lease(self) -> tuple[str, int] | None:
        """(holder, beat) of the watch, which only one process may keep at a time."""
        row = await self._one("SELECT holder, beat FROM lease WHERE name = ?", (WATCH,))
        return (row[0], row[1]) if row else None

    async def take_lease(self, holder: str, seen: tuple[str, int] | None) -> bool:
        """Takes it from whom was `seen` to hold it, if nothing has happened since; or counts one's own beat up.

        No clock is compared with another's: a holder is dead when its beat has stood still for as long as one waits.
        """
        if seen is None:
            sql = "INSERT INTO lease (name, holder, beat) VALUES (?, ?, 1) ON CONFLICT DO NOTHING"
            return await self._run(sql, (WATCH, holder)) == 1
        sql = "UPDATE lease SET holder = ?, beat = beat + 1 WHERE name = ? AND holder = ? AND beat = ?"
        return await self._run(sql, (holder, WATCH, *seen)) == 1


async def _is_as_drawn(tx: Tx, one: Summary) -> bool:
    """Whether its session is still arranged as when it was summed up. Its row is held, so that it stays so."""
    arranged = one.card.get("arranged")
    if arranged is None:
        return True
    sql = f"SELECT {ARRANGED} FROM session s WHERE clinic = ? AND id = ?{tx.for_update}"  # noqa: S608
    return [list(row) for row in await tx.all(sql, (one.clinic, one.session))] == [arranged]


async def _holds(tx: Tx, holder: str) -> bool:
    rows = await tx.all(f"SELECT holder FROM lease WHERE name = ?{tx.for_update}", (WATCH,))  # noqa: S608
    return bool(rows) and rows[0][0] == holder


def _summary(row: Row) -> Summary:
    columns = list(row)
    columns[-1] = json.loads(columns[-1])
    return Summary(*columns)


def _columns(one: Summary) -> tuple[Any, ...]:
    return (one.clinic, one.session, one.seq, one.held, one.release, one.at, one.changes_at)
