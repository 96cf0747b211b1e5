"""Whether a whole database holds together: each chain, each count. What a copy must pass before it is one."""

from collections.abc import Callable
from dataclasses import dataclass

from . import chain
from .engine import Tx
from .errors import StoreError
from .folded import stored_in

Said = Callable[[str], None]
SOME = 1_000  # sessions between two words on how far it has come


@dataclass(frozen=True, slots=True)
class Whole:
    """What was found, all of it sound."""

    sessions: int
    entries: int
    held: int


async def check(copy: Tx, said: Said = lambda words: None) -> Whole:
    """Counts what is there; raises StoreError naming the first thing that doesn't hold."""
    if damage := await copy.damage():
        raise StoreError(f"The copy is damaged, and was thrown away: {damage}.")
    sessions = [tuple(row) for row in await copy.all("SELECT clinic, id, seq, head FROM session ORDER BY clinic, id")]
    for number, (clinic, id, seq, head) in enumerate(sessions, 1):
        await _check_session(copy, clinic, {"id": id, "seq": seq, "head": head})
        if number % SOME == 0:
            said(f"checked {number:,} of {len(sessions):,} sessions")
    folded = await _number(copy, "SELECT CAST(sum(seq) AS BIGINT) FROM archive")
    entries = folded + await _number(copy, "SELECT count(*) FROM entry")
    aside = await _number(copy, "SELECT count(*) FROM held")
    expected = await _number(copy, "SELECT CAST(sum(held) AS BIGINT) FROM session")
    if entries != sum(seq for _, _, seq, _ in sessions) or aside != expected:
        raise StoreError("The copy holds entries of no session, and was thrown away.")
    return Whole(len(sessions), entries, aside)


async def _check_session(copy: Tx, clinic: str, session: dict[str, object]) -> None:
    entries = await stored_in(copy.all, clinic, str(session["id"]))
    if problems := chain.verify({"session": session, "entries": entries}):
        raise StoreError(f"The record does not hold together, so there is no copy: {problems[0]}")


async def _number(copy: Tx, sql: str) -> int:
    return int((await copy.all(sql))[0][0] or 0)
