"""docs/components.html shows what the partials draw now, every one of them, and every state that a step can be in."""

import re

from sessionday.settings import folder
from sessionday.words import WORDS
from tests.components import DOCUMENT, document, every_state
from tests.components.day import STATUSES

BORROWED = re.compile(r'{% (?:include|from|extends) "([^"]+)"')


def test_the_page_of_components_is_what_the_partials_draw() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.components"


def test_every_status_is_among_them() -> None:
    assert set(STATUSES) == set(WORDS["en"]["statuses"])
    shown = DOCUMENT.read_text(encoding="utf-8")
    for status in STATUSES:
        assert f'data-status="{status}"' in shown


def test_every_partial_is_among_them() -> None:
    templates = folder("templates")
    drawn, left = set[str](), {one.template for one in every_state()}
    while left:
        drawn |= left
        left = {name for one in left for name in BORROWED.findall((templates / one).read_text("utf-8"))} - drawn
    partials = {str(path.relative_to(templates)) for path in templates.rglob("_*.html")}
    assert partials - drawn == set()
