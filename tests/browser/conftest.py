"""What several files of browser tests start from."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server import free_port


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, Any]]:
    """The demo, as a newcomer starts it; each file has one of its own. Robin leads its clinic."""
    command = [sys.executable, "-m", "sessionday", "demo", "--port", str(free_port()), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        yield told
        process.terminate()
