"""Tells those who listen that a session or a clinic has news. What is new they ask for themselves.

One message is made for all who listen to the same; they are told in small waves, so that a thousand of them do not hold
up the phones that push meanwhile; and what comes within a moment of the last wave goes out as one.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from sessionday.store import News

PAUSE_SECONDS = 0.04
REST = 3.0  # times as long as it took to tell them all: news must not take the time that pushes need
A_WAVE = 10


class Listener:
    """Somebody who waits for news of one topic. What comes while nobody waits is kept as one."""

    __slots__ = ("_message", "_waiting", "changed")

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None
        self._message: bytes | None = None
        self.changed = False  # who may listen may have changed: ask again before telling more

    def tell(self, message: bytes | None, *, changed: bool = False) -> None:
        """There is news; `changed`: of who sits where."""
        self._message = message or self._message
        self.changed = self.changed or changed
        self.wake()

    def wake(self) -> None:
        """Ends the wait."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> bytes | None:
        """The message that came within `seconds`, if any."""
        if self._message is None and not self.changed:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(seconds, self.wake)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        message, self._message = self._message, None
        return message


class Newsroom:
    """Who listens to what. `now`: the server's clock in ms, which is what a clinic's listeners are told."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._news: dict[str, int | None] = {}
        self._telling: asyncio.Task[None] | None = None

    def hear(self, news: News | None) -> None:
        """Of a commit, here or in another process; None: some may have been missed, so that all must look again."""
        if news is None:
            news = {("", topic, 0) for topic in self._listeners}
        for clinic, session, seq in news:
            self._note(session, seq or None)
            self._note(clinic, 0 if session else None)
            if not session:
                self._note(people(clinic), None)
        if self._news and self._telling is None:
            self._telling = asyncio.get_running_loop().create_task(self._tell(), name="sessionday news")

    def _note(self, topic: str, number: int | None) -> None:
        """Keeps what is told next: a session's newest `seq`, 0 for the time, None for looking again, which stays."""
        if topic in self._listeners and self._news.get(topic, 0) is not None:
            self._news[topic] = None if number is None else max(number, self._news.get(topic) or 0)

    def listen(self, *topics: str) -> Listener:
        """A new listener to sessions, clinics, or their `people`; give it back with `leave`."""
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        return listener

    def leave(self, listener: Listener, *topics: str) -> None:
        """Ends a listener; a topic that nobody listens to is forgotten."""
        for topic in topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def _tell(self) -> None:
        while self._news:
            began = time.monotonic()
            news, self._news = self._news, {}
            for topic, number in news.items():
                message = None if number is None else told(number or self._now())
                await _in_waves(tuple(self._listeners.get(topic, ())), message)
            await asyncio.sleep(max(PAUSE_SECONDS, REST * (time.monotonic() - began)))
        self._telling = None


def people(clinic: str) -> str:
    """The topic of who works at a clinic, and may listen to its sessions."""
    return f"people of {clinic}"


def told(number: int) -> bytes:
    """A number as an event: a session's newest `seq`, or for a clinic the time."""
    return b"event: seq\ndata: %d\n\n" % number


async def _in_waves(listeners: Iterable[Listener], message: bytes | None) -> None:
    for place, listener in enumerate(listeners):
        listener.tell(message, changed=message is None)
        if place % A_WAVE == A_WAVE - 1:
            await asyncio.sleep(0)
