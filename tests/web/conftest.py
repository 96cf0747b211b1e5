"""Templates are compiled once for all of these worlds, not once for each."""

from collections.abc import Iterator
from functools import partial

import jinja2
import pytest

from sessionday.web import rendering


@pytest.fixture(autouse=True, scope="session")
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    cache = jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "Environment", partial(jinja2.Environment, bytecode_cache=cache))
        yield
