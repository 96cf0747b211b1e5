"""The words that a protocol file may use, as the rules know them, and what an id is. Imports only the page."""

import re

import yaml

from .page import Page

ROLES = ("client", "support", "staff", "prescriber")
PHASES = ("before", "during", "after")
GATES = ("dose", "leave", "drive", "close")
MARKS = ("dose", "leave", "close", "cancel", "help")
ANCHORS = ("start", "first_dose", "dose", "leave", "hold")
QUORUMS = ("any", "all")
VERDICTS = ("ok", "stop", "never")
LIMITS = ("stop_below", "stop_above", "never_below", "never_above")

# An entry's form carries these names, so no step and no field of an answer can be called so.
# ‘constructor’ is what every object of a browser has already.
_TAKEN = ("id", "kind", "step", "seen", "at", "answer", "of", "reason", "constructor")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def good_id(page: Page, node: yaml.Node, word: str, what: str) -> bool:
    """Whether `word` can be the id of a step or of something in its answer; notes why not."""
    if not _ID.fullmatch(word):
        page.say(
            node, f"{what} can't be ‘{word[:60]}’: an id is a to z, 0 to 9 and _, begins with a letter, at most 40 long"
        )
        return False
    if word in _TAKEN:
        page.say(node, f"{what} can't be ‘{word}’: forms need that name for themselves; choose another")
        return False
    return True
