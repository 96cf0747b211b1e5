"""Which passphrases are refused: short ones, and those that many people choose. No rule asks for digits or signs.

NIST SP 800-63B-4: at least 15 characters where nothing else is asked for, no composition rules, a list of common ones.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

SHORTEST, LONGEST = 15, 128
ROWS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "azertyuiopqsdfghjklm",
)
FEWEST_LETTERS = 6  # different ones
RUN = 6  # so many in a row as on a keyboard count as one


def tidy(passphrase: str) -> str:
    """As it is hashed: typed on another keyboard it must be the same characters."""
    return unicodedata.normalize("NFKC", passphrase)


def refusal(passphrase: str, own: Iterable[str] = ()) -> str | None:
    """Why it can't be taken, as a key of the words; None where it can. `own`: the person's and the clinic's names."""
    text = tidy(passphrase)
    if len(text) < SHORTEST:
        return "short"
    if len(text) > LONGEST:
        return "long"
    plain = _plain(text)
    if len(set(plain)) < FEWEST_LETTERS or re.fullmatch(r"(.+?)\1+.{0,5}", plain):
        return "repeats"
    rest = _without_runs(plain)
    for word in sorted((_plain(one) for one in own), key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    if len(rest) < FEWEST_LETTERS:
        return "own"
    return "common" if plain in common() or rest in common() or rest.strip("0123456789") in common() else None


@cache
def common() -> frozenset[str]:
    """Long ones that many people choose, without spaces and signs."""
    text = files(__package__).joinpath("common_passphrases.txt").read_text("utf-8")
    return frozenset(_plain(line) for line in text.splitlines() if line and not line.startswith("#"))


def _plain(text: str) -> str:
    return "".join(letter for letter in tidy(text).casefold() if letter.isalnum())


def _without_runs(plain: str) -> str:
    """Without what stands in a row on a keyboard, either way."""
    for row in (*ROWS, *(one[::-1] for one in ROWS)):
        for length in range(len(row), RUN - 1, -1):
            for start in range(len(row) - length + 1):
                plain = plain.replace(row[start : start + length], "")
    return plain
