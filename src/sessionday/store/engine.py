"""What the store asks of a database, so that every SQL sentence can be written once. Never imports a driver.

SQL here is the common tongue of SQLite and PostgreSQL: `?` placeholders, TEXT and BIGINT, ON CONFLICT, RETURNING.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from .types import News

Row = Sequence[Any]


class Tx(Protocol):
    """An open transaction, for as long as its block lasts."""

    for_update: (
        str  # what ends a SELECT whose rows must not change under us; SQLite's writer is alone, and needs nothing
    )

    async def all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]: ...
    async def run(self, sql: str, args: Sequence[Any] = ()) -> int: ...
    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...
    def savepoint(self) -> AbstractAsyncContextManager[None]: ...


class Engine(Protocol):
    """One writing connection and some that only read. Errors of the driver leave it as this package's own."""

    name: str  # picks the migrations that one database alone needs: NNNN_words.<name>.sql

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[Row]: ...
    def transaction(self) -> AbstractAsyncContextManager[Tx]: ...
    async def announce(self, tx: Tx, news: News) -> None: ...
    def statements(self, script: str) -> Iterator[str]: ...
    async def copy_into(self, path: Path) -> None: ...
    async def close(self) -> None: ...


def among(columns: str, count: int, *, cast: str = "") -> str:
    """`(a, b)` among that many rows of arguments (see `rounded`), the last column cast where it is no text.

    By way of a SELECT: given bare VALUES there, SQLite reads the whole table instead of its index.
    """
    last = f"CAST(? AS {cast})" if cast else "?"
    row = "(" + ", ".join(["?"] * columns.count(",") + [last]) + ")"
    return f"({columns}) IN (SELECT * FROM (VALUES {', '.join([row] * count)}) AS wanted)"  # noqa: S608


def rounded(rows: Sequence[Sequence[Any]]) -> tuple[int, list[Any]]:
    """The rows as flat arguments, the last repeated up to a power of two: few sentences, which so stay prepared."""
    count = 1 << (len(rows) - 1).bit_length()
    padded = [*rows, *[rows[-1]] * (count - len(rows))]
    return count, [value for row in padded for value in row]
