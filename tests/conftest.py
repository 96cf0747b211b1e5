"""One small world for all tests: a clinic, its staff Robin, and the session of Sam, with Alex who drives.

`pytest --database=postgresql` keeps it in a PostgreSQL that is started for the purpose; otherwise it is in a file.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.databases import databases
from tests.server import Server
from tests.world import World, open_world


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="what keeps the record")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for all tests that want one. That there is none installed is a failure, not a reason to skip."""
    with Cluster.new() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def _databases_are_where_was_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("database") == "postgresql":
        databases.cluster = request.getfixturevalue("cluster")


@pytest.fixture(autouse=True)
def _databases_end_with_their_test() -> Iterator[None]:
    before = len(databases.made)  # those of a module's own world come before
    yield
    databases.drop_since(before)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The application in this process, over a real database, with a clock that the test moves."""
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
