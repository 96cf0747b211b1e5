"""`sessionday export`, as it is typed at a command line."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sessionday.record.formats import FORMATS
from sessionday.store import Access, Store
from tests.protocols.good_day import START
from tests.world import open_world

BEGINNINGS = {"json": b"{\n", "csv": b"\xef\xbb\xbf", "pdf": b"%PDF-", "fhir": b"{\n"}


def exported(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sessionday", "export", *arguments, "--database", f"sqlite:///{folder}/day.db"]
    return subprocess.run(command, capture_output=True, check=False, cwd=folder)


def a_session_in(folder: Path) -> str:
    async def made() -> str:
        async with open_world(folder, now=START) as world:
            return world.booked.session.handle

    return asyncio.run(made())


def accesses_in(folder: Path, handle: str) -> list[Access]:
    async def read() -> list[Access]:
        store = await Store.open(f"sqlite:///{folder}/day.db", now=START, writer=False)
        try:
            session = await store.session(handle)
            assert session is not None
            return await store.accesses(session)
        finally:
            await store.close()

    return asyncio.run(read())


@pytest.fixture
def handle(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if request.config.getoption("--database", default="sqlite") != "sqlite":
        pytest.skip("the command is given a file")
    return a_session_in(tmp_path)


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_goes_to_a_file_or_to_standard_output(tmp_path: Path, handle: str, format: str) -> None:
    out = tmp_path / "out"
    printed = exported(tmp_path, handle, "--format", format)
    told = exported(tmp_path, handle, "--format", format, "--out", str(out), "--json")
    assert (printed.returncode, told.returncode) == (0, 0), printed.stderr + told.stderr
    assert printed.stdout.startswith(BEGINNINGS[format])
    assert out.read_bytes().startswith(BEGINNINGS[format])
    assert json.loads(told.stdout) == {"file": str(out)}


def test_it_is_noted_as_read_at_the_command_line(tmp_path: Path, handle: str) -> None:
    exported(tmp_path, handle, "--format", "csv")
    assert [(one.name, one.what) for one in accesses_in(tmp_path, handle)] == [("command line", "csv")]


def test_a_session_that_is_not_there_is_told_in_a_line(tmp_path: Path, handle: str) -> None:
    asked = exported(tmp_path, "nowhere")
    assert (asked.returncode, asked.stdout) == (1, b"")
    assert asked.stderr.decode().strip() == "sessionday: There is no session ‘nowhere’."
