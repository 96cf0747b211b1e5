"""Every language says everything that English says, in the forms that it counts in, and nothing else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sessionday.protocols.shelf import built_in
from sessionday.words import LANGUAGES, SENTENCES, WORDS, counted
from sessionday.words.calendar import plurals

OTHERS = [language for language in LANGUAGES if language != "en"]
OWN = (".when", ".reviewed")  # not translated: made by the calendar, or said of the translation itself
FEW = 15  # letters: so short a text two languages may write alike


def texts(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with where it stands; the forms of a count are one text."""
    if isinstance(found, dict) and "other" in found:
        yield path, found["other"]
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from texts(value, f"{path}.{key}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from texts(value, f"{path}.{number}")
    elif isinstance(found, str):
        yield path, found


def shape(found: Any) -> Any:
    """Its keys all the way down; the forms of a count are asked for apart."""
    if isinstance(found, dict):
        return "count" if "other" in found else {key: shape(value) for key, value in found.items()}
    return [shape(value) for value in found] if isinstance(found, list) else "text"


def counts(found: Any) -> Iterator[dict[str, str]]:
    """Every text that is counted, in its forms."""
    if isinstance(found, dict) and "other" in found:
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from counts(value)


def sentences() -> set[str]:
    """Every text of the built-in protocols, in English."""
    return {text for checklist, _ in built_in().values() for _, text in texts(checklist.words["en"])}


def holes(text: str) -> list[str]:
    """What is filled into it."""
    return sorted(re.findall(r"\{\w+\}", text))


def is_long(text: str) -> bool:
    """Whether it would be odd for another language to say the same: more than a word or the product's name."""
    return len(re.sub(r"\{\w+\}|[\W\d_]|Session Day", "", text)) > FEW


def test_every_language_is_there() -> None:
    assert list(WORDS) == list(LANGUAGES)
    assert list(SENTENCES) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_texts_of_english_and_no_others(language: str) -> None:
    assert shape(WORDS[language]) == shape(WORDS["en"])
    assert set(SENTENCES[language]) == sentences()


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_stands_in_each_text(language: str) -> None:
    english = {path: holes(text) for path, text in texts(WORDS["en"]) if path not in OWN}
    theirs = {path: holes(text) for path, text in texts(WORDS[language]) if path not in OWN}
    assert theirs == english
    assert all(holes(text) == holes(said) for text, said in SENTENCES[language].items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_count_has_the_forms_of_its_language(language: str) -> None:
    found = list(counts(WORDS[language]))
    assert len(found) >= 4
    for forms in found:
        wanted = plurals(language) - ({"zero"} if "none" in forms else set())
        assert set(forms) - {"none"} == wanted
        assert all("5" in counted(forms, 5, language) for forms in found)


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_was_forgotten(language: str) -> None:
    english = dict(texts(WORDS["en"]))
    same = [text for path, text in texts(WORDS[language]) if text == english[path] and is_long(text)]
    same += [text for text, said in SENTENCES[language].items() if said == text and is_long(text)]
    assert same == []
    empty = [path for path, text in texts(WORDS[language]) if not text.strip() and english[path].strip()]
    assert empty == []
    assert all(said.strip() for said in SENTENCES[language].values())


def test_days_and_months_are_the_unicode_ones() -> None:
    assert WORDS["de"]["months"][2] == "März"
    assert WORDS["es"]["weekdays"][0] == "lun"
    assert WORDS["fr"]["when"] == "{weekday} {day} {month}, {clock}"
    assert WORDS["de"]["when"] == "{weekday}, {day}. {month}, {clock}"
    assert len(WORDS["ar"]["months"]) == 12


def test_a_language_counts_as_it_does() -> None:
    forms = {
        "zero": "0 {count}",
        "one": "1",
        "two": "2",
        "few": "few {count}",
        "many": "many {count}",
        "other": "o {count}",
    }
    said = [counted(forms, count, "ar") for count in (0, 1, 2, 3, 11, 100)]
    assert said == ["0 0", "1", "2", "few 3", "many 11", "o 100"]
    assert [counted(forms, count, "en") for count in (1, 2)] == ["1", "o 2"]
