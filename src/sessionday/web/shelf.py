"""The protocols that a clinic can run a session under: the built-in ones, and those that it has stored itself."""

import asyncio
import json
from dataclasses import dataclass

from sessionday.limits import base_version
from sessionday.protocols import Checklist, built_in
from sessionday.store import Store, StoredProtocol

Key = tuple[str, str]  # id, version


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One version. `source` is its YAML, None where only its compiled form is known."""

    checklist: Checklist
    source: str | None
    built_in: bool
    made_by: str = ""
    made_at: int | None = None
    running: int = 0


async def shelf_of(store: Store, clinic: str, now: int) -> dict[Key, OnShelf]:
    """All of a clinic's, by id and version, but for those that are one session's with its limits (limits.py). What is
    stored is believed: its sessions run under it."""
    ours = await asyncio.to_thread(built_in)
    stored = {(one.id, one.version): _stored(one, ours) for one in await store.protocols(clinic, now)}
    stored = {key: one for key, one in stored.items() if base_version(key[1]) == key[1]}
    return {**{key: OnShelf(*found, built_in=True) for key, found in ours.items()}, **stored}


async def on_shelf(store: Store, clinic: str, id: str, version: str, now: int) -> OnShelf | None:
    """One of a clinic's: its `checklist` is what `booking.book` takes."""
    ours = await asyncio.to_thread(built_in)
    if stored := await store.stored_protocol(clinic, id, version, now):
        return _stored(stored, ours)
    found = ours.get((id, version))
    return OnShelf(*found, built_in=True) if found else None


def _stored(one: StoredProtocol, ours: dict[Key, tuple[Checklist, str]]) -> OnShelf:
    checklist = Checklist.from_json(json.loads(one.body))
    shipped = ours.get((one.id, one.version))
    if one.source is None and shipped is not None and shipped[0] == checklist:
        return OnShelf(*shipped, built_in=True, running=one.running)
    return OnShelf(checklist, one.source, False, one.made_by, one.made_at, one.running)
