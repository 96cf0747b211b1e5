"""Who knew of what: a word answers an earlier one only where its sayer had heard it. Imports only entries.

Asked of many entries at once, so that a long record costs no more than its length."""

import math
from collections.abc import Iterable

from .entries import Entry

# How far some entries' devices had heard when they spoke. By device: its highest n, its highest seen.
Horizon = dict[str | None, tuple[int | float, int | float]]

NOTHING = (-math.inf, -math.inf)


def horizon(entries: Iterable[Entry]) -> Horizon:
    heard: Horizon = {}
    for entry in entries:
        widen(heard, entry)
    return heard


def horizons(entries: Iterable[Entry]) -> dict[str | None, Horizon]:
    """The same, for each role by itself."""
    heard: dict[str | None, Horizon] = {}
    for entry in entries:
        widen(heard.setdefault(entry.role, {}), entry)
    return heard


def widen(heard: Horizon, entry: Entry) -> None:
    n, seen = heard.get(entry.device, NOTHING)
    heard[entry.device] = (entry.n if entry.n > n else n, entry.seen if entry.seen > seen else seen)


def is_known(entry: Entry, heard: Horizon) -> bool:
    """Whether any of them knew this entry: on its own device by count alone, on another by what that had seen."""
    for device, (n, seen) in heard.items():
        if device == entry.device:
            if n > entry.n:
                return True
        elif seen >= entry.seq:
            return True
    return False
