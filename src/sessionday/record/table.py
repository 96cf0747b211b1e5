"""The record as a table for a spreadsheet: a row an entry. What people typed can never run there as a formula."""

import csv
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from sessionday.record.speech import Speech

# Where a cell begins, also for a program that takes ‘;’, a tab or ‘|’ for the separator: what would start a formula.
FORMULA = re.compile(r"(?:^|(?<=[;|\t\r\n]))(?=[\s\ufeff\u200b]*[=+\-@＝＋－＠﹢﹣﹦﹫−])")
MARK = "\ufeff"  # without it some spreadsheets take UTF-8 for something else


def table(record: Mapping[str, Any]) -> bytes:
    """RFC 4180, in UTF-8 with its mark, in the order in which the entries came in."""
    speech = Speech(record)
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(speech.words["csv"])
    for entry in speech.entries:
        writer.writerow([inert(str(cell)) for cell in _row(speech, entry)])
    return (MARK + out.getvalue()).encode()


def inert(text: str) -> str:
    """`text` with an apostrophe wherever a spreadsheet could begin a formula: still readable, and never run."""
    marked = FORMULA.sub("'", text)
    return f"'{marked}" if text[:1] in ("\t", "\r", "\n") and not marked.startswith("'") else marked


def _row(speech: Speech, entry: Mapping[str, Any]) -> list[Any]:
    day, clock = speech.local(entry["t"])
    return [
        entry["seq"], day, clock, entry["role"], entry["name"], speech.title(entry["step"]),
        speech.asked(entry).get("what", ""), speech.answer(entry), entry["reason"] or "", speech.verdict(entry),
        " ".join(speech.local(entry["received_at"])), entry["hash"],
    ]  # fmt: skip
