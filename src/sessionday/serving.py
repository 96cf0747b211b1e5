"""Runs the application under uvicorn: one process, its own loop, gone at once when the record can't be written."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module

import uvicorn

from sessionday.app import create_app
from sessionday.settings import Settings, folder
from sessionday.web.light import LIBRARY
from sessionday.web.set_up import set_up_code

EXIT_NOT_WRITING = 70  # EX_SOFTWARE: whoever supervises the process starts it again


def serve(settings: Settings, on_start: Callable[[], None] | None = None) -> None:
    """Serves until it is told to stop. `on_start` is called when connections are taken."""
    import_module("sessionday.record.pdf")  # now, so that a release that is put in its place is not mixed with this one
    app = create_app(settings, on_failure=leave_now)
    if not (folder("static") / LIBRARY).is_file():
        print("Hand-over by light is off: install npm and build again, see libraries/.", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,  # paths hold handles
        proxy_headers=False,  # see web/proxies.py
        server_header=False,
        timeout_graceful_shutdown=3,
        limit_concurrency=12_000,  # a listener is a connection; the machine's own limit on open files may be lower
        h11_max_incomplete_event_size=16_384,
    )
    # What is there now stays; and what requests leave behind is looked through a tenth as often as Python would.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    # uvicorn passes the signal on when it has shut down; then leave in order, so that a demo's folder goes too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    server = Announcing(config, on_start or (lambda: welcome(settings, app.state.site.has_clinic)))
    server.run()
    if not server.started:
        raise SystemExit(1)


class Announcing(uvicorn.Server):
    """Says where to go once connections are taken."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        if self.started:
            self._on_start()


def welcome(settings: Settings, has_clinic: bool) -> None:
    """Where to go next."""
    print(f"Session Day runs at {settings.public_url}", flush=True)
    if has_clinic:
        print(f"Staff sign in at    {settings.public_url}/sign-in", flush=True)
        return
    print(f"Make your clinic at {settings.public_url}/set-up", flush=True)
    print(f"It asks for this code: {set_up_code(settings.keys)}", flush=True)


def leave_now() -> None:
    """The record can't be written: nothing more is acknowledged, the process ends, phones keep what they have."""
    print(
        "sessionday: the record can't be written; this process ends so that nothing is acknowledged.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(EXIT_NOT_WRITING)
