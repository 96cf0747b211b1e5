"""The state of a session as the server shows it: evaluated again only when an entry came or its `changes_at` passed."""

import json
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sessionday.core import evaluate
from sessionday.limits import base_version
from sessionday.protocols import Checklist
from sessionday.store import Session, Store, StoreError
from sessionday.web.recent import Recent

KEPT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Current:
    """A session's record and what it said at the instant `at` (ms). The same only as itself."""

    entries: tuple[Mapping[str, Any], ...]
    state: Mapping[str, Any]
    seq: int
    at: int

    def holds(self, now: int) -> bool:
        """Whether `state` is still what the record says at `now`."""
        changes_at = self.state["changes_at"]
        return self.at <= now and (changes_at is None or now < changes_at)


class States:
    """Remembers the latest state of the sessions that are asked about; the record decides, this only saves work."""

    def __init__(self, store: Store, recent: Recent) -> None:
        self._store = store
        self._recent = recent
        self._epoch = store.epoch
        self._pasts = 0
        self._kept: OrderedDict[str, tuple[Hashable, Current]] = OrderedDict()
        self._names: dict[tuple[str, str], str] = {}
        self._checklists: dict[tuple[str, str, str], Checklist] = {}

    async def of(self, session: Session, now: int) -> Current:
        """What the record of `session` says at `now`."""
        self._forget_another_past()
        # Rescheduled, or under other limits, the same entries say something else
        arranged: Hashable = (session.start, session.protocol_version)
        basis, known = self._kept.get(session.id, (arranged, None))
        past = self._pasts
        fresh = await self.since(session, known.seq if known else 0)
        if past != self._pasts:
            return await self.of(session, now)
        if known is None or fresh or basis != arranged or not known.holds(now):
            known = await self._evaluated(session, (*(known.entries if known else ()), *fresh), now)
        if past != self._pasts:
            return known
        self._kept[session.id] = (arranged, known)  # again: it may have been forgotten while the record was read
        self._kept.move_to_end(session.id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known

    def newest(self, session: Session) -> int:
        """The highest `seq` known: what the row said when it was read, or what was stored here since."""
        return max(session.seq, self._recent.newest(session.id))

    async def since(self, session: Session, seq: int, limit: int | None = None) -> Sequence[dict[str, Any]]:
        """The entries after `seq`, at most `limit` where the record is read for them."""
        self._forget_another_past()
        newest = self.newest(session)
        if seq >= newest:
            return ()
        found = self._recent.after(session.id, seq)
        if found is None or not found or found[-1]["seq"] < newest:
            found = await self._store.entries(session, after=seq, limit=limit)
        return await self._named(session, found)

    def forget(self) -> None:
        """Everything: what others stored may have been missed, or gone another way."""
        self._pasts += 1
        self._kept.clear()
        self._recent.forget()
        self._forget_own_versions()

    def forget_session(self, sessions: Iterable[str]) -> None:
        """What was remembered of these is not to be known any more; nor is what is being read of them now."""
        self._pasts += 1
        for session in sessions:
            self._kept.pop(session, None)
            self._recent.forget_session(session)
        self._forget_own_versions()

    def _forget_own_versions(self) -> None:
        """Protocols with one session's limits in them: some may be an erased session's."""
        self._checklists = {key: one for key, one in self._checklists.items() if base_version(key[2]) == key[2]}

    def _forget_another_past(self) -> None:
        """In another epoch (a standby was promoted) the record may have gone another way since."""
        if self._epoch != self._store.epoch:
            self._epoch = self._store.epoch
            self.forget()

    async def checklist(self, session: Session) -> Checklist:
        """The protocol that `session` is pinned to; protocols never change, so it is read
        once, but for what was forgotten with an erased session."""
        return await self._pinned((session.clinic, session.protocol_id, session.protocol_version))

    async def _pinned(self, key: tuple[str, str, str]) -> Checklist:
        if known := self._checklists.get(key):
            return known
        past, body = self._pasts, await self._store.protocol(*key)
        if body is None:
            raise StoreError(f"The protocol {key[1]} {key[2]} of this session is not in the database.")
        found = Checklist.from_json(json.loads(body))
        if past == self._pasts or base_version(key[2]) == key[2]:
            self._checklists[key] = found
        return found

    async def plain_checklist(self, session: Session) -> Checklist:
        """The clinic's own version of the protocol, without this session's limits."""
        return await self._pinned((session.clinic, session.protocol_id, base_version(session.protocol_version)))

    async def _named(self, session: Session, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The entries of staff with the name of who made each: a role is many people there."""
        for entry in entries:
            if entry["role"] == "staff" and "name" not in entry:
                key = (session.clinic, entry["by"])
                if key not in self._names:
                    self._names[key] = await self._store.name_of(*key)
                entry["name"] = self._names[key]
        return entries

    async def _evaluated(self, session: Session, entries: tuple[Mapping[str, Any], ...], now: int) -> Current:
        rules = (await self.checklist(session)).rules
        state = evaluate(rules, session.rules_form(), list(entries), now)
        return Current(entries, state, entries[-1]["seq"] if entries else 0, now)
