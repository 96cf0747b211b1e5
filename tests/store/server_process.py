"""A server's store in a process of its own, that does what it is told: a line of JSON in, a line of JSON out."""

import asyncio
import json
import random
import subprocess
import sys
from contextlib import suppress
from typing import Any

from sessionday.store import News, Push, Session, Store
from tests.store.pushing_child import entry
from tests.store.world import NOW

SECONDS = 90


class Process:
    """The other end: starts one and asks it."""

    def __init__(self, url: str, listen: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.server_process", url, listen],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def ready(self) -> str:
        """Lets it open the database; its epoch."""
        return str(await self._ask("open"))

    async def push(self, sessions: list[Session], seed: int, devices: str = "abc", entries: int = 40) -> list[Any]:
        """Offers the same entries as every other process that is asked to, in an order of its own; [session, id, seq,
        result] of each verdict."""
        found: list[Any] = await self._ask(
            ["push", [session.handle for session in sessions], seed, list(devices), entries]
        )
        return found

    async def news(self) -> list[Any]:
        """What it was told since it was last asked."""
        found: list[Any] = await self._ask(["news"])
        return found

    async def read(self, session: Session) -> int:
        return int(await self._ask(["read", session.handle]))

    def stop(self) -> None:
        assert self._process.stdin and self._process.stdout  # noqa: PT018
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    async def _ask(self, what: Any) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return await self._line()

    async def _line(self) -> Any:
        assert self._process.stdout
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), SECONDS)
        assert line, "the process ended"
        return json.loads(line)


class Server:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: list[list[Any] | None] = []
        store.news = self._hear

    def _hear(self, news: News | None) -> None:
        self._told.append(None if news is None else sorted(news))

    async def news(self) -> list[Any]:
        told, self._told = self._told, []
        return told

    async def read(self, handle: str) -> int:
        session = await self._store.session(handle)
        assert session
        return len(await self._store.entries(session))

    async def push(self, handles: list[str], seed: int, devices: list[str], entries: int) -> list[Any]:
        chance = random.Random(seed)
        offers = [
            (handle, device, list(range(first, min(first + chance.randint(1, 5), entries + 1))))
            for handle in handles
            for device in devices
            for first in range(1, entries + 1)
        ]
        chance.shuffle(offers)
        found = await asyncio.gather(*(self._offer(*offer) for offer in offers))
        return [verdict for some in found for verdict in some]

    async def _offer(self, handle: str, device: str, counts: list[int]) -> list[Any]:
        session = await self._store.session(handle)
        assert session
        entries = [entry(device, n) for n in counts]
        push = Push(session.clinic, session.id, device, "client", device, NOW, NOW, entries)
        return [[session.id, v.id, v.seq, v.result] for v in await self._store.push(push)]


async def main(url: str, listen: str) -> None:
    await asyncio.to_thread(sys.stdin.readline)  # so that several can begin at the same moment
    store = await Store.open(url, now=NOW, listen=listen or None)
    server = Server(store)
    print(json.dumps(store.epoch), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        what, *arguments = json.loads(line)
        print(json.dumps(await getattr(server, what)(*arguments)), flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
