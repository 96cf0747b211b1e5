"""What JSON holds, read so that both languages see the same value: true is no number, 5.0 is 5, a list is no object.
Imports nothing of the core."""

import math
from typing import Any

Json = dict[str, Any]
Instant = int | float  # milliseconds since the Unix epoch; whole, unless somebody's device says otherwise

MINUTE = 60_000
EXACT = 2**53  # from here on JavaScript can't tell neighbouring whole numbers apart
LEAST = -EXACT
WHITE_SPACE = " \t\n\r"


def number(value: object) -> int | float | None:
    """The number that JavaScript would read, or None where it is none, or has no end."""
    if type(value) is int and LEAST < value < EXACT:
        return value
    if type(value) is not int and type(value) is not float:
        return None
    try:
        rounded = float(value)
    except OverflowError:
        return None
    if not math.isfinite(rounded):
        return None
    return int(rounded) if rounded.is_integer() else rounded


def count(value: object) -> int | float:
    """The number, or where it is none, one that is neither more nor less than any other."""
    if type(value) is int and LEAST < value < EXACT:
        return value
    found = number(value)
    return math.nan if found is None else found


def text(value: object) -> str | None:
    return value if type(value) is str else None


def is_object(value: object) -> bool:
    return isinstance(value, dict)


def part(answer: Json, id: str) -> Any:
    """What an object says under a name; in JavaScript every object also says things that nobody said."""
    return answer.get(id)


def is_blank(words: str) -> bool:
    return not words.strip(WHITE_SPACE)


def minutes(count: int | float) -> int:
    """Minutes in milliseconds; an instant stays a whole number even where a protocol counts in parts of a minute."""
    return math.floor(count * MINUTE + 0.5)


def after(instant: int | float) -> int:
    """The first whole millisecond later than an instant."""
    return math.floor(instant) + 1
