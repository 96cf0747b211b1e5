"""A bare Starlette route that answers with the bytes it was sent, or (GET) with those of a file: no work at all."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = Path(os.environ["BENCH_PAGE"]).read_bytes() if "BENCH_PAGE" in os.environ else b"ok"


async def echo(request: Request) -> Response:
    return Response(await request.body(), media_type="application/json")


async def page(request: Request) -> Response:
    return Response(PAGE, media_type="text/html")


app = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"]), Route("/{path:path}", page)])
