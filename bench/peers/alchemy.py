# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""SQLAlchemy's async ORM behind the same Starlette."""

import models
import orjson
import plain
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def sync(request: Request) -> Response:
    if not plain.signed_in(request.cookies.get("seat")):
        return Response(status_code=401)
    told = await models.push(request.path_params["handle"], orjson.loads(await request.body()))
    return Response(orjson.dumps(told), media_type="application/json")


app = Starlette(routes=[Route("/s/{handle}/sync", sync, methods=["POST"])])
