"""Wakes those who listen for news of a session or of a clinic. What is new they ask for themselves."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable


class Listener:
    """Somebody who waits for news of one topic. What comes while nobody waits is kept as one wake-up."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is news."""
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether news came within `seconds`."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class News:
    """Who listens to what. One call of `publish` for each committed batch."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def publish(self, topics: Iterable[str]) -> None:
        """Wakes everybody who listens to one of `topics`."""
        for topic in topics:
            for listener in self._listeners.get(topic, ()):
                listener.wake()

    def listen(self, topic: str) -> Listener:
        """A new listener to `topic`; give it back with `leave`."""
        listener = Listener()
        self._listeners[topic].add(listener)
        return listener

    def leave(self, topic: str, listener: Listener) -> None:
        """Ends a listener; a topic that nobody listens to is forgotten."""
        self._listeners[topic].discard(listener)
        if not self._listeners[topic]:
            del self._listeners[topic]
