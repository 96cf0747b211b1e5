"""A throw-away clinic with a believable day, at least one session in every stage, to look at and to click through."""

import asyncio
import json
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sessionday.band import Band
from sessionday.booking import Booked, book
from sessionday.protocols import Checklist, load
from sessionday.serving import serve
from sessionday.settings import Settings
from sessionday.store import Clinic, Push, Staff, Store
from sessionday.web.passphrases import hash_passphrase
from sessionday.zones import zone_named

MINUTE = 60_000
HOUR = 60 * MINUTE
EMAIL = "robin@example.org"
# When each part's first answer is given, in minutes from the planned start; the next ones follow at PACE.
PART_AT = {
    "days": -1500, "morning": -220, "arrival": -26, "session": 0,
    "discharge": 126, "ride": 142, "evening": 370, "next_morning": 1500, "later": 1515,
}  # fmt: skip
PACE = 1.0
# The clinic is where it is about noon: at night its day would be none that anybody has.
ZONES = ("America/Toronto", "Europe/Berlin", "Asia/Dhaka", "Pacific/Auckland")


@dataclass(frozen=True, slots=True)
class Story:
    """One session of the demo: who, when it starts (minutes from now), and how its day went so far."""

    client: str
    support: str
    start: int
    without: frozenset[str] = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)
    twist: str = ""


STORIES = (
    Story("Noor", "Ilse", 1260, frozenset({"ride_confirmed", "duties_accepted"})),
    Story("Ida", "Jonas", 150, twist="two phones"),
    Story("Sam", "Alex", 40),
    Story("Tom", "Bea", 20, answers={"baseline_bp": {"systolic": 148, "diastolic": 94}}),
    Story("Leo", "Kim", -38),
    Story("Mia", "Paul", -65, twist="help"),
    Story("Omar", "Lina", -300, frozenset({"home_safe", "evening_check"})),
    Story("Ruth", "Ben", -1640, frozenset({"close", "integration_booked", "drove_before"})),
    Story("Eli", "Dora", -1650),
    Story("Ana", "Finn", 210, twist="called off"),
)


def run(make_settings: Callable[[str], Settings], *, as_json: bool = False) -> None:
    """Makes the clinic in a folder of its own, prints the links, and serves until it is told to stop."""
    with tempfile.TemporaryDirectory(prefix="sessionday-demo-") as folder:
        settings = make_settings(f"sqlite:///{Path(folder) / 'demo.db'}")
        passphrase = f"demo {secrets.token_hex(3)} {secrets.token_hex(3)}"
        made = asyncio.run(fill(settings, passphrase, time.time_ns() // 1_000_000))
        serve(settings, lambda: tell(settings, passphrase, made, as_json=as_json))


async def fill(settings: Settings, passphrase: str, now: int) -> list[tuple[Story, Booked]]:
    """The demo's clinic, its staff and its sessions, each with the record of its day until `now` (ms)."""
    store = await Store.open(settings.database, now=now - 60 * HOUR, writer=False)
    try:
        clinic = await store.add_clinic("Maple House", zone_at(now), "+1 555 0100", now, "911", "+1 555 0142")
        staff = await store.add_staff(clinic.id, EMAIL, "Robin Lee", hash_passphrase(passphrase), now, "lead")
        checklist = load("kap-lozenge")
        told: list[tuple[Story, Booked]] = []
        for story in STORIES:
            band = Band(story.client[:2].upper(), str(len(told) + 1))
            told.append((story, await Telling(store, clinic, staff, checklist, story, now).tell(settings, band)))
        return told
    finally:
        await store.close()


def zone_at(now: int) -> str:
    """The zone of ZONES where it is nearest to half past one in the afternoon."""
    moment = datetime.fromtimestamp(now / 1000, UTC)
    local = {name: moment.astimezone(zone_named(name)) for name in ZONES}
    return min(ZONES, key=lambda name: abs(local[name].hour * 60 + local[name].minute - 810))


class Telling:
    """Writes one story's record, as its people's phones would have sent it."""

    def __init__(
        self, store: Store, clinic: Clinic, staff: Staff, checklist: Checklist, story: Story, now: int
    ) -> None:
        self._store, self._clinic, self._staff, self._story = store, clinic, staff, story
        self._checklist, self._now = checklist, now
        self._start = now + story.start * MINUTE
        self._devices = {role: str(uuid.uuid4()) for role in ("client", "support", "prescriber", "staff", "other")}
        self._counts = dict.fromkeys(self._devices, 0)

    async def tell(self, settings: Settings, band: Band) -> Booked:
        """The session with its record until now."""
        names = {"support": self._story.support, "prescriber": "Dr. Osei"}
        booked = await book(
            self._store, self._clinic, self._checklist,
            client=self._story.client, start=self._start, now=self._now, url=settings.public_url, names=names,
            band=band, limits=LIMITS, by=self._staff,
        )  # fmt: skip
        self._session = booked.session
        self._seats = {seat.role: seat.id for seat in await self._store.seats(booked.session)}
        called_off = self._story.twist == "called off"
        for t, role, step in sorted(self._moments(), key=lambda moment: moment[0]):
            if t <= self._now and not called_off:
                await self._say(role, step["id"], self._answer(step, t), t)
        await self._twist()
        return booked

    def _moments(self) -> list[tuple[int, str, dict[str, Any]]]:
        """(when, who, step) of everything that a good day asks, in the order of the protocol."""
        moments: list[tuple[int, str, dict[str, Any]]] = []
        places: dict[str, int] = {}
        for step in self._checklist.rules["steps"]:
            part = self._checklist.steps[step["id"]]["part"]
            places[part] = places.get(part, -1) + 1
            if step["marks"] in ("cancel", "help") or step["id"] in self._story.without:
                continue
            at = self._start + round(self._minutes(step, PART_AT[part] + places[part] * PACE) * MINUTE)
            roles = step["who"] if step["quorum"] == "all" else step["who"][:1]
            moments += [(at + number * MINUTE, role, step) for number, role in enumerate(roles)]
            if step["every"]:
                gap = step["every"]["minutes"] * MINUTE
                moments += [(at + gap * number, step["who"][0], step) for number in range(1, 10)]
        return moments

    def _minutes(self, step: dict[str, Any], planned: float) -> float:
        """When a step is answered: as planned for its part, but not before it counts."""
        opens = step["opens"]
        if opens is None or opens["from"] == "hold":
            return planned
        anchor = {"start": 0, "leave": PART_AT["ride"] + 10}.get(opens["from"], 2)
        return max(planned, float(anchor + opens["minutes"] + 2))

    def _answer(self, step: dict[str, Any], t: int) -> Any:
        """An answer at `t` that is well: the story's own, else one within the limits."""
        form = step["answer"]
        if step["id"] in self._story.answers:
            return self._story.answers[step["id"]]
        match form["type"]:
            case "choice":
                return next(option["id"] for option in form["options"] if option["verdict"] == "ok")
            case "checks":
                return {item["id"]: item["want"] for item in form["items"]}
            case "measure":
                known = {**READINGS, **READ_AT.get(step["id"], {})}
                return {one["id"]: known.get(one["id"], _within(one)) for one in form["fields"]}
            case "time":
                latest = form["latest_minutes"]
                asked = self._start + (12 if latest is None else min(latest, -30) - 30) * MINUTE
                return self._start + 72 * HOUR if step["id"] == "integration_booked" else min(asked, t)
            case "code":
                return self._session.pickup_code
            case "text":
                return TEXTS.get(step["id"], "Written down on paper as well.")
        return "yes"

    async def _say(
        self, role: str, step: str | None, answer: Any, t: int, *, device: str = "", seen: int | None = None
    ) -> None:
        device = device or role
        self._counts[device] += 1
        head = (await self._store.session(self._session.handle) or self._session).seq
        entry = {
            "id": str(uuid.uuid4()), "n": self._counts[device], "seen": head if seen is None else seen, "at": t,
            "kind": "answer", "step": step, "answer": answer, "of": None, "reason": None,
        }  # fmt: skip
        by = self._staff.id if role == "staff" else self._seats[role]
        await self._store.push(
            Push(
                clinic=self._clinic.id, session=self._session.id, by=by, role=role,
                device=self._devices[device], sent_at=t, now=t, entries=[entry],
            )
        )  # fmt: skip

    async def _twist(self) -> None:
        if self._story.twist == "two phones":
            # A second phone of the support person, without signal since the day before, says no.
            await self._say("support", "ride_confirmed", "no", self._now - 20 * MINUTE, device="other", seen=0)
        if self._story.twist == "help":
            await self._say("client", "help", "yes", self._now - 2 * MINUTE)
        if self._story.twist == "called off":
            await self._say("staff", "cancel", "yes", self._now - 90 * MINUTE)


LIMITS = {"max_systolic": 150, "max_diastolic": 95, "max_pulse": 100, "min_spo2": 93}
READINGS = {
    "systolic": 122, "diastolic": 78, "pulse": 72, "spo2": 98, "mg": 100, "lozenges": 1,
    **LIMITS,  # what the prescriber wrote is what is pinned
    "mg_first": 100, "mg_most": 200, "lozenges_most": 2, "pieces": 10,
}  # fmt: skip
READ_AT = {
    "vitals_40": {"systolic": 138, "diastolic": 86, "pulse": 84, "spo2": 97},
    "discharge_vitals": {"systolic": 126, "diastolic": 80, "pulse": 76, "change": 3},
    "lozenges_locked": {"pieces": 9, "missing": 0},
}
TEXTS = {
    "intentions": "To be kinder to myself. To rest.",
    "lozenge_lot": "LZ-2411-07",
    "ride_details": "The blue door on Elm Street, at half past one. My brother Max can come if you can't.",
}


def _within(form: dict[str, Any]) -> float:
    low = max(limit for limit in (form["min"], form["stop_below"], form["never_below"]) if limit is not None)
    high = min(limit for limit in (form["max"], form["stop_above"], form["never_above"]) if limit is not None)
    return float(round((low + high) / 2))


def tell(settings: Settings, passphrase: str, made: Sequence[tuple[Story, Booked]], *, as_json: bool) -> None:
    """Where to look, and with what."""
    if as_json:
        sessions = [
            {"client": story.client, "handle": booked.session.handle, "links": booked.links, "codes": booked.codes,
             "pickup_code": booked.session.pickup_code, "url": f"{settings.public_url}/s/{booked.session.handle}/"}
            for story, booked in made
        ]  # fmt: skip
        staff = {"url": f"{settings.public_url}/sign-in", "email": EMAIL, "password": passphrase}
        print(json.dumps({"url": settings.public_url, "staff": staff, "sessions": sessions}), flush=True)
        return
    print(f"Session Day, a demo clinic. It is gone when this stops (Ctrl+C).\n\nStaff: {settings.public_url}/sign-in")
    print(f"  e-mail {EMAIL}   passphrase {passphrase}\n")
    print("One browser holds one person: use a private window, or another browser, for each.\n")
    for story, booked in made:
        print(f"{story.client} ({'their ride: ' + story.support})")
        for role, link in booked.links.items():
            print(f"  {role:<11}{link}   code {booked.codes[role]}")
    print(flush=True)
