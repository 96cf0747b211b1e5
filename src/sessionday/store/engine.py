"""What the store asks of a database, so that every SQL sentence can be written once. Never imports a driver.

SQL here is the common tongue of SQLite and PostgreSQL: `?` placeholders, TEXT and BIGINT, ON CONFLICT, RETURNING.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from graphlib import TopologicalSorter
from typing import Any, NamedTuple, Protocol, TypeVar

from .errors import StoreBusy
from .types import News

T = TypeVar("T")
Row = Sequence[Any]
ROWS_AT_ONCE = 2_000  # of a table that is read from end to end


class Select(NamedTuple):
    """A sentence that asks: `SELECT {columns} {rest}`."""

    columns: str
    rest: str
    args: Sequence[Any]


class Many(NamedTuple):
    """A sentence with one row of VALUES, for many rows."""

    sql: str
    rows: Sequence[Sequence[Any]]


# Sentences that follow from one another, without saying who runs them: it yields each and is sent what was found.
Work = Generator[Select | Many, list[Row], T]


class Collision(StoreBusy):
    """Two processes wanted the same rows in another order, and this one was undone: the same again will do."""


class Tx(Protocol):
    """An open transaction, for as long as its block lasts."""

    for_update: (
        str  # what ends a SELECT whose rows must not change under us; SQLite's writer is alone, and needs nothing
    )

    alone: str  # the same where even those must wait that only point at the row

    async def all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]: ...
    async def work(self, work: Work[T]) -> T: ...
    async def run(self, sql: str, args: Sequence[Any] = ()) -> int: ...
    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...
    def savepoint(self) -> AbstractAsyncContextManager[None]: ...

    # What makes and moves whole databases needs more than sentences:
    async def tables(self) -> dict[str, list[str]]: ...
    def stream(self, sql: str) -> AsyncIterator[list[Row]]: ...
    async def fill(self, table: str, columns: list[str], rows: list[Row]) -> None: ...
    def unguarded(self) -> AbstractAsyncContextManager[None]: ...
    async def migrating(self) -> None: ...
    async def damage(self) -> str | None: ...


class Engine(Protocol):
    """One writing connection and some that only read. Errors of the driver leave it as this package's own."""

    to_wipe: bool  # whether what was deleted may still stand where nobody reads it
    name: str  # picks the migrations that one database alone needs: NNNN_words.<name>.sql
    origin: str  # the epoch that the database was made with

    @property
    def epoch(self) -> str: ...
    @property
    def reachable(self) -> bool: ...
    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[Row]: ...
    async def select(self, columns: str, rest: str, args: Sequence[Any] = ()) -> list[Row]: ...  # in no certain order
    def transaction(self) -> AbstractAsyncContextManager[Tx]: ...
    def snapshot(self) -> AbstractAsyncContextManager[Tx]: ...
    async def announce(self, tx: Tx, news: News) -> None: ...
    async def listen(self, heard: Callable[[News | None], None]) -> None: ...
    async def wipe(self) -> None: ...  # for the writer task alone, between transactions
    def statements(self, script: str) -> Iterator[str]: ...
    async def close(self) -> None: ...


def in_order(columns: Iterable[Row], references: Iterable[Row]) -> dict[str, list[str]]:
    """Tables with their columns, each after those that it points at; from rows (table, column) and (table, other)."""
    found: dict[str, list[str]] = {}
    for table, column in columns:
        found.setdefault(table, []).append(column)
    order: TopologicalSorter[str] = TopologicalSorter({table: set() for table in found})
    for table, other in references:
        if table != other:
            order.add(table, other)
    return {table: found[table] for table in order.static_order() if table in found}


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
