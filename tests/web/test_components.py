"""docs/components.html shows what the partials draw now, and every state that a step can be in."""

from sessionday.words import WORDS
from tests.components import DOCUMENT, STATUSES, document


def test_the_page_of_components_is_what_the_partials_draw() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.components"


def test_every_status_is_among_them() -> None:
    assert set(STATUSES) == set(WORDS["en"]["statuses"])
    shown = DOCUMENT.read_text(encoding="utf-8")
    for status in STATUSES:
        assert f'data-status="{status}"' in shown
