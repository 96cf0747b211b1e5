"""Reads a record wherever it is: in its table, or folded into one piece."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from .engine import Row
from .folding import unpacked
from .tables import STORED, as_chained

FOLDED = "SELECT record FROM archive WHERE clinic = ? AND session = ?"
Read = Callable[[str, Sequence[Any]], Awaitable[list[Row]]]


async def stored_in(read: Read, clinic: str, session: str) -> list[dict[str, Any]]:
    """All that is stored of each entry of a session, in order, wherever its record is."""
    sql = f"SELECT {STORED} FROM entry WHERE clinic = ? AND session = ? ORDER BY seq"  # noqa: S608
    entries = [as_chained(row) for row in await read(sql, (clinic, session))]
    if entries and entries[0]["seq"] == 1:
        return entries
    rows = await read(FOLDED, (clinic, session))
    return (unpacked(rows[0][0]) if rows else []) + entries
