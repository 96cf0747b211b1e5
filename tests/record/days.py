"""Good days as real records: written through the store, with names that are hard to print, and taken out again."""

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sessionday.booking import book
from sessionday.record.file import exported
from sessionday.store import Push
from tests.protocols.built_in import built_in
from tests.protocols.good_day import DAY, MINUTE, START, Day, over
from tests.world import HASH, World, open_world

SAID = "=1+1\nÓscar’s „word“, ő, ł, and 🌲"
LATER = START + 4 * DAY


async def good_record(folder: Path, name: str) -> dict[str, Any]:
    """A whole good day under a built-in protocol, with a waive, an answered alert, something kept aside and an
    addendum."""
    async with open_world(folder, now=START - 4 * DAY) as world:
        handle = await written(world, over_with_troubles(name))
        found = await exported(world.store, handle, LATER)
        assert found is not None
        return found


def over_with_troubles(name: str) -> Day:
    day = over(built_in(name))
    day.say(21, "help", role="client")
    day.say(22, "help")
    day.entries[-1] |= {"kind": "ack", "role": "staff", "of": f"help:{entry_id(day.entries[-2])}", "step": None}
    day.waive(140, "evening_check", "Read by ear, 128/80.")
    day.say(day.hold_ends() + 40, "close")
    texts = [id for id, step in day.protocol.steps.items() if step["answer"]["type"] == "text"]
    day.say(day.hold_ends() + 100, texts[-1], SAID)
    return day


def entry_id(entry: dict[str, Any]) -> str:
    return str(uuid5(NAMESPACE_URL, entry["id"]))


async def written(world: World, day: Day) -> str:
    """Stores a day's entries, each as the phone of its role offers it; returns the session's handle."""
    clinic = await world.store.add_clinic("Dom Łąka", "Europe/London", "+44 20 555", START)
    staff = await world.store.add_staff(clinic.id, "zofia@example.org", "Zofia Wójcik", HASH, START)
    booked = await book(
        world.store, clinic, day.protocol.checklist, client="Győző", start=START, now=START - 4 * DAY, url=world.url,
        names={"support": "Łucja", "prescriber": "Dr. Nuñez"}, by=staff,
    )  # fmt: skip
    session = booked.session
    seats = {seat.role: seat.id for seat in await world.store.seats(session)} | {"staff": staff.id}
    for n, one in enumerate(sorted(day.entries, key=lambda entry: entry["t"]), 1):
        is_code = one["step"] and day.protocol.steps[one["step"]]["answer"]["type"] == "code"
        answer = session.pickup_code if is_code else one["answer"]
        role = one["role"]
        said = {"id": entry_id(one), "n": n, "seen": 0, "at": one["t"], "kind": one["kind"], "step": one["step"]}
        said |= {"answer": answer if one["kind"] == "answer" else None, "of": one["of"], "reason": one["reason"]}
        push = Push(
            clinic=clinic.id, session=session.id, by=seats[role], role=role, device=str(uuid5(NAMESPACE_URL, role)),
            sent_at=one["t"] + MINUTE, now=one["t"] + MINUTE, entries=[said],
        )  # fmt: skip
        assert (await world.store.push(push))[0].result == "stored", one
    odd = {**said, "id": "x", "n": n + 1, "step": "no_such_step"}
    push = Push(clinic.id, session.id, seats["client"], "client", push.device, LATER, LATER, [odd])
    assert (await world.store.push(push))[0].result == "held"
    return session.handle
