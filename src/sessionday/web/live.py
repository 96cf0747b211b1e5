"""Server-sent events: a number when a record grew, a beat so that silence can be told from quiet. Nothing personal."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sessionday.web.access import reader_of, staff_at
from sessionday.web.errors import NotSignedIn, NotYours
from sessionday.web.news import Listener, told
from sessionday.web.site import Site, site_of

BEAT_SECONDS = 8.0
BEATS_UNASKED = 4  # then it is asked again whether this listener may listen, also where no news of it came
RETRY_MS = 3000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def session_live(request: Request) -> Response:
    """GET /s/{handle}/live: `event: seq` with the record's newest number."""
    site = site_of(request)
    here = await reader_of(request)

    async def still() -> bytes:
        return told(site.states.newest((await reader_of(request)).session))

    return Events(site, here.session.id, still, empty=request.method == "HEAD")


async def board_live(request: Request) -> Response:
    """GET /board/live: `event: seq` whenever anything changed for this clinic."""
    site = site_of(request)

    async def still() -> bytes:
        known = await staff_at(request)
        if known is None or known.expired:
            raise NotSignedIn
        return told(site.now())

    await still()
    signed_in = await staff_at(request)
    return Events(site, signed_in.staff.clinic if signed_in else "", still, empty=request.method == "HEAD")


class Events(Response):
    """A stream of news to one listener. Written for ASGI itself: a StreamingResponse takes three times the memory.

    `still` says whether this listener may still listen, by raising, and where things stand.
    """

    def __init__(self, site: Site, topic: str, still: Callable[[], Awaitable[bytes]], *, empty: bool) -> None:
        self.status_code = 200
        self.background = None
        self._site = site
        self._topic = topic
        self._still = still
        self._empty = empty  # a HEAD has no body, so it would never end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the listener is gone, may not listen any more, or the server ends."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        if not self._empty:
            listener = self._site.news.listen(self._topic)
            gone = asyncio.ensure_future(_gone(receive, listener))
            try:
                await self._tell(listener, gone, send)
            finally:
                gone.cancel()
                self._site.news.leave(self._topic, listener)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, listener: Listener, gone: "asyncio.Future[None]", send: Send) -> None:
        async def say(message: bytes) -> None:
            await send({"type": "http.response.body", "body": message, "more_body": True})

        try:
            await say(b"retry: %d\n" % RETRY_MS + await self._still())
            beats = 0
            while not self._site.closing:
                message = await listener.wait(BEAT_SECONDS)
                if gone.done():
                    return
                beats = 0 if message else beats + 1
                if listener.changed or beats >= BEATS_UNASKED:
                    listener.changed, beats = False, 0
                    message = await self._still()
                await say(message or b"event: beat\ndata: %d\n\n" % self._site.now())
        except (NotYours, NotSignedIn):
            await say(b"event: ended\ndata: 0\n\n")


async def _gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.wake()
