"""Server-sent events: a number when a record grew, a beat so that silence can be told from quiet. Nothing personal."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from sessionday.store import StoreError
from sessionday.web.access import reader_of, staff_at
from sessionday.web.errors import Erased, NotSignedIn, NotYours
from sessionday.web.news import Listener, people, told
from sessionday.web.site import Site, site_of

BEAT_SECONDS = 8.0
UNASKED_SECONDS = 30.0  # then it is asked again whether this listener may listen, also where no news of it came
RETRY_MS = 3000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def session_live(request: Request) -> "Events":
    """GET /s/{handle}/live: `event: seq` with the record's newest number."""
    site = site_of(request)
    here = await reader_of(request)

    async def still() -> bytes:
        return told(site.states.newest((await reader_of(request)).session))

    topics = (here.session.id, *([people(here.clinic.id)] if here.role == "staff" else []))
    return Events(site, topics, still, empty=request.method == "HEAD", reader=here.credential)


async def board_live(request: Request) -> "Events":
    """GET /board/live: `event: seq` whenever anything changed for this clinic."""
    site = site_of(request)

    async def still() -> bytes:
        known = await staff_at(request)
        if known is None or known.expired or known.locked:
            raise NotSignedIn
        return told(site.now())

    await still()
    signed_in = await staff_at(request)
    return Events(site, (signed_in.staff.clinic if signed_in else "",), still, empty=request.method == "HEAD")


class Live:
    """A route that streams, written for ASGI itself: each frame of what usually stands between is kept for as long as
    somebody listens, and a StreamingResponse takes three times the memory."""

    def __init__(self, opened: "Callable[[Request], Awaitable[Events]]") -> None:
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who may listen is asked first, with all that an ordinary answer may say to that."""
        events = await self._opened(Request(scope, receive))
        await events(receive, send)


class Events:
    """A stream of news to one listener.

    `still` says whether this listener may still listen, by raising, and where things stand.
    """

    def __init__(
        self, site: Site, topics: Sequence[str], still: Callable[[], Awaitable[bytes]], *, empty: bool, reader: str = ""
    ) -> None:
        self._site = site
        self._topics = topics
        self._still = still
        self._reader = (topics[0], reader)
        self._empty = empty  # a HEAD has no body, so it would never end

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Streams until the listener is gone, may not listen any more, or the server ends."""
        first = await self._still()  # before anything is said: it may be refused as any other request
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        if not self._empty:
            listener = self._site.news.listen(*self._topics)
            self._site.open_pages[self._reader] += 1
            try:
                await self._tell(first, listener, receive, send)
            finally:
                self._site.news.leave(listener, *self._topics)
                self._site.open_pages[self._reader] -= 1
                self._site.open_pages += Counter()  # without those that are none any more
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, first: bytes, listener: Listener, receive: Receive, send: Send) -> None:
        async def say(message: bytes) -> None:
            await send({"type": "http.response.body", "body": message, "more_body": True})

        try:
            await say(b"retry: %d\n" % RETRY_MS + first)
            ask_at = time.monotonic() + UNASKED_SECONDS
            while not self._site.closing:
                message = await listener.wait(BEAT_SECONDS)
                if is_gone(receive):
                    return
                if listener.changed or time.monotonic() > ask_at:
                    listener.changed = False
                    message, ask_at = await self._asked()
                await say(message or b"event: beat\ndata: %d\n\n" % self._site.now())
        except (NotYours, NotSignedIn, Erased):
            await say(b"event: ended\ndata: 0\n\n")

    async def _asked(self) -> tuple[bytes | None, float]:
        """Where things stand, and when to ask again; at the next beat, if nobody could say."""
        try:
            return await self._still(), time.monotonic() + UNASKED_SECONDS
        except StoreError:
            return None, time.monotonic()


def is_gone(receive: Receive) -> bool:
    """Whether whoever listened has hung up. Asked without waiting: a task that waits for it, for each of thousands of
    listeners, would take more memory than all else about them."""
    asked = cast("Coroutine[Any, Any, Message]", receive())
    try:
        asked.send(None)
    except StopIteration as said:
        return bool(said.value["type"] == "http.disconnect")
    asked.close()
    return False
