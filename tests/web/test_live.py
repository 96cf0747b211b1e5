"""News over a real connection: quick, with a beat, nothing personal in it, and over for whoever is nobody any more."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from sessionday.store import StoreBusy
from sessionday.web import live
from tests.server import PASSPHRASE, Server
from tests.world import World

LINE = re.compile(r"retry: \d+|event: (seq|beat|ended)|data: \d+|")


@dataclass
class Day:
    """A running server and Sam's session on it."""

    server: Server
    session: dict[str, Any]

    @asynccontextmanager
    async def browser(self, role: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser that has opened a role's link, or where staff are signed in."""
        async with httpx2.AsyncClient(base_url=self.server.url, timeout=30) as http:
            if role == "staff":
                form = {"email": "robin@example.org", "password": PASSPHRASE}
                answer = await http.post("/sign-in", data=form)
            else:
                answer = await http.post("/j", data={"token": self.session["links"][role].split("#")[1]})
            assert answer.status_code == 303
            yield http

    def path(self, name: str = "") -> str:
        """A page of the session."""
        return f"/s/{self.session['handle']}/{name}"

    async def says(self, http: httpx2.AsyncClient, step: str, answer: str) -> int:
        """Stores an answer; the instant at which it was acknowledged."""
        now = int(time.time() * 1000)
        entry = {"id": str(uuid4()), "n": 1, "seen": 0, "at": now, "kind": "answer", "step": step, "answer": answer}
        body = {"v": 1, "device": str(uuid4()), "seen": 0, "sent_at": now, "entries": [entry]}
        reply = (await http.post(self.path("sync"), json=body)).json()
        assert reply["verdicts"][0]["result"] == "stored"
        seq: int = reply["verdicts"][0]["seq"]
        return seq


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    server = Server(tmp_path_factory.mktemp("live"))
    server.start()
    try:
        yield Day(server, server.session(server.clinic(), time.strftime("%Y-%m-%dT%H:%M")))
    finally:
        server.stop()


class Stream:
    """One open stream: what came, and a wait for the next event of a kind."""

    def __init__(self, response: httpx2.Response) -> None:
        self.lines: list[str] = []
        self._lines = response.aiter_lines()

    async def next(self, event: str, seconds: float) -> int:
        """The number that the next `event` carries."""
        async with asyncio.timeout(seconds):
            while True:
                line = (await anext(self._lines)).rstrip("\n")
                self.lines.append(line)
                if line == f"event: {event}":
                    data = (await anext(self._lines)).rstrip("\n")
                    self.lines.append(data)
                    return int(data.removeprefix("data: "))

    async def end(self, seconds: float) -> None:
        """Waits until the other side has ended it."""
        async with asyncio.timeout(seconds):
            self.lines += [line.rstrip("\n") async for line in self._lines]


@asynccontextmanager
async def stream(http: httpx2.AsyncClient, path: str) -> AsyncIterator[Stream]:
    """An open stream."""
    async with http.stream("GET", path) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield Stream(response)


async def test_a_session_hears_of_anothers_commit_within_two_seconds(day: Day) -> None:
    async with day.browser("client") as client, day.browser("support") as support:
        async with stream(client, day.path("live")) as live:
            await live.next("seq", 5)
            seq = await day.says(support, "ride_confirmed", "yes")
            assert await live.next("seq", 2) == seq
        assert all(LINE.fullmatch(line) for line in live.lines)


async def test_the_board_hears_of_a_commit_within_two_seconds(day: Day) -> None:
    async with day.browser("client") as client, day.browser("staff") as desk:
        async with stream(desk, "/board/live") as live:
            await live.next("seq", 5)
            await day.says(client, "intentions", "a violet canary")
            await live.next("seq", 2)
        assert all(LINE.fullmatch(line) for line in live.lines)


async def test_a_stream_ends_soon_after_its_seat_was_revoked(day: Day) -> None:
    async with day.browser("prescriber") as prescriber, day.browser("staff") as desk:
        page = (await desk.get(day.path())).text
        async with stream(prescriber, day.path("live")) as live:
            await live.next("seq", 5)
            for seat in set(re.findall(r'name="seat" value="(\w+)"', page)) - await seats_in_use(day, page):
                await desk.post(day.path("seats"), data={"seat": seat, "do": "revoke"})
            await live.end(15)
            assert "event: ended" in live.lines
        assert (await prescriber.get(day.path("live"))).status_code == 404


async def seats_in_use(day: Day, page: str) -> set[str]:
    """The seats that other tests sit in: those of the client and the support person."""
    found = set()
    for role in ("client", "support"):
        async with day.browser(role) as http:
            found |= set(re.findall(r'data-person="(\w+)"', (await http.get(day.path())).text))
    return found


async def test_streams_end_at_a_tablet_that_is_locked(day: Day) -> None:
    async with day.browser("staff") as desk:
        for form in ({"do": "pin", "pin": "274916"}, {"do": "tablet", "name": "Room 2"}):
            assert (await desk.post("/me", data={**form, "present": PASSPHRASE})).status_code == 303
        async with stream(desk, "/board/live") as board, stream(desk, day.path("live")) as live:
            await asyncio.gather(board.next("seq", 5), live.next("seq", 5))
            assert (await desk.post("/lock")).status_code == 303
            await asyncio.gather(board.end(5), live.end(5))
            assert "event: ended" in board.lines
            assert "event: ended" in live.lines


async def test_a_quiet_board_hears_a_beat_and_a_signed_out_one_hears_its_end(day: Day) -> None:
    async with day.browser("staff") as desk, day.browser("staff") as leaving:
        async with stream(desk, "/board/live") as live, stream(leaving, "/board/live") as ending:
            await live.next("seq", 5)
            await ending.next("seq", 5)
            assert (await leaving.post("/sign-out")).status_code == 303
            beat, _ = await asyncio.gather(live.next("beat", 12), ending.end(15))
            assert abs(beat - time.time() * 1000) < 5_000
            assert "event: ended" in ending.lines
        assert all(LINE.fullmatch(line) for line in live.lines + ending.lines)


async def test_a_head_request_for_news_is_over_at_once(day: Day) -> None:
    async with day.browser("client") as client, asyncio.timeout(10):  # a stream would never end
        assert (await client.head(day.path("live"))).status_code == 200
        assert (await client.get("/health")).status_code == 200  # on the same connection


async def test_a_page_that_is_not_yours_has_no_news_for_you(day: Day) -> None:
    async with httpx2.AsyncClient(base_url=day.server.url) as stranger:
        answer = await stranger.get(day.path("live"))
        assert answer.status_code == 404
        assert json.loads(answer.text)["error"]["code"] == "not_found"


async def test_a_database_that_hesitates_does_not_end_a_stream(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(live, "UNASKED_SECONDS", 0.0)
    site, told = world.app.state.site, []
    answers: list[Any] = [b"1", StoreBusy("not now"), b"2"]

    async def still() -> bytes:
        answer = answers.pop(0)
        site.closing = not answers
        if isinstance(answer, Exception):
            raise answer
        return bytes(answer)

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        told.append(message.get("body", b""))

    await live.Events(site, "topic", still, empty=False)(receive, send)
    assert [body.split(b"\n")[0] for body in told[1:-1]] == [b"retry: 3000", b"event: beat", b"2"]
