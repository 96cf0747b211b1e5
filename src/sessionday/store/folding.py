"""A session's entries as one compressed text, and back. Pure."""

import base64
import json
import zlib
from typing import Any


class Damaged(ValueError):
    """What is stored of a record can't be read: the file, or somebody's hand, changed it."""


def packed(entries: list[dict[str, Any]]) -> str:
    """Entries as one compressed text."""
    return base64.b85encode(zlib.compress(json.dumps(entries, ensure_ascii=False).encode(), 9)).decode()


def unpacked(record: str) -> list[dict[str, Any]]:
    """The entries of a compressed text. Raises Damaged."""
    try:
        found = json.loads(zlib.decompress(base64.b85decode(record)))
    except (zlib.error, ValueError) as error:
        raise Damaged(f"A folded record can’t be read: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Damaged("A folded record can’t be read: it holds something else.")
    return found
