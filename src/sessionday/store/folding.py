"""A session's entries as one compressed text, and back. Pure."""

import base64
import json
import zlib
from typing import Any


def packed(entries: list[dict[str, Any]]) -> str:
    """Entries as one compressed text."""
    return base64.b85encode(zlib.compress(json.dumps(entries, ensure_ascii=False).encode(), 9)).decode()


def unpacked(record: str) -> list[dict[str, Any]]:
    """The entries of a compressed text."""
    found: list[dict[str, Any]] = json.loads(zlib.decompress(base64.b85decode(record)))
    return found
