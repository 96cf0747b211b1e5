"""Each fault of the proxy does what it says, seen from a bare connection and from a small server behind."""

import asyncio
import gc
import json
import socket
import time
from collections.abc import AsyncIterator

import pytest

from tests import proxy
from tests.proxy import Fault, Proxy, Request, body_of, read_request

REPLY = {"epoch": "true", "seq": 7, "said": "x" * 40}


class Small:
    """A server that remembers what it got and answers the same to all; `/live` goes on for as long as one listens."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.second = asyncio.Event()
        self.left = asyncio.Event()
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        request = await read_request(reader)
        assert request is not None
        if request.line.endswith("/live"):
            await self._live(reader, writer)
        else:
            self.got.append(request.body)
            if len(self.got) == 2:
                self.second.set()
            writer.write(proxy.response(200, json.dumps(REPLY).encode()))
        writer.close()

    async def _live(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: seq\ndata: 1\n\n")
        await reader.read()
        self.left.set()


@pytest.fixture
async def small() -> AsyncIterator[Small]:
    made = Small()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
async def between(small: Small) -> AsyncIterator[Proxy]:
    async with Proxy(small.port) as made:
        yield made


async def ask(between: Proxy, body: bytes = b"{}", path: str = "/s/x/sync") -> bytes:
    """All that comes back to a POST. Raises OSError where the line is cut."""
    reader, writer = await asyncio.open_connection(between.host, between.port)
    writer.write(b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body))
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_without_a_fault_all_passes(small: Small, between: Proxy) -> None:
    assert json.loads(body_of(await ask(between, b"one"))) == REPLY
    assert small.got == [b"one"]


async def test_only_what_is_chosen_is_struck_and_only_so_often(small: Small, between: Proxy) -> None:
    await between.strike(proxy.status(503), times=1)
    assert b"200 OK" in await ask(between, path="/s/x/entries")
    assert b"503 Service Unavailable" in await ask(between)
    assert b"200 OK" in await ask(between)
    assert (between.struck, len(small.got)) == (1, 2)


async def test_a_stream_passes_while_it_goes_on_and_ends_at_the_server_when_the_browser_leaves(
    small: Small, between: Proxy
) -> None:
    await between.strike(proxy.black_hole)
    reader, writer = await asyncio.open_connection(between.host, between.port)
    writer.write(b"GET /s/x/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    assert await reader.readuntil(b"\n\n") == b"event: seq\ndata: 1\n\n"
    assert not small.left.is_set()
    writer.close()
    await asyncio.wait_for(small.left.wait(), 2)


async def test_refused_is_a_closed_port_that_is_the_same_when_it_opens_again(small: Small, between: Proxy) -> None:
    await between.strike(proxy.refused)
    with pytest.raises(ConnectionRefusedError):
        await ask(between)
    await between.heal()
    assert b"200 OK" in await ask(between)


async def test_refused_resets_what_was_on_its_way(small: Small, between: Proxy) -> None:
    between.hold()
    asking = asyncio.create_task(ask(between))
    await between.caught()
    await between.strike(proxy.refused)
    with pytest.raises(ConnectionResetError):
        await asking
    assert small.got == []


async def test_a_black_hole_takes_and_never_answers(small: Small, between: Proxy) -> None:
    await between.strike(proxy.black_hole)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(between), 0.3)
    assert (between.struck, small.got) == (1, [])


@pytest.mark.parametrize(("fault", "arrived"), [(proxy.cut_before, 0), (proxy.cut_after, 1)])
async def test_a_cut_before_the_server_loses_the_request_and_one_after_it_the_answer(
    fault: Fault, arrived: int, small: Small, between: Proxy
) -> None:
    await between.strike(fault)
    with pytest.raises(ConnectionResetError):
        await ask(between)
    assert len(small.got) == arrived


async def test_a_cut_within_the_answer_leaves_a_piece_of_it(small: Small, between: Proxy) -> None:
    await between.strike(proxy.cut_within)
    reader, writer = await asyncio.open_connection(between.host, between.port)
    writer.write(b"POST /s/x/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(length)
    writer.close()
    assert len(small.got) == 1


async def test_twice_is_two_requests_and_one_answer(small: Small, between: Proxy) -> None:
    await between.strike(proxy.twice)
    assert json.loads(body_of(await ask(between, b"one"))) == REPLY
    assert small.got == [b"one", b"one"]


async def test_late_comes_whole_a_second_later(small: Small, between: Proxy) -> None:
    await between.strike(proxy.late)
    began = time.monotonic()
    assert json.loads(body_of(await ask(between))) == REPLY
    assert time.monotonic() - began >= 1


async def test_the_second_of_two_requests_arrives_before_the_first(small: Small, between: Proxy) -> None:
    await between.strike(proxy.Reorder(), times=2)
    with pytest.raises(ConnectionResetError):
        await ask(between, b"first")
    assert b"200 OK" in await ask(between, b"second")
    await asyncio.wait_for(small.second.wait(), 2)
    assert small.got == [b"second", b"first"]


async def test_slow_3g_takes_its_time_for_each_byte(small: Small, between: Proxy) -> None:
    await between.strike(proxy.slow_3g)
    began = time.monotonic()
    assert b"200 OK" in await ask(between, b"x" * 10_000)
    assert time.monotonic() - began >= proxy.LATENCY + 10_000 / proxy.RATE


@pytest.mark.parametrize("code", [401, 403, 404, 409, 413, 429, 500, 503])
async def test_a_status_is_answered_without_the_server(code: int, small: Small, between: Proxy) -> None:
    await between.strike(proxy.status(code))
    raw = await ask(between)
    assert raw.startswith(f"HTTP/1.1 {code} ".encode())
    assert set(json.loads(body_of(raw))) == {"error"}
    assert small.got == []


async def test_a_captive_portal_answers_200_with_a_page_of_its_own(small: Small, between: Proxy) -> None:
    await between.strike(proxy.captive_portal, proxy.everything)
    raw = await ask(between, path="/anything")
    assert raw.startswith(b"HTTP/1.1 200 OK")
    assert b"text/html" in raw
    assert small.got == []


async def test_truncated_json_is_a_whole_response_that_does_not_parse(small: Small, between: Proxy) -> None:
    await between.strike(proxy.truncated)
    raw = await ask(between)
    assert f"Content-Length: {len(body_of(raw))}".encode() in raw
    with pytest.raises(json.JSONDecodeError):
        json.loads(body_of(raw))
    assert len(small.got) == 1


async def test_a_foreign_epoch_and_an_older_seq_change_nothing_else_of_the_reply(between: Proxy) -> None:
    await between.strike(proxy.foreign_epoch)
    assert json.loads(body_of(await ask(between))) == {**REPLY, "epoch": "another-past"}
    await between.strike(proxy.older_seq)
    assert json.loads(body_of(await ask(between))) == {**REPLY, "seq": 5}


async def test_what_is_held_waits_and_meets_the_fault_that_comes(small: Small, between: Proxy) -> None:
    between.hold()
    asking = asyncio.create_task(ask(between))
    await between.caught()
    assert not asking.done()
    await between.strike(proxy.status(409))
    assert b"409 Conflict" in await asking
    between.hold()
    asking = asyncio.create_task(ask(between))
    await between.caught()
    await between.heal()
    assert b"200 OK" in await asking


async def test_a_server_that_is_gone_is_a_line_that_is_cut(small: Small) -> None:
    async with Proxy(1) as between:
        with pytest.raises(ConnectionResetError):
            await ask(between)


@pytest.mark.parametrize("turns", range(6))
async def test_a_line_that_comes_while_it_closes_is_closed_too(turns: int) -> None:
    async with Proxy(1) as between:
        line = socket.create_connection((between.host, between.port))
        for _ in range(turns):
            await asyncio.sleep(0)
    line.close()
    gc.collect()  # a socket that nobody closed is told now, which fails a test


def test_a_request_goes_on_with_what_the_browser_said() -> None:
    request = Request(b"POST /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nAccept-Encoding: br\r\n\r\n", b"body")
    assert request.onward(plain=False) == (
        b"POST /x HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\nbody"
    )
    assert b"Accept-Encoding" not in request.onward(plain=True)
