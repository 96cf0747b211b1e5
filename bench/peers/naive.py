# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""One transaction a request on aiosqlite, behind the same Starlette: a connection that all share, with a lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import orjson
import plain
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

shared: dict[str, Any] = {}


async def sync(request: Request) -> Response:
    if not plain.signed_in(request.cookies.get("seat")):
        return Response(status_code=401)
    ask = orjson.loads(await request.body())
    handle, database = request.path_params["handle"], shared["database"]
    async with shared["lock"]:
        told = await push(database, handle, ask)
    return Response(orjson.dumps(told), media_type="application/json")


async def push(database: aiosqlite.Connection, handle: str, ask: dict[str, Any]) -> dict[str, Any]:
    verdicts = []
    await database.execute("BEGIN IMMEDIATE")
    (seq,) = next(iter(await database.execute_fetchall(plain.HEAD, (handle,))))
    for entry in ask["entries"]:
        known = list(await database.execute_fetchall(plain.KNOWN, (handle, entry["id"])))
        if known:
            verdicts.append(plain.verdict(entry["id"], "duplicate", known[0][0]))
            continue
        seq += 1
        await database.execute(plain.ADD, plain.row(handle, seq, ask["device"], entry))
        verdicts.append(plain.verdict(entry["id"], "stored", seq))
    await database.execute(plain.MOVE, (seq, handle))
    await database.execute("COMMIT")
    return plain.reply(seq, verdicts, await database.execute_fetchall(plain.NEWS, (handle, ask["seen"])))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with aiosqlite.connect(plain.DATABASE, isolation_level=None) as database:
        await database.executescript(plain.PRAGMAS)
        shared.update(database=database, lock=asyncio.Lock())
        yield


app = Starlette(routes=[Route("/s/{handle}/sync", sync, methods=["POST"])], lifespan=lifespan)
