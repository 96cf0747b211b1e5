"""The record: taking entries in, and reading them back. What an entry means is not known here."""

import json
from dataclasses import replace
from operator import itemgetter
from typing import Any

from .base import Base
from .folded import FOLDED, stored_in
from .folding import unpacked
from .tables import HELD, loaded
from .types import EntryDict, Fact, Held, Push, Session, Verdict

FORM = "id, device, n, seen, seq, role, t, kind, step, answer, of, reason, at, skew, received_at, by"
KEPT = HELD.removeprefix("clinic, session, ").replace(" fingerprint,", "")


class Record(Base):
    async def push(self, push: Push) -> list[Verdict]:
        """A verdict for each entry, in order. `stored` is on disk when this returns."""
        if not push.entries:
            return []
        return await self._writer.push(push)

    async def append(self, fact: Fact) -> Verdict:
        """The same for a form's one entry: the same id again is a duplicate, whenever it was tapped."""
        entry = {
            "id": fact.id, "seen": fact.seen, "at": fact.now if fact.at is None else fact.at, "kind": fact.kind,
            "step": fact.step, "answer": fact.answer, "of": fact.of, "reason": fact.reason,
        }  # fmt: skip
        push = Push(
            clinic=fact.clinic, session=fact.session, by=fact.by, role=fact.role, device=fact.device,
            sent_at=fact.now, now=fact.now, entries=[entry], revoked=fact.revoked,
        )  # fmt: skip
        return (await self._writer.push(push, allotted=True))[0]

    async def entries(self, session: Session, after: int = 0, limit: int | None = None) -> list[EntryDict]:
        """RULES.md's form, with `at`, `skew`, `received_at` and `by` beside it, in the order of `seq`.
        Of an erased record none: what is left of its entries says nothing that a rule could reckon with."""
        rest = "FROM entry WHERE clinic = ? AND session = ? AND seq > ? AND seq <= ?"
        until = 2**62 if limit is None else after + limit  # seq has no gaps
        keys = FORM.split(", ")
        found = [
            dict(zip(keys, row, strict=True))
            for row in await self._engine.select(FORM, rest, (session.clinic, session.id, after, until))
        ]
        found.sort(key=itemgetter("seq"))
        for entry in found:
            entry["answer"] = loaded(entry["answer"])
        if after < session.seq and (not found or found[0]["seq"] > after + 1):
            folded = [one for one in await self._folded(session) if after < one["seq"] <= until]
            return [{key: one[key] for key in keys} for one in folded if "salt" in one] + found
        return found

    async def held(self, session: Session) -> list[Held]:
        sql = f"SELECT {KEPT} FROM held WHERE clinic = ? AND session = ? ORDER BY number"  # noqa: S608
        rows = await self._all(sql, (session.clinic, session.id))
        return [replace(Held(*row), body=json.loads(row[-1])) for row in rows]

    async def chained(self, session: Session) -> list[dict[str, Any]]:
        """Everything stored of each entry, with salts and hashes: what an export carries so that it can be verified.

        Up to `session.seq`, so that it ends in `session.head` though entries may be arriving.
        """
        entries = await stored_in(self._engine.read, session.clinic, session.id)
        return entries[: session.seq]

    async def _folded(self, session: Session) -> list[dict[str, Any]]:
        rows = await self._all(FOLDED, (session.clinic, session.id))
        return unpacked(rows[0][0]) if rows else []
