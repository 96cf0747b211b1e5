# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""asyncpg behind the same Starlette: a pool of ten, a transaction a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import plain
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

shared: dict[str, Any] = {}


def numbered(sql: str) -> str:
    """`?` as PostgreSQL counts them."""
    parts = sql.split("?")
    return "".join(part + (f"${place}" if place < len(parts) else "") for place, part in enumerate(parts, start=1))


HEAD, KNOWN, ADD, MOVE, NEWS = map(numbered, (plain.HEAD, plain.KNOWN, plain.ADD, plain.MOVE, plain.NEWS))


async def sync(request: Request) -> Response:
    if not plain.signed_in(request.cookies.get("seat")):
        return Response(status_code=401)
    ask, handle = orjson.loads(await request.body()), request.path_params["handle"]
    async with shared["pool"].acquire() as database:
        told = await push(database, handle, ask)
    return Response(orjson.dumps(told), media_type="application/json")


async def push(database: Any, handle: str, ask: dict[str, Any]) -> dict[str, Any]:
    verdicts = []
    async with database.transaction():
        seq = await database.fetchval(HEAD + " FOR UPDATE", handle)
        for entry in ask["entries"]:
            known = await database.fetchval(KNOWN, handle, entry["id"])
            if known is not None:
                verdicts.append(plain.verdict(entry["id"], "duplicate", known))
                continue
            seq += 1
            await database.execute(ADD, *plain.row(handle, seq, ask["device"], entry))
            verdicts.append(plain.verdict(entry["id"], "stored", seq))
        await database.execute(MOVE, seq, handle)
    return plain.reply(seq, verdicts, await database.fetch(NEWS, handle, ask["seen"]))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(plain.DATABASE, min_size=10, max_size=10) as pool:
        shared["pool"] = pool
        yield


app = Starlette(routes=[Route("/s/{handle}/sync", sync, methods=["POST"])], lifespan=lifespan)
