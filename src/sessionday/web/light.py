"""Hand-over by light: the bundle that a phone without signal shows, and whether its seal proves who wrote it.

A bundle is a version, a form (0 plain, 1 deflated), a JSON list, and a seal of 16 bytes over all before it. The key of
the seal is made from the server's own, so nothing is stored: each device of each seat has another, and learns no other.
"""

import base64
import binascii
import hmac
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sessionday.web.strict_json import BadJSON, read_json

LIBRARY = "vendor/qr/decode.js"  # what draws and reads the squares; where it is missing, this is off
KEYS = ("id", "n", "seen", "at", "kind", "step", "answer", "of", "reason")  # an entry's values, in this order
VERSION = 1
SEAL_BYTES = 16
MOST_BYTES = 65_536
MOST_ENTRIES = 200
KNOWN = 2**53


class Unreadable(ValueError):
    """Not a bundle; the message is a sentence that says what it is instead."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a phone claims, not proven yet. `skew`: its clock's error as last measured; `set`: as in a sync."""

    handle: str
    person: str
    device: str
    sent_at: int
    skew: int
    entries: list[Any]
    set: Any
    sealed: bytes
    seal: bytes

    def is_from(self, session: str, keys: Iterable[str]) -> bool:
        """Whether this very device of this very person in `session` sealed it, by any of the server's keys."""
        device_keys = (key_for(key, session, self.person, self.device) for key in keys)
        return any(hmac.compare_digest(_seal(key, self.sealed), self.seal) for key in device_keys)

    def error(self, scanned: int) -> int:
        """By how much the phone's clock was behind. It can't have sealed after it was read, whatever it measured."""
        return min(self.skew, scanned - self.sent_at)

    def claim(self) -> dict[str, Any]:
        """All of it, as staff see it when it is kept aside."""
        said = {"handle": self.handle, "person": self.person, "device": self.device, "sent_at": self.sent_at}
        return {**said, "entries": self.entries}


def key_for(server_key: str, session: str, person: str, device: str) -> bytes:
    """The secret of one device of one seat."""
    said = json.dumps(["sessionday.light", session, person, device])
    return hmac.digest(server_key.encode(), said.encode(), "sha256")


def read_bundle(text: Any) -> Bundle:
    """The bundle in `text` (base64). Raises Unreadable."""
    if not isinstance(text, str):
        raise Unreadable("There is nothing in it.")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("It is damaged. Read the phone once more.") from None
    sealed, seal = raw[:-SEAL_BYTES], raw[-SEAL_BYTES:]
    if len(sealed) < 3:
        raise Unreadable("It is cut off. Read the phone once more.")
    if sealed[0] != VERSION:
        raise Unreadable("It was made by another version of the app. The phone keeps it until it has signal.")
    return _bundle(_list_in(sealed), sealed, seal)


def _list_in(sealed: bytes) -> Any:
    body = sealed[2:]
    try:
        if sealed[1] == 1:
            body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise Unreadable("It holds too much at once.")
        return read_json(body)
    except (zlib.error, BadJSON):
        raise Unreadable("It is damaged. Read the phone once more.") from None


def _bundle(said: Any, sealed: bytes, seal: bytes) -> Bundle:
    if not isinstance(said, list) or len(said) < 7 or not isinstance(said[5], list):
        raise Unreadable("It is not from this app.")
    handle, person, device, sent_at, skew, rows, since = said[:7]
    if not all(isinstance(one, str) and 0 < len(one) <= 64 and one.isascii() for one in (handle, person, device)):
        raise Unreadable("It is not from this app.")
    if not all(type(one) is int and abs(one) < KNOWN for one in (sent_at, skew)):
        raise Unreadable("It is not from this app.")
    if not 0 < len(rows) <= MOST_ENTRIES:
        raise Unreadable("It holds no answers, or too many.")
    return Bundle(handle, person, device, sent_at, skew, [_entry(row) for row in rows], since, sealed, seal)


def _entry(row: Any) -> Any:
    """As a sync would bring it; what has another shape stays as it is, for the record to keep aside."""
    return dict(zip(KEYS, row, strict=True)) if isinstance(row, list) and len(row) == len(KEYS) else row


def _seal(key: bytes, sealed: bytes) -> bytes:
    return hmac.digest(key, sealed, "sha256")[:SEAL_BYTES]
