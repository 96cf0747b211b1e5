"""One small clinic with one session, in a real database: every test that asks for it is made for each kind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.store.world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of one; made with the schema, or on its first use."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'day.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.database()
    yield url
    cluster.drop(url)


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    made = await World.make(database)
    yield made
    await made.store.close()
