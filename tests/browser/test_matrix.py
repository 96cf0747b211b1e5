"""The fault matrix (tests/faults/matrix.py) in the engines: nothing lost, nothing doubled, nothing told too early."""

import pytest

from tests.engines import ENGINES
from tests.faults.matrix import DOCUMENT, document, documented, rows, run, some_rows
from tests.faults.rows import TROUBLES

EXPECTED = {trouble.name: trouble.expected for trouble in TROUBLES}


# A browser that ends leaves lines of TLS half closed, which asyncio in 3.11 tells of when they are collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ENGINES)
async def test_whatever_strikes_the_clinic_has_each_answer_once(name: str) -> None:
    """Every fault, at one of its moments; all moments take a quarter of an hour: `python -m tests.faults.matrix`."""
    chosen = some_rows(name)
    outcomes = await run(name, chosen)
    assert len(outcomes) == len(chosen)
    wrong = {key: outcome for key, outcome in outcomes.items() if outcome != EXPECTED[key[0]]}
    assert not wrong, "\n".join(f"{fault}, {moment}: {outcome}" for (fault, moment), outcome in wrong.items())


def test_the_table_says_what_is_expected_of_every_row() -> None:
    said = documented()
    for name in ENGINES:
        assert said[name] == {(trouble.name, moment): trouble.expected for trouble, moment in rows(name)}


def test_the_table_is_written_as_it_is_read() -> None:
    assert document(documented()) == DOCUMENT.read_text()
