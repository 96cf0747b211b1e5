"""The printed record, read back the way a viewer reads it."""

import copy
import re
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from sessionday.record.pdf import pdf
from sessionday.record.sections import sections
from sessionday.record.speech import Speech

Json = dict[str, Any]
LETTER, A4 = (612, 792), (595, 842)


def texts(made: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(made)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def close(text: str) -> str:
    """Without what a line's end changes, nor the letters of another alphabet that were named by number."""
    return re.sub(r"\s|\[U\+[0-9A-F]+\]|🌲|￾|-", "", text)


def size(made: bytes) -> tuple[int, int]:
    document = pypdfium2.PdfDocument(made)
    width, height = document[0].get_size()
    document.close()
    return round(width), round(height)


def test_everything_that_the_page_shows_is_printed(record: Json) -> None:
    printed = close("".join(texts(pdf(record))))
    cells = [cell for section in sections(record) for row in section.rows for cell in row]
    assert len(cells) > 250
    assert [cell for cell in cells if close(cell) not in printed] == []


def test_every_answer_is_printed(record: Json) -> None:
    speech = Speech(record)
    printed = close("".join(texts(pdf(record))))
    answers = [speech.answer(entry) for entry in record["entries"] if entry["kind"] == "answer"]
    assert [answer for answer in answers if close(answer) not in printed] == []


@pytest.mark.parametrize("name", ["Győző", "Łucja", "Zofia Wójcik", "Dom Łąka", "Dr. Nuñez"])
def test_names_print_as_they_are_written(spravato: Json, name: str) -> None:
    assert close(name) in close("".join(texts(pdf(spravato))))


def test_every_page_says_whose_it_is_which_day_and_which_of_how_many(spravato: Json) -> None:
    pages = texts(pdf(spravato))
    for number, page in enumerate(pages, 1):
        assert "Győző, Tue 1 Dec 2026, 10:00" in page
        assert f"page {number} of {len(pages)}" in page
        assert spravato["session"]["head"][:16] in page


def test_the_same_record_gives_the_same_bytes(record: Json) -> None:
    assert pdf(record) == pdf(copy.deepcopy(record))


@pytest.mark.parametrize(
    ("zone", "paper"), [("America/Toronto", LETTER), ("Pacific/Honolulu", LETTER), ("Europe/London", A4)]
)
def test_the_paper_is_what_printers_there_hold(spravato: Json, zone: str, paper: tuple[int, int]) -> None:
    assert size(pdf({**spravato, "clinic": {**spravato["clinic"], "zone": zone}})) == paper


@pytest.mark.parametrize(
    "answer", ["x" * 16_000, "many words " * 1500, "\n" * 9000, "\u0000\u0007\ud7ff", "日本語 שלום", "**__--", "", None]
)
def test_whatever_was_answered_can_be_printed(spravato: Json, answer: str | None) -> None:
    record = copy.deepcopy(spravato)
    record["entries"][-1]["answer"] = answer
    assert len(texts(pdf(record))) >= 5


def test_what_the_font_has_not_got_is_named(spravato: Json) -> None:
    assert "[U+1F332]" in "".join(texts(pdf(spravato)))
