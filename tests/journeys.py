"""The application for the random journeys of tests/js: each request brings the server's clock, and a journey may
restart the application, copy its database, and put an older copy in its place.

    python -m tests.journeys

It listens on a port of loopback that it prints as JSON, and ends when its standard input does.
"""

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sessionday.app import create_app
from sessionday.booking import book
from sessionday.core import evaluate
from sessionday.settings import Settings
from sessionday.store import Clinic, Session, Store
from sessionday.web import sync
from sessionday.web.reading import as_json
from tests.world import CHECKLIST, HASH, START

NOW = ContextVar("now", default=START)
PAGE = 7  # so few entries in a reply that the journeys' short records take several
STAFF = {"robin@example.org": "Robin Lee", "sky@example.org": "Sky Tan"}


class Stage:
    """The real application, and beside it under /-/ what a journey needs to know and do behind its back."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self._settings = Settings(database=f"sqlite:///{folder / 'day.db'}", public_url=url, keys=("k" * 48,))
        self._running = AsyncExitStack()
        self._copies = 0
        self._sessions: dict[str, Session] = {}
        self._app: Starlette
        self._clinic: Clinic
        does: dict[str, Callable[[dict[str, Any]], Awaitable[object]]] = {
            "session": self.session, "record": self.record, "state": self.state,
            "restart": self.restart, "copy": self.copy, "restore": self.restore,
        }  # fmt: skip
        self._behind = Starlette(routes=[Route(f"/-/{name}", _told(do), methods=["POST"]) for name, do in does.items()])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if b"x-now" in headers:
            NOW.set(int(headers[b"x-now"]))
        app = self._behind if scope["path"].startswith("/-/") else self._app
        await app(scope, receive, send)

    @property
    def store(self) -> Store:
        """The running application's."""
        store: Store = self._app.state.site.store
        return store

    async def open(self) -> None:
        """A clinic with its staff, in a new database."""
        await self._enter()
        self._clinic = await self.store.add_clinic("Maple House", "America/Toronto", "+1 555 0100", START)
        for email, name in STAFF.items():
            await self.store.add_staff(self._clinic.id, email, name, HASH, START)

    async def _enter(self) -> None:
        self._app = create_app(self._settings, now=NOW.get)
        await self._running.enter_async_context(self._app.router.lifespan_context(self._app))

    async def close(self) -> None:
        """Ends the application, as a restart does."""
        await self._running.aclose()
        self._running = AsyncExitStack()

    async def session(self, asked: dict[str, Any]) -> object:
        """A new session, with the secrets of its links."""
        names = {"support": "Alex", "prescriber": "Dr. Osei"}
        booked = await book(
            self.store, self._clinic, CHECKLIST, client="Sam", start=START, now=NOW.get(), url=self._url, names=names
        )
        self._sessions[booked.session.handle] = booked.session
        links = {role: link.partition("#")[2] for role, link in booked.links.items()}
        people = {seat.role: seat.id for seat in await self.store.seats(booked.session)}
        form = booked.session.rules_form()
        return {"handle": booked.session.handle, "links": links, "people": people, "form": form}

    async def record(self, asked: dict[str, Any]) -> object:
        """What is on the disk after a `seq`; and where it is asked for, what was kept aside."""
        session = self._session(asked)
        entries = await self.store.entries(session, after=asked["after"])
        held = await self.store.held(session) if asked["held"] else []
        return {"epoch": self.store.epoch, "entries": entries, "held": [one.id for one in held]}

    async def state(self, asked: dict[str, Any]) -> object:
        """What the whole record says at an instant."""
        session = self._session(asked)
        return evaluate(CHECKLIST.rules, session.rules_form(), await self.store.entries(session), asked["at"])

    async def restart(self, asked: dict[str, Any]) -> object:
        """The application ends and begins anew over the same database."""
        await self.close()
        await self._enter()
        return {}

    async def copy(self, asked: dict[str, Any]) -> object:
        """A verified copy of the live database; answers its number."""
        self._copies += 1
        await self.store.backup(self._backup(self._copies))
        return {"copy": self._copies}

    async def restore(self, asked: dict[str, Any]) -> object:
        """The application ends, and begins anew over an older copy."""
        await self.close()
        for ending in ("", "-wal", "-shm"):
            (self._folder / f"day.db{ending}").unlink(missing_ok=True)
        (self._folder / "day.db").write_bytes(self._backup(asked["copy"]).read_bytes())
        await self._enter()
        return {}

    def _backup(self, number: int) -> Path:
        return self._folder / f"copy-{number}.db"

    def _session(self, asked: dict[str, Any]) -> Session:
        """As it was when it was booked: its counters are not looked at."""
        return self._sessions[asked["handle"]]


def _told(do: Callable[[dict[str, Any]], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return as_json(await do(orjson.loads(await request.body())))

    return endpoint


async def main() -> None:
    """Serves until standard input ends, on a port that is told."""
    sync.REPLY_ENTRIES = PAGE
    # Named TCP, so that replies are not held back for more (Nagle): that is 40 ms each.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening, tempfile.TemporaryDirectory() as folder:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        stage = Stage(Path(folder), f"http://127.0.0.1:{port}")
        await stage.open()
        quiet = uvicorn.Config(stage, lifespan="off", log_level="warning", access_log=False, timeout_keep_alive=600)
        server = uvicorn.Server(quiet)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        print(json.dumps({"port": port}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving
        await stage.close()


if __name__ == "__main__":
    uvloop.run(main())
