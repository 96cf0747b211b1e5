"""Killed at any instant, the record holds what was acknowledged: each entry, once, under the number that was told."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sessionday.store import Store
from sessionday.store.chain import verify
from tests.store.world import NOW, World, in_a_file

ROOT = Path(__file__).parents[2]


def child(url: str, said: Path, cycle: int, *before: str) -> "subprocess.Popen[bytes]":
    script = [sys.executable, str(Path(__file__).with_name("pushing_child.py")), url, str(cycle)]
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    with said.open("wb") as file:
        return subprocess.Popen([*before, *script], stdout=file, env=env, start_new_session=True)


def kill_when_it_has_spoken(process: "subprocess.Popen[bytes]", said: Path, seconds: float) -> None:
    ends = time.monotonic() + 30
    while not said.stat().st_size and time.monotonic() < ends:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


async def test_killed_ten_times_nothing_acknowledged_is_missing_or_twice(world: World, tmp_path: Path) -> None:
    await world.store.close()
    rng = random.Random(3)
    told: dict[str, str] = {}
    for cycle in range(10):
        said = tmp_path / f"said-{cycle}"
        process = child(world.url, said, cycle)
        await asyncio.to_thread(kill_when_it_has_spoken, process, said, rng.uniform(0.05, 0.4))
        # The last line may have been cut by the kill.
        for line in said.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                id, seq, _ = line.split()
                assert told.setdefault(id, seq) == seq
    rows = await world.around("SELECT id, seq FROM entry ORDER BY seq")
    stored, seqs = {id: str(seq) for id, seq in rows}, [seq for _, seq in rows]
    assert len(told) > 200
    assert {id: stored.get(id) for id in told} == told
    assert seqs == list(range(1, len(seqs) + 1))
    async with await Store.open(world.url, now=NOW) as store:
        world.store = store
        assert verify(await world.record()) == []
        await store.backup(tmp_path / "whole.db")  # which is checked


@in_a_file
@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's; there it must be installed")
async def test_the_log_is_synced_after_its_last_write_before_anything_is_acknowledged(world: World) -> None:
    # Killing can't show a missing sync: the system still has the pages. So the order itself is looked at.
    await world.store.close()
    trace = world.path.parent / "trace"
    calls = "trace=pwrite64,fdatasync,fsync,write"
    process = child(
        world.url,
        world.path.parent / "said-0",
        0,
        "strace",
        "-f",
        "-y",
        "-e",
        calls,
        "-e",
        "signal=none",
        "-o",
        str(trace),
    )
    try:
        await asyncio.to_thread(wait_for_lines, world.path.parent / "said-0", 200)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    unsynced, acknowledged, syncs = False, 0, 0
    for line in trace.read_text(errors="replace").splitlines():
        if "day.db-wal>" in line and "pwrite64" in line:
            unsynced = True
        elif "day.db-wal>" in line and "sync(" in line:
            unsynced, syncs = False, syncs + 1
        elif "said-0>" in line and "write(1<" in line:
            acknowledged += 1
            assert not unsynced, line
    assert acknowledged > 5
    assert syncs > 2


def wait_for_lines(said: Path, lines: int) -> None:
    ends = time.monotonic() + 60
    while said.read_bytes().count(b"\n") < lines and time.monotonic() < ends:
        time.sleep(0.02)
