"""One small world for all tests: a clinic, its staff Robin, and the session of Sam, with Alex who drives."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.server import Server
from tests.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The application in this process, over a real database file, with a clock that the test moves."""
    async with open_world(tmp_path) as made:
        yield made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real server in a process of its own, that can be killed and started again over the same database."""
    made = Server(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()
