"""A session's record as a file that proves itself: everything that was stored, with the chain that ties it together."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sessionday.core import evaluate
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Session, Store
from sessionday.store.chain import verify

FORMAT = "sessionday-record-1"


async def exported(store: Store, session_name: str, now: int) -> dict[str, Any] | None:
    """A session (by handle or id): its whole record, what was kept aside, its state at `now`. None if there is none."""
    session = await store.session_by_id(session_name)
    if session is None:
        return None
    clinic = await store.clinic(session.clinic)
    body = await store.protocol(session.clinic, session.protocol_id, session.protocol_version)
    if clinic is None or body is None:
        return None
    if session.erased_at is not None:
        return await _left_of(store, session, clinic, now)
    checklist = Checklist.from_json(json.loads(body))
    # Up to the session's own `seq`, where its `head` is, though entries may be arriving.
    entries = await store.entries(session, limit=session.seq)
    chained = await store.chained(session)
    if not all("salt" in entry for entry in chained):  # it was erased while it was read
        return await exported(store, session_name, now)
    return {
        "format": FORMAT,
        "exported_at": now,
        "clinic": {"id": clinic.id, "name": clinic.name, "zone": clinic.zone},
        "session": {
            **session.rules_form(),
            "handle": session.handle,
            "client": session.client,
            "seq": session.seq,
            "head": session.head,
        },
        "seats": [{"id": seat.id, "role": seat.role, "name": seat.name} for seat in await store.seats(session)],
        "staff": await _staff_in(store, session, chained),
        "protocol": checklist.to_json(),
        "entries": chained,
        "held": [asdict(one) for one in await store.held(session)],
        "arrangements": [asdict(one) for one in await store.arrangements(session)],
        "accesses": [asdict(one) for one in await store.accesses(session)],
        "state": evaluate(checklist.rules, session.rules_form(), entries, now),
    }


async def _left_of(store: Store, session: Session, clinic: Clinic, now: int) -> dict[str, Any]:
    """The same of an erased record: no word of anybody's is left, and what is still verifies."""
    entries = await store.chained(session)
    arranged = await store.arrangements(session)
    last = next(one for one in reversed(arranged) if one.kind == "erased")
    kept = ("id", "handle", "start", "seq", "head", "held", "erased_at")
    return {
        "format": FORMAT,
        "exported_at": now,
        "clinic": {"id": clinic.id, "name": clinic.name, "zone": clinic.zone},
        "session": {key: getattr(session, key) for key in kept},
        "erased": {"at": last.at, "by": last.name, **last.body},
        "staff": await _staff_in(store, session, entries),
        "protocol": {"id": session.protocol_id, "version": session.protocol_version},
        "entries": entries,
        "held": [{"number": one.number, "role": one.role, "why": one.why} for one in await store.held(session)],
        "arrangements": [asdict(one) for one in arranged],
        "accesses": [asdict(one) for one in await store.accesses(session)],
    }


async def _staff_in(store: Store, session: Session, entries: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Whoever of the clinic wrote an entry, by hand or at a locked tablet: ids alone would say nothing to a reader."""
    ids = sorted({entry["by"] for entry in entries if entry["role"] == "staff"})
    names = {id: await store.name_of(session.clinic, id) for id in ids}
    return [{"id": id, "name": name} for id, name in names.items() if name]


def verify_file(path: Path) -> list[str]:
    """What is wrong with an exported record's chain; nothing when it holds."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        return [f"It can't be read: {error}"]
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return ["It is no record exported by Session Day."]
    return verify(record)


def erased_in(path: Path) -> int:
    """How many entries of an exported record that holds had their private parts taken out."""
    return sum("salt" not in entry for entry in json.loads(path.read_text("utf-8"))["entries"])
