"""Lengths of time and moments as clinicians write them: ‘90 min’, ‘4 h before start’. Imports nothing of the rest."""

import re

_LENGTH = r"\d{1,6}(?: ?min)?|\d{1,4} ?h(?: ?\d{1,2} ?min)?|\d{1,3} ?d"
_PARTS = re.compile(r"(\d+) ?(min|h|d)?", re.ASCII)
_IS_LENGTH = re.compile(_LENGTH, re.ASCII)
_IS_MOMENT = re.compile(rf"(?:at|(?P<length>{_LENGTH}) (?P<side>before|after)) (?P<anchor>[a-z_]+)", re.ASCII)
_MINUTES = {"min": 1, "h": 60, "d": 1440, "": 1}

LENGTH_EXAMPLES = "write a length of time, like ‘45 min’, ‘4 h’, ‘1 h 30 min’ or ‘2 d’"
MOMENT_EXAMPLES = "write a moment, like ‘4 h before start’, ‘40 min after dose’ or ‘at hold’"


def read_length(text: str) -> int | None:
    """‘1 h 30 min’ → 90; None for what is no length of time."""
    if not _IS_LENGTH.fullmatch(text):
        return None
    return sum(int(number) * _MINUTES[unit] for number, unit in _PARTS.findall(text))


def read_moment(text: str) -> tuple[str, int] | None:
    """‘4 h before start’ → ("start", -240); None for what is no moment. The caller checks the anchor."""
    found = _IS_MOMENT.fullmatch(text)
    if not found:
        return None
    minutes = read_length(found["length"]) or 0 if found["length"] else 0
    return found["anchor"], -minutes if found["side"] == "before" else minutes
