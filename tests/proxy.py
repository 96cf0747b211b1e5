"""A proxy between a browser and the server that does on purpose what networks do by chance.

It reads one request at a time and can so act on a chosen one, such as the next push; all else passes through as it is,
streams too. A browser's own offline switch is no stand-in for it: workers and streams pass that by.
"""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.server import free_port

RATE = 50_000  # bytes a second: slow 3G
LATENCY = 0.4
CHUNK = 4_096
PORTAL = b"<!doctype html><title>Welcome</title><h1>Free wifi</h1><form method=post><button>I agree</button></form>"
REASONS = {
    200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 413: "Content Too Large",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


@dataclass
class Request:
    """A request as it was read, whole."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        """Method and path: `POST /s/x/sync`."""
        return " ".join(self.head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2])

    def onward(self, *, plain: bool) -> bytes:
        """What the server gets: one request a connection; `plain` where the answer is to be read here."""
        drop = (b"connection:", b"accept-encoding:") if plain else (b"connection:",)
        lines = [one for one in self.head.rstrip().split(b"\r\n") if not one.lower().startswith(drop)]
        return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + self.body


class Exchange:
    """One request on its way: what a fault has in its hands."""

    def __init__(
        self, proxy: "Proxy", request: Request, reader: asyncio.StreamReader, out: asyncio.StreamWriter
    ) -> None:
        self.proxy = proxy
        self.request = request
        self._reader = reader
        self._out = out

    async def answer(self) -> bytes:
        """Asks the server and returns all that it answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.to)
        try:
            writer.write(self.request.onward(plain=True))
            return await reader.read()
        finally:
            writer.close()

    async def reply(self, raw: bytes) -> None:
        """Sends bytes to the browser; that it left is no matter."""
        with suppress(OSError):
            self._out.write(raw)
            await self._out.drain()

    def cut(self) -> None:
        """Resets the browser's connection."""
        found = self._out.get_extra_info("socket")
        with suppress(OSError, AttributeError):  # it may be gone already
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._out.transport.abort()

    async def left(self) -> None:
        """Returns when the browser gives up."""
        with suppress(OSError):
            while await self._reader.read(CHUNK):
                pass

    async def pass_on(self, pace: Callable[[int], float] = lambda _: 0) -> None:
        """Asks the server and hands on what it answers as it comes; `pace` says how long so many bytes take."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.to)
        writer.write(self.request.onward(plain=False))
        ends = [asyncio.ensure_future(self._pump(reader, pace)), asyncio.ensure_future(self.left())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writer.close()
            for one in ends:
                one.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, pace: Callable[[int], float]) -> None:
        size = CHUNK if pace(1) else 1 << 16
        while chunk := await reader.read(size):
            await asyncio.sleep(pace(len(chunk)))
            await self.reply(chunk)


Fault = Callable[[Exchange], Awaitable[None]]
Which = Callable[[Request], bool]


def push(request: Request) -> bool:
    """Whether it is a phone's sync."""
    return request.line.startswith("POST ") and request.line.endswith("/sync")


def everything(_: Request) -> bool:
    """Any request."""
    return True


class Proxy:
    """Listens on a port of loopback for one server. `strike` puts a fault in the way, `heal` takes it out."""

    def __init__(self, to: int, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.to = to
        self.host = host
        self.port = free_port()
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self.struck = 0
        self.seen: list[str] = []
        self._tls = tls
        self._fault: Fault | None = None
        self._which: Which = push
        self._times: float = 0
        self._held: asyncio.Event | None = None
        self._caught = asyncio.Event()
        self._holder = bound(host, self.port)  # keeps the port from others while nothing listens on it
        self._listener: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], Exchange | None] = {}

    async def __aenter__(self) -> "Proxy":
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()
        self._holder.close()

    async def strike(self, fault: Fault, which: Which = push, times: float = float("inf")) -> None:
        """From now on `fault` meets the requests that `which` chooses, so many times; also one that is held."""
        self._fault, self._which, self._times = fault, which, times
        self.release()
        if fault is refused:
            await self._close()

    async def heal(self) -> None:
        """All passes again. What is stuck in a fault stays stuck, as in the world."""
        self._fault = None
        self.release()
        if self._listener is None:
            await self._listen()

    def hold(self, which: Which = push) -> None:
        """The next chosen request is read, and waits."""
        self._which, self._held = which, asyncio.Event()
        self._caught.clear()

    async def caught(self) -> None:
        """Returns when a held request is there."""
        await self._caught.wait()

    def release(self) -> None:
        """What is held goes on its way."""
        if self._held is not None:
            self._held.set()
        self._held = None

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(
            self._accept, sock=bound(self.host, self.port), ssl=self._tls, backlog=200
        )

    async def _close(self) -> None:
        """Nothing listens, and what was open is reset."""
        if (listener := self._listener) is not None:
            for one in listener.sockets:
                asyncio.get_running_loop().remove_reader(one)
            # A line that was just taken is known after a few turns; a listener that closed before would leave it open.
            await turns()
            listener.close()
        self._listener = None
        mine = asyncio.current_task()
        tasks = [task for task in self._open if task is not mine]
        for task in tasks:
            if (exchange := self._open[task]) is not None:
                exchange.cut()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await turns()  # a line that was just closed lets go of its socket in the next

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._listener is None:  # its handshake outlasted the closing
            return writer.transport.abort()
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = None
        try:
            if (request := await read_request(reader)) is not None:
                exchange = self._open[task] = Exchange(self, request, reader, writer)
                await self._carry(exchange)
        except (OSError, asyncio.IncompleteReadError):
            if (cut := self._open[task]) is not None:
                cut.cut()  # the server is gone: so is the line
        except asyncio.CancelledError:
            pass  # the proxy closes
        finally:
            del self._open[task]
            writer.close()

    async def _carry(self, exchange: Exchange) -> None:
        self.seen.append(exchange.request.line)
        if self._which(exchange.request):
            if self._held is not None:
                held = self._held
                self._caught.set()
                await held.wait()
            if self._fault is not None and self._times > 0:
                self._times -= 1
                self.struck += 1
                return await self._fault(exchange)
        return await exchange.pass_on()


async def turns() -> None:
    """Lets the loop come round a few times."""
    for _ in range(3):
        await asyncio.sleep(0)


def bound(host: str, port: int) -> socket.socket:
    """A socket that has the port and does not listen yet."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    return made


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """One whole request; None where the browser only kept a line open."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    length = next(
        (int(one[15:]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")),
        0,
    )
    return Request(head, await reader.readexactly(length))


async def refused(x: Exchange) -> None:
    """Nobody listens; what was on its way is reset."""
    x.cut()


async def black_hole(x: Exchange) -> None:
    """Taken, never answered."""
    await x.left()


async def cut_before(x: Exchange) -> None:
    """Read from the phone, and cut before it reaches the server."""
    x.cut()


async def cut_after(x: Exchange) -> None:
    """The server has answered, the phone never hears it: the lost acknowledgement."""
    await x.answer()
    x.cut()


async def cut_within(x: Exchange) -> None:
    """Cut in the middle of the answer."""
    raw = await x.answer()
    await x.reply(raw[: (raw.index(b"\r\n\r\n") + len(raw)) // 2 + 2])
    x.cut()


async def twice(x: Exchange) -> None:
    """The server gets the request twice at once; the phone hears one answer."""
    first, _ = await asyncio.gather(x.answer(), x.answer())
    await x.reply(first)


async def late(x: Exchange) -> None:
    """Everything comes, a second later."""
    await asyncio.sleep(0.5)
    raw = await x.answer()
    await asyncio.sleep(0.5)
    await x.reply(raw)


class Reorder:
    """The first request is overtaken by the next: the phone, cut off, sends again, and the first arrives after that."""

    def __init__(self) -> None:
        self._second: asyncio.Event | None = None

    async def __call__(self, x: Exchange) -> None:
        """Holds the first, lets the second through, then the first."""
        if self._second is None:
            self._second = asyncio.Event()
            x.cut()
            await self._second.wait()
            await x.answer()
            return
        raw = await x.answer()
        self._second.set()
        await asyncio.sleep(0.1)
        await x.reply(raw)


async def slow_3g(x: Exchange) -> None:
    """400 kbit/s and 400 ms there and back."""
    await asyncio.sleep(LATENCY + len(x.request.body) / RATE)
    await x.pass_on(lambda size: size / RATE)


def status(code: int) -> Fault:
    """Somebody on the way, or the server itself, answers with a status."""

    async def answers(x: Exchange) -> None:
        said = json.dumps({"error": {"code": "fault", "message": "A fault, on purpose."}}).encode()
        await x.reply(response(code, said))

    return answers


async def captive_portal(x: Exchange) -> None:
    """200, and a page that asks to agree to something."""
    await x.reply(response(200, PORTAL, "text/html"))


async def truncated(x: Exchange) -> None:
    """The server took it; its JSON ends in the middle, in a whole HTTP response."""
    body = body_of(await x.answer())
    await x.reply(response(200, body[: len(body) // 2]))


async def foreign_epoch(x: Exchange) -> None:
    """A true reply with another epoch, as after a restore."""
    await x.reply(changed(await x.answer(), lambda reply: {**reply, "epoch": "another-past"}))


async def older_seq(x: Exchange) -> None:
    """A true reply that names an older seq than the phone has seen."""
    await x.reply(changed(await x.answer(), lambda reply: {**reply, "seq": max(0, reply["seq"] - 2)}))


def response(code: int, body: bytes, kind: str = "application/json") -> bytes:
    """A whole response."""
    head = f"HTTP/1.1 {code} {REASONS[code]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode() + body


def body_of(raw: bytes) -> bytes:
    """A response's body."""
    return raw.partition(b"\r\n\r\n")[2]


def changed(raw: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """A good JSON response with something changed; any other as it is."""
    if raw.split(b" ", 2)[1] != b"200":
        return raw
    return response(200, json.dumps(change(json.loads(body_of(raw)))).encode())
