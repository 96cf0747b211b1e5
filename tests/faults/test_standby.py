"""The primary dies under load, its synchronous standby is promoted, and the same server goes on: nothing is missing."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cluster import Cluster
from tests.faults.test_killed import CROWD, Device, check, device
from tests.server import Server

LOAD = 3.0  # seconds of it before the primary dies, and after the standby took over
OPERATOR = 1.0  # seconds until somebody promotes


@dataclass
class Pair:
    """A primary and the standby that has everything before it is acknowledged."""

    primary: Cluster
    standby: Cluster
    url: str


@pytest.fixture
def pair() -> Iterator[Pair]:
    with Cluster.new(tcp=True) as primary:
        database = primary.database().rsplit("/", 1)[1]
        with primary.standby() as standby:
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            primary.sql("SELECT pg_reload_conf()")
            wait_until_synchronous(primary)
            hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
            yield Pair(primary, standby, f"postgresql://sessionday@{hosts}/{database}")


def wait_until_synchronous(primary: Cluster) -> None:
    ends = time.monotonic() + 30
    while primary.sql("SELECT sync_state FROM pg_stat_replication") != ["sync"]:
        assert time.monotonic() < ends
        time.sleep(0.05)


@dataclass
class Watcher:
    """Asks for the server's health and offers an entry, again and again, and writes down what it was answered."""

    server: Server
    device: Device
    health: list[tuple[float, float, int]] = field(default_factory=list)  # asked at, answered at, status
    pushes: list[tuple[float, httpx2.Response]] = field(default_factory=list)

    async def run(self, done: asyncio.Event) -> None:
        http = self.device.http
        while not done.is_set():
            began = time.monotonic()
            status = (await http.get("/health")).status_code
            self.health.append((began, time.monotonic(), status))
            began = time.monotonic()
            self.device.write()
            body = {"v": 1, "device": self.device.id, "seen": 0, "sent_at": int(time.time() * 1000)}
            unsent = list(self.device.unsent.values())[:200]
            answer = await http.post(self.device.path, json={**body, "entries": unsent})
            self.pushes.append((began, answer))
            if answer.status_code == 200:
                for entry, verdict in zip(unsent, answer.json()["verdicts"], strict=True):
                    self.device.hear(entry, verdict)
            await asyncio.sleep(0.02)


async def test_a_primary_that_dies_under_load_is_replaced_and_nothing_acknowledged_is_missing(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Server(tmp_path, SESSIONDAY_DATABASE=pair.url)
    server.start()
    try:
        session = server.session(server.clinic(), time.strftime("%Y-%m-%dT%H:%M"))
        chance, done = random.Random(7), asyncio.Event()
        crowd = [
            await device(server, session, role, chance) for role, (count, _) in CROWD.items() for _ in range(count)
        ]
        watcher = Watcher(server, await device(server, session, "client", chance))
        before = await epoch(watcher)
        sending = [asyncio.create_task(one.run(done)) for one in crowd] + [asyncio.create_task(watcher.run(done))]
        await asyncio.sleep(LOAD)
        died = await asyncio.to_thread(dies, pair.primary)
        await asyncio.sleep(OPERATOR)
        promoting, promoted = await asyncio.to_thread(promotes, pair.standby)
        await asyncio.sleep(LOAD)
        done.set()
        await asyncio.gather(*sending)
        told_while_down(watcher, died, promoting, promoted)
        assert await epoch(watcher) != before  # so that phones offer again even what a slower standby would lack
        back = min(at for at, answer in watcher.pushes if answer.status_code == 200 and at > promoted)
        crowd = [*crowd, watcher.device]
        for one in crowd:
            await one.http.aclose()
            one.troubles = [trouble for trouble in one.troubles if not trouble.startswith("503")]
        check(server, session, crowd)
    finally:
        server.stop()
    with capsys.disabled():
        print(f"\nwithout service: {back - died:.2f} s, of which {back - promoted:.2f} s after the promotion")


async def epoch(watcher: Watcher) -> Any:
    return (await watcher.device.http.get("/health")).json()["epoch"]


def dies(primary: Cluster) -> float:
    """When it was about to."""
    at = time.monotonic()
    primary.kill()
    return at


def promotes(standby: Cluster) -> tuple[float, float]:
    """When that began, and when it was done."""
    at = time.monotonic()
    standby.promote()
    return at, time.monotonic()


def told_while_down(watcher: Watcher, died: float, promoting: float, promoted: float) -> None:
    """Every push was answered, and in words: nothing but 200, or 503 that says when to come again."""
    assert {answer.status_code for _, answer in watcher.pushes} == {200, 503}
    down = [answer for _, answer in watcher.pushes if answer.status_code == 503]
    for answer in down:
        assert answer.headers["retry-after"]
        assert answer.json()["error"]["code"] == "not_stored"
    noticed = min(answered for _, answered, status in watcher.health if status == 503)
    assert died < noticed < promoted
    assert {status for asked, answered, status in watcher.health if noticed < asked and answered < promoting} <= {503}
    assert {status for _, answered, status in watcher.health if answered < died} == {200}
    assert watcher.health[-1][2] == 200
