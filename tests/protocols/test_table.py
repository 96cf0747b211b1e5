"""docs/protocols.md says what the protocols say."""

from sessionday.protocols import names

from .built_in import NAMES
from .table import DOCUMENT, document


def test_the_page_is_the_one_that_the_protocols_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_no_built_in_protocol_is_left_out_of_it() -> None:
    assert sorted(NAMES) == names()


def test_no_cell_of_it_is_empty() -> None:
    assert "|  |" not in document()
