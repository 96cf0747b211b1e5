"""Dim, or as the device has it: a page comes as its browser chose (dim.js), so that nothing shines up at first."""

import re
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

DIM, OWN = "dim", "own"
CHOSEN = re.compile(rf"(?:^|;\s*)(?:__Host-)?scheme={DIM}(?:;|$)")

_scheme: ContextVar[str] = ContextVar("scheme", default=OWN)


class Schemes:
    """What a request's pages are drawn in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _scheme.set(DIM if CHOSEN.search(Headers(scope=scope).get("cookie", "")) else OWN)
        await self._app(scope, receive, send)


def scheme() -> str:
    """What is drawn in now: `dim`, or `own` for what the device itself wants."""
    return _scheme.get()
