#!/usr/bin/env python3
"""Checks a session's record that was taken out as JSON: python3 verify_record.py FILE [HEAD]

It needs Python 3.9 or newer and nothing else, and shares no code with the program that wrote the file. HEAD is the end
of the chain as somebody else holds it: printed on the PDF, or read out by the clinic. With it, a file that was made
anew from its first entry on is found out too.
"""

import hashlib
import json
import sys
from typing import Any

Json = dict[str, Any]
PUBLIC = [
    "seq", "id", "device", "n", "seen", "role", "by", "t", "at", "skew", "received_at", "kind", "step", "of",
    "content_hash",
]  # fmt: skip
PRIVATE = ["answer", "reason", "extra"]


def main(arguments: list[str]) -> int:
    """0: it holds; 1: it does not; 2: it can't be read."""
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            record = json.load(file)
        session, entries = record["session"], record["entries"]
        wrong, blank = problems(session, entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"This is no record that can be checked: {error!r}")
        return 2
    if len(arguments) == 2 and arguments[1].strip().lower() != session["head"]:
        wrong.append("The head of the chain is not the one you gave: this is another record, or was made anew.")
    tell(session, entries, wrong, blank)
    return 1 if wrong else 0


def problems(session: Json, entries: list[Json]) -> tuple[list[str], int]:
    """What is wrong, a sentence each, and how many entries had their private parts taken out."""
    wrong, blank = [], 0
    previous = hashlib.sha256(session["id"].encode()).hexdigest()
    for place, entry in enumerate(entries, 1):
        if entry["seq"] != place:
            wrong.append(f"Entry {place} carries the number {entry['seq']}: one is missing, added or moved.")
        if "salt" not in entry:
            blank += 1
        elif digest(entry["salt"], entry, PRIVATE) != entry["content_hash"]:
            wrong.append(f"Entry {place}: its answer, reason or extra was changed.")
        if digest(previous, entry, PUBLIC) != entry["hash"]:
            wrong.append(f"Entry {place} does not follow from the one before it, or was changed.")
        previous = entry["hash"]
    if len(entries) != session["seq"]:
        wrong.append(f"There are {len(entries)} entries where there should be {session['seq']}.")
    if previous != session["head"]:
        wrong.append("The last entry is not the head of the chain: entries were cut off or added, or the head changed.")
    return wrong, blank


def digest(before: str, entry: Json, keys: list[str]) -> str:
    """SHA-256 over the bytes before it and the entry's parts, as JSON in its one canonical spelling."""
    parts = {key: entry[key] for key in keys}
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()


def tell(session: Json, entries: list[Json], wrong: list[str], blank: int) -> None:
    """In words: what was checked, and what failed."""
    print(f"Session {session['id']}, {len(entries)} entries.")
    print("Checked: each entry's number, that its content is what was hashed, that it follows from the one before it,")
    print("and that the last one is the head of the chain. Not covered by the chain: names, words, what was kept aside")
    print("and what was arranged.")
    if blank and blank == len(entries):
        print(f"{blank} entries, all erased: their place was checked, nobody can read what they said.")
    elif blank:
        print(f"{blank} entries had their private parts taken out: their place was checked, their content can't be.")
    for sentence in wrong:
        print("WRONG: " + sentence)
    if not wrong:
        print("The chain holds. Its head is " + session["head"])
        print("Compare this with the head on the printed record, or ask the clinic for it.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
