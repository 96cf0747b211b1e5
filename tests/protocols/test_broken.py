"""Each broken protocol is told what is wrong, where, and what would be right; docs/protocol_mistakes.md says so."""

import pytest

from sessionday.protocols import Problem, ProtocolError, compile_text

from .broken import BROKEN, DOCUMENT, Broken, document


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_protocol_is_told_exactly_this(case: Broken) -> None:
    with pytest.raises(ProtocolError) as caught:
        compile_text(case.text, "my.yaml")
    assert caught.value.problems == tuple(Problem("my.yaml", *said) for said in case.said)


def test_there_are_enough_of_them_and_no_two_say_the_same() -> None:
    messages = [message for case in BROKEN for _, _, message in case.said[:1]]
    assert len(BROKEN) >= 30
    assert len(set(messages)) == len(BROKEN)


def test_the_page_of_mistakes_is_the_one_that_they_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()
