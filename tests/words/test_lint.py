"""What the texts may not say, and how plainly they say the rest (clinical ground, section 2)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionday.app import ROUTES
from sessionday.protocols.shelf import built_in
from sessionday.words import LANGUAGES, SENTENCES, WORDS
from tests.words.test_languages import sentences, texts

ROOT = Path(__file__).parents[2]
# That anybody may drive or is fit to, or that it harms nobody: said by none, but by wrong answers of a teach-back.
FORBIDDEN = {
    "en": r"safe to drive|\bcleared\b|(?<!not )(?<!being )(clear|fit) to drive|you (may|can) drive\b|n(on|ot).addict",
    "es": r"(?<!no )puede conducir\b(?! esta noche)|(apt|segur)[oa] para conducir|no (es )?adicti|no crea adic",
    "fr": r"vous pouvez conduire|apte à (la )?conduire|sans danger pour conduire|n’est pas addicti|non addicti",
    "de": r"Sie dürfen (wieder )?(Auto )?fahren|(?<!nicht )(?<!dass sie )fahrt(üch|aug)|macht nicht (süc|abh)",
    "pt": r"você pode dirigir\b|apt[oa] (a|para) dirigir|segur[oa] para dirigir|não (é )?viciante|não vicia",
    "ar": r"(?<!لا )يمكنك القيادة|لائق للقيادة|آمن للقيادة|لا يسبب الإدمان|غير مسبب للإدمان",
}
MEDICINE = re.compile(r"ketamin|kétamine|cetamina|ketamina|كيتامين", re.IGNORECASE)
# Where the medicine may be named: in pages about it, and where staff choose or write down what was given.
ABOUT = (".about.",)
LONGEST = {"en": 20}
LONGER = 28  # words of a sentence in the other languages, which say the same with more words, or fewer
HARDEST = 9.5  # school years that a text may take (Flesch and Kincaid); whole texts, of six words or more
ON_AVERAGE = 3.0
# Said as the scale, the label or the programme has it: for staff, who know these words from there.
AS_THERE = {
    "5 answers readily to the name, 4 slowly, 3 only when loud or repeated, 2 to mild shaking, 1 to a painful"
    " squeeze, 0 not at all.",
    "Hypersensitive to esketamine, ketamine or another ingredient",
    "Respiratory depression, and that breathing is watched",
    "This clinic's REMS certification is valid",
    "In an emergency, call your local emergency number first.",
    "Every answer, every reason and every word that was written.",
    "What people recall after an operation",
}


def said(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language, with where it stands."""
    yield from texts(WORDS[language])
    if language == "en":
        yield from (("protocol", text) for text in sorted(sentences()))
    else:
        yield from (("protocol", text) for text in SENTENCES[language].values())


def parts(text: str) -> list[str]:
    """A text's sentences. A colon ends one where a list or a choice follows."""
    return [part for part in re.split(r"(?<=[.?!:;؟])\s+", text) if part]


def words(sentence: str) -> int:
    return len(re.findall(r"[^\W\d_][\w’'-]*|\{\w+\}|\d[\d./:]*", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_what_none_may_say(language: str) -> None:
    forbidden = re.compile(FORBIDDEN[language], re.IGNORECASE)
    assert [text for _, text in said(language) if forbidden.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_medicine_is_named_only_where_somebody_reads_on_purpose(language: str) -> None:
    """On pages about it, and in a protocol's questions and reasons; never in what stands in a list or a notice."""
    own = [text for path, text in texts(WORDS[language]) if not path.startswith(ABOUT)]
    theirs = SENTENCES.get(language, {})
    titles = [theirs.get(text, text) for text in protocol_titles()]
    assert [text for text in (*own, *titles) if MEDICINE.search(text)] == []


def protocol_titles() -> set[str]:
    """What stands in lists: of the built-in protocols, their parts and their steps."""
    every = [path_and_text for checklist, _ in built_in().values() for path_and_text in texts(checklist.words["en"])]
    return {text for path, text in every if path.endswith(".title") or path.startswith(".parts")}


def test_no_address_icon_manifest_or_title_names_the_medicine() -> None:
    named = [route.path for route in ROUTES if MEDICINE.search(route.path)]
    for folder in ("static", "manifest"):
        files = [file for file in (ROOT / folder).rglob("*") if file.is_file() and "vendor" not in file.parts]
        named += [str(file) for file in files if MEDICINE.search(file.name)]
        named += [str(f) for f in files if f.suffix != ".png" and MEDICINE.search(f.read_text("utf-8"))]
    for template in (ROOT / "templates").rglob("*.html"):
        named += [
            template.name
            for block in re.findall(
                r"<title>.*?</title>|block title.*?endblock", template.read_text("utf-8"), re.DOTALL
            )
            if MEDICINE.search(block)
        ]
    assert named == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_long(language: str) -> None:
    most = LONGEST.get(language, LONGER)
    every = [part for _, text in said(language) for part in parts(text) if part not in AS_THERE]
    long = [(words(part), part) for part in every if words(part) > most]
    assert long == []


def test_english_is_read_with_few_years_of_school() -> None:
    grades = {text: grade(text) for _, text in said("en") if words(text) >= 6}
    assert {text: round(found, 1) for text, found in grades.items() if found > HARDEST and text not in AS_THERE} == {}
    assert sum(grades.values()) / len(grades) < ON_AVERAGE


def grade(text: str) -> float:
    """Years of school that a text takes, by Flesch and Kincaid. What is filled in counts as a short word."""
    plain = re.sub(r"\{\w+\}", "it", text)
    found = re.findall(r"[A-Za-z][A-Za-z’']*", plain)
    return 0.39 * len(found) / len(parts(plain)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def syllables(word: str) -> int:
    """Groups of vowels, without an e that is not heard. Right for nine words in ten."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = re.search(r"[^aeiouyl]e[sd]?$", word.lower()) is not None and re.search(r"[td]ed$", word.lower()) is None
    return max(1, groups - silent)
