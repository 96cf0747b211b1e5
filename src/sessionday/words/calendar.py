"""What the Unicode CLDR knows of a language: its days, its months, how it writes a moment, how it counts.

The phone gets the same tables in its pack, so that both write a moment alike. Digits are Western in every language: a
dose, a time or a phone number must look the same on every screen of a session, and as on the clock beside it.
"""

import re
from functools import cache
from typing import Any

from babel import Locale

# As the clinic's clock has it: the day before the month, 24 hours. English says it in a way of its own (en.yaml).
DAY, CLOCK = "MMMEd", "{clock}"
FIELDS = {"E": "{weekday}", "EEE": "{weekday}", "d": "{day}", "MMM": "{month}", "LLL": "{month}", "M": "{month}"}


def calendar_of(language: str) -> dict[str, Any]:
    """`weekdays` from Monday, `months`, and `when`, with {weekday}, {day}, {month} and {clock} in their places."""
    locale = Locale.parse(language)
    days, months = locale.days["format"]["abbreviated"], locale.months["format"]["abbreviated"]
    return {
        "weekdays": [days[number] for number in range(7)],
        "months": [months[number] for number in range(1, 13)],
        "when": _pattern(locale),
    }


def _pattern(locale: Locale) -> str:
    day = str(locale.datetime_skeletons[DAY].pattern)
    quoted = re.compile(r"'([^']*)'|([EMLd]+)")
    filled = quoted.sub(lambda part: part[1] if part[1] is not None else FIELDS[part[2]], day)
    between = "، " if locale.language == "ar" else ", "
    return f"{filled}{between}{CLOCK}"


@cache
def _rule(language: str) -> Any:
    return Locale.parse(language).plural_form


def plural_of(language: str, count: int) -> str:
    """The CLDR category of a count: zero, one, two, few, many or other."""
    return str(_rule(language)(count))


def plurals(language: str) -> frozenset[str]:
    """The categories that a language has for counts that occur here; for a million, `other` does."""
    return frozenset(plural_of(language, count) for count in range(201))
