"""What the store's parts stand on: reads by the engine's readers, writes by its writer. Holds no SQL."""

import base64
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from .engine import Engine, Row, Tx
from .types import News
from .writer import Writer

T = TypeVar("T")


class Base:
    _engine: Engine
    _writer: Writer

    async def _all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        return await self._engine.read(sql, args)

    async def _one(self, sql: str, args: Sequence[Any] = ()) -> Row | None:
        rows = await self._engine.read(sql, args)
        return rows[0] if rows else None

    async def _do(self, action: Callable[[Tx], Awaitable[T]], tells: News = frozenset()) -> T:
        return await self._writer.do(action, tells)

    async def _run(self, sql: str, args: Sequence[Any], tells: News = frozenset()) -> int:
        """One sentence that writes; answers how many rows it changed. `tells`: to whom it is news."""
        return await self._writer.do(lambda tx: tx.run(sql, args), tells)


def new_id() -> str:
    """80 random bits in 16 characters that survive a shell, an URL and being read aloud."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
