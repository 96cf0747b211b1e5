"""One good day's record per built-in protocol, made once."""

from typing import Any

import pytest
import pytest_asyncio

from tests.protocols.built_in import NAMES

from .days import good_record


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=NAMES)
async def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A good day under each built-in protocol."""
    return await good_record(tmp_path_factory.mktemp(request.param), request.param)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def spravato(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A good day under the nasal spray's protocol."""
    return await good_record(tmp_path_factory.mktemp("spray"), "spravato")
