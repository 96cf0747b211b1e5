"""`sessionday export`, as it is typed at a command line."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sessionday.record.formats import FORMATS
from sessionday.store import Access, Store
from tests.protocols.good_day import START
from tests.world import open_world

BEGINNINGS = {"json": b"{\n", "csv": b"\xef\xbb\xbf", "pdf": b"%PDF-", "fhir": b"{\n"}


@dataclass(frozen=True)
class There:
    """A session in a database, whichever kind the tests run on."""

    folder: Path
    database: str
    handle: str

    def export(self, handle: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "sessionday", "export", handle, *arguments, "--database", self.database]
        return subprocess.run(command, capture_output=True, check=False, cwd=self.folder)

    def accesses(self) -> list[Access]:
        async def read() -> list[Access]:
            store = await Store.open(self.database, now=START, writer=False)
            try:
                session = await store.session(self.handle)
                assert session is not None
                return await store.accesses(session)
            finally:
                await store.close()

        return asyncio.run(read())


@pytest.fixture
def there(tmp_path: Path) -> There:
    async def made() -> There:
        async with open_world(tmp_path, now=START) as world:
            return There(tmp_path, world.app.state.site.settings.database, world.booked.session.handle)

    return asyncio.run(made())


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_goes_to_a_file_or_to_standard_output(there: There, format: str) -> None:
    out = there.folder / "out"
    printed = there.export(there.handle, "--format", format)
    told = there.export(there.handle, "--format", format, "--out", str(out), "--json")
    assert (printed.returncode, told.returncode) == (0, 0), printed.stderr + told.stderr
    assert printed.stdout.startswith(BEGINNINGS[format])
    assert out.read_bytes().startswith(BEGINNINGS[format])
    assert json.loads(told.stdout) == {"file": str(out)}


def test_it_is_noted_as_read_at_the_command_line(there: There) -> None:
    there.export(there.handle, "--format", "csv")
    assert [(one.name, one.what) for one in there.accesses()] == [("command line", "csv")]


def test_a_session_that_is_not_there_is_told_in_a_line(there: There) -> None:
    asked = there.export("nowhere")
    assert (asked.returncode, asked.stdout) == (1, b"")
    assert asked.stderr.decode().strip() == "sessionday: There is no session ‘nowhere’."
