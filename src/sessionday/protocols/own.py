"""A clinic's own protocol beside the built-in ones: the text that a copy begins with, and which ids are free."""

import re
from collections.abc import Collection

from .checklist import Checklist, Problem
from .shelf import names

_LINE = r"^{key}:[^\n#]*"
_VERSION = re.compile(r"[0-9][A-Za-z0-9.-]{0,19}", re.ASCII)
_TAKEN = ("drafts",)  # the address of the drafts themselves
_OURS = "our-"


def copied(source: str, id: str, versions: Collection[tuple[str, str]]) -> str:
    """`source` under an id of the clinic's own, as the first version that is not in `versions` yet."""
    own = id if id not in names() else f"{_OURS}{id}"
    taken = [int(version) for known, version in versions if known == own and version.isdecimal()]
    version = max(taken, default=0) + 1
    return _with(_with(source, "id", own), "version", f'"{version}"')


def own_problems(checklist: Checklist, source: str, file: str) -> tuple[Problem, ...]:
    """Why a protocol that compiles can't go on the clinic's shelf: later releases bring built-in ones of their own."""
    found = []
    if checklist.id in names() or checklist.id in _TAKEN:
        said = f"the id ‘{checklist.id}’ is taken; choose another, like ‘{_OURS}{checklist.id}’"
        found.append(Problem(file, _line_of(source, "id"), None, said))
    if not _VERSION.fullmatch(checklist.version):
        said = f"‘version’ can't be ‘{checklist.version[:60]}’; write one that begins with a digit, like 2 or 2026-12"
        found.append(Problem(file, _line_of(source, "version"), None, said))
    return tuple(found)


def named(source: str) -> str:
    """What a text calls itself, whether it compiles or not: ‘our-kap-lozenge 2’."""
    found = [re.search(_LINE.format(key=key), source, re.MULTILINE) for key in ("id", "version")]
    return " ".join(one[0].split(":", 1)[1].strip(" \"'")[:60] for one in found if one)


def _with(source: str, key: str, value: str) -> str:
    return re.sub(_LINE.format(key=key), f"{key}: {value}", source, count=1, flags=re.MULTILINE)


def _line_of(source: str, key: str) -> int:
    found = re.search(_LINE.format(key=key), source, re.MULTILINE)
    return source.count("\n", 0, found.start()) + 1 if found else 1
