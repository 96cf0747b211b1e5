"""The product's own words, a YAML file a language, and which of them is spoken now.

Who asks has a language (their seat's, their own at the clinic, or their browser's), and a request speaks one language:
it is set when it is known who asks, and all that is told from then on is told in it. What nobody asked for (the watch,
the command line, a record on its way out) speaks English.
"""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import yaml

from .calendar import calendar_of, plural_of

try:  # seven times as fast; not in every build of the library
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

HERE = Path(__file__).parent
ENGLISH = "en"
# By their own names, in this order on every page.
LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "ar": "العربية",
}
FROM_RIGHT = frozenset({"ar"})
# What stands for somebody's name or words. Not links and codes: a phone would take the sign beside them for a part.
NAMES = re.compile(r"\{(name|who|by|to|to_name|clinic|title|text|label|client|tablet|what|reason)\}")
STAYS = "stays_on"  # the step of a day that the client spends at home: who stays with them


def _read(folder: Path, language: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((folder / f"{language}.yaml").read_text("utf-8"), Loader)
    return found


def _isolated(found: Any) -> Any:
    """In a text that runs from the right, a name that does not is kept together with its own punctuation."""
    if isinstance(found, str):
        return NAMES.sub("\N{FIRST STRONG ISOLATE}\\g<0>\N{POP DIRECTIONAL ISOLATE}", found)
    if isinstance(found, dict):
        return {key: _isolated(value) for key, value in found.items()}
    return [_isolated(value) for value in found] if isinstance(found, list) else found


def _words_of(language: str) -> dict[str, Any]:
    written = _read(HERE, language)
    return calendar_of(language) | (_isolated(written) if language in FROM_RIGHT else written)


WORDS: dict[str, dict[str, Any]] = {
    language: _words_of(language) for language in LANGUAGES if (HERE / f"{language}.yaml").exists()
}
# For each language, the sentences of the built-in protocols in it, by the English ones.
SENTENCES: dict[str, dict[str, str]] = {
    language: _read(HERE / "protocols", language)
    for language in LANGUAGES
    if (HERE / "protocols" / f"{language}.yaml").exists()
}

_speaking: ContextVar[str] = ContextVar("speaking", default=ENGLISH)


def speak(language: str | None) -> None:
    """From here on this request is told everything in `language`; what is none of ours changes nothing."""
    if language in WORDS:
        _speaking.set(language)


def language() -> str:
    """The language that is spoken now, as BCP 47 has it."""
    return _speaking.get()


def spoken() -> dict[str, Any]:
    """The words of the language that is spoken now."""
    return WORDS[_speaking.get()]


def direction(language: str) -> str:
    """Which way a language is written: `ltr` or `rtl`."""
    return "rtl" if language in FROM_RIGHT else "ltr"


def counted(forms: Mapping[str, str], count: int, language: str) -> str:
    """The form of a text that its language has for this count, with the count in it."""
    form = forms.get(plural_of(language, count)) or forms["other"]
    return form.replace("{count}", str(count))


def told_why(why: str | None, message: str | None) -> str:
    """Why something is kept aside, in the language that is spoken now; as it was kept, where that says more."""
    return str(spoken()["why_held"].get(why, message))


def calls_for(language: str, steps: Iterable[str]) -> list[str]:
    """For what people call the clinic: where the client is at home already, no ride can fall through."""
    card = WORDS[language]["record"]["card"]
    return [*card["calls"], *([] if STAYS in steps else [card["call_ride"]])]


def words_for(language: str, protocol: Mapping[str, Any], steps: Iterable[str]) -> dict[str, Any]:
    """The words for a protocol: `protocol` is what it brings itself, where the product's own words for a gate do not
    fit its day. Where the client is at home already, nobody leaves: the watch ends."""
    words = WORDS[language]
    found = {**words, "gates": {**words["gates"], **protocol.get("gates", {})}}
    if STAYS in steps:
        found["reasons"] = {**words["reasons"], **words["at_home"]["reasons"]}
    return found


def protocol_words(words: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A protocol's words in a language: its own, where it brings them; else each text that a built-in protocol has too,
    as that language says it. What is the clinic's own alone stays as the clinic wrote it."""
    if language in words:
        return dict(words[language])
    first = words.get(ENGLISH) or next(iter(words.values()))
    known = SENTENCES.get(language, {})
    return {key: _said(value, known) for key, value in first.items()}


def _said(text: Any, known: Mapping[str, str]) -> Any:
    if isinstance(text, str):
        return known.get(text, text)
    return {key: _said(value, known) for key, value in text.items()} if isinstance(text, dict) else text
