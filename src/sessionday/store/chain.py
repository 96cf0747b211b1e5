"""The record proves itself: each entry carries a hash over the one before it. Pure: hashing and JSON, nothing else.

What is private (answer, reason, extra) goes in by a salted hash of its own, so that a record from which it was taken
out can still be verified, and nobody can guess a yes or a no from its hash.
"""

import json
from hashlib import sha256
from typing import Any

import orjson

PUBLIC = (
    "seq", "id", "device", "n", "seen", "role", "by", "t", "at", "skew", "received_at", "kind", "step", "of",
    "content_hash",
)  # fmt: skip
PRIVATE = ("answer", "reason", "extra")

LARGEST = 2**53
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Any, *, exact: bool = False) -> str:
    """`value` as the one JSON text that stands for it: keys sorted, no spaces, nothing escaped that need not be.

    `exact`: it is known to be so. Such a value comes out of orjson the same, in a fifth of the time.
    """
    if exact or is_exact(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return _canonical(value)


def is_exact(value: Any) -> bool:
    """Whether it holds no fraction and no huge number, which JSON's writers spell in different ways."""
    kind = type(value)
    if kind is int:
        return bool(abs(value) <= LARGEST)
    if kind is dict or kind is list:
        for inner in value.values() if kind is dict else value:
            if type(inner) is not str and inner is not None and not is_exact(inner):
                return False
        return True
    return kind is str or kind is bool or value is None


def first(session: str) -> str:
    """What stands before a session's first entry."""
    return sha256(session.encode()).hexdigest()


def link(
    previous: str, public: dict[str, Any], private: dict[str, Any], salt: str, *, exact: bool = False
) -> tuple[str, str]:
    """(content_hash, hash) of an entry: PUBLIC's keys but the content_hash, PRIVATE's keys, a hexadecimal salt."""
    content_hash = _hash(salt, private, exact)
    return content_hash, _hash(previous, {**public, "content_hash": content_hash}, exact)


def _hash(before: str, value: dict[str, Any], exact: bool = False) -> str:
    return sha256(bytes.fromhex(before) + canonical(value, exact=exact).encode()).hexdigest()


def _part(entry: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: entry[key] for key in keys}


def emptied(entry: dict[str, Any]) -> dict[str, Any]:
    """What is left of an entry whose private parts were taken out: its place in the chain still verifies."""
    return _part(entry, (*PUBLIC, "hash"))


def verify(record: dict[str, Any]) -> list[str]:
    """What is wrong with `{"session": {"id", "seq", "head"}, "entries": [...]}`, a sentence each; empty when it holds.

    An entry without `salt` had its private parts taken out: its place in the chain is checked, its content can't be.
    """
    try:
        session, entries = record["session"], record["entries"]
        name, seq, head = session["id"], session["seq"], session["head"]
        return _verify(name, seq, head, entries)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return [f"This is not an exported record: {error!r} where something else was expected."]


def _verify(name: str, seq: int, head: str, entries: list[dict[str, Any]]) -> list[str]:
    problems = []
    previous = first(name)
    for place, entry in enumerate(entries, start=1):
        said = f"Session {name}, entry {place}"
        if entry["seq"] != place:
            problems.append(f"{said}: it carries the number {entry['seq']}; one is missing, added or moved.")
        if "salt" in entry and _hash(entry["salt"], _part(entry, PRIVATE)) != entry["content_hash"]:
            problems.append(f"{said}: its answer, reason or extra was changed.")
        if _hash(previous, _part(entry, PUBLIC)) != entry["hash"]:
            problems.append(f"{said}: it does not follow from the one before it, or was changed.")
        previous = entry["hash"]
    if len(entries) != seq or previous != head:
        problems.append(
            f"Session {name}: it should have {seq} entries and end in {head[:12]}…; entries were cut or added."
        )
    return problems
