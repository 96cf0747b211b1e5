"""Whether a text names somebody. What stays when a record is erased must not say whose it was.

Rather one reason too many is asked for again than a name stays for good: a part of a name counts as the name.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from sessionday.band import plain

ENDINGS = ("", "s", "es")  # Sams, Alexes
LONGEST = 8  # words that one name is written in


def names_any(text: str, names: Iterable[str]) -> bool:
    """Whether any of these people is named in `text`, in whole or by a part of their name, however it is spelt: with
    or without accents, spaces, hyphens and apostrophes."""
    words = _words(text)
    wanted = {form for name in names for form in _forms(name)}
    runs = set(_runs(words))
    # Scripts without spaces, or with endings of their own, write more than the name into a word.
    whole = plain(text)
    within = any(form in whole for form in wanted if not form.isascii())
    return within or any(form + ending in runs for form in wanted for ending in ENDINGS)


def _forms(name: str) -> set[str]:
    """The whole name, and each part that is more than an initial."""
    parts = _words(name)
    long = {part for part in parts if len(part) > 1 or not part.isascii()}
    return ({plain(name)} | long) - {""}


def _runs(words: list[str]) -> Iterator[str]:
    """Each word, and each few that follow one another as though they were one."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + LONGEST, len(words)) + 1):
            yield "".join(words[first:last])


def _words(text: str) -> list[str]:
    """Plain words, parted by whatever is neither letter, mark nor number."""
    parted = "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in text)
    return [word for word in map(plain, parted.split()) if word]
