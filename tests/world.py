"""The application in the test's own process, with people who are named and a clock that is moved by hand."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher
from starlette.applications import Starlette

from sessionday.app import create_app
from sessionday.booking import Booked, book
from sessionday.protocols import Checklist, load
from sessionday.settings import Settings
from sessionday.store import Clinic, Staff, Store
from tests.databases import databases

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_796_137_200_000  # Tue 1 Dec 2026, 10:00 in Toronto
PASSPHRASE = "paper boat morning tea"
CHECKLIST = load("kap-lozenge")


class Clock:
    """The server's clock."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Phone:
    """One browser: a cookie jar, and the id and count of its own log."""

    def __init__(self, app: Starlette, clock: Clock, url: str = "http://127.0.0.1:8000") -> None:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.http = httpx2.AsyncClient(transport=transport, base_url=url)
        self.clock = clock
        self.device = str(uuid.uuid4())
        self.n = 0
        self.seen = 0
        self.handle = ""

    async def open(self, link: str) -> httpx2.Response:
        """Taps a link."""
        answer = await self.http.post("/j", data={"token": link.split("#")[1]})
        self.handle = answer.headers.get("location", "").split("/")[2] if answer.status_code == 303 else ""
        return answer

    async def sign_in(self, email: str, password: str = PASSPHRASE) -> httpx2.Response:
        """Signs in as staff."""
        return await self.http.post("/sign-in", data={"email": email, "password": password})

    def entry(self, step: str | None, answer: Any = None, **more: Any) -> dict[str, Any]:
        """An entry as this phone would make it now."""
        self.n += 1
        made = {
            "id": str(uuid.uuid4()),
            "n": self.n,
            "seen": self.seen,
            "at": self.clock.now,
            "kind": "answer",
            "step": step,
            "answer": answer,
            "of": None,
            "reason": None,
        }
        return {**made, **more}

    async def sync(self, *entries: Any, **more: Any) -> httpx2.Response:
        """One round trip."""
        body = {"v": 1, "device": self.device, "seen": self.seen, "sent_at": self.clock.now, "entries": list(entries)}
        return await self.http.post(f"/s/{self.handle}/sync", json={**body, **more})

    async def say(self, step: str, answer: Any, **more: Any) -> dict[str, Any]:
        """Records one answer and hears the news; returns the whole reply."""
        reply: dict[str, Any] = (await self.sync(self.entry(step, answer, **more))).json()
        self.seen = reply["seq"]
        return reply


@dataclass
class World:
    """The clinic Maple House with Robin; Sam's session with Alex and Dr. Osei; another clinic with Eve."""

    app: Starlette
    store: Store
    clock: Clock
    clinic: Clinic
    staff: Staff
    booked: Booked
    checklist: Checklist
    other: Clinic
    url: str
    phones: list[Phone] = field(default_factory=list)

    def stranger(self) -> Phone:
        """A browser that nobody knows."""
        phone = Phone(self.app, self.clock, self.url)
        phone.handle = self.booked.session.handle
        self.phones.append(phone)
        return phone

    async def seat(self, role: str) -> Phone:
        """A phone that has opened the link of a role."""
        phone = self.stranger()
        assert (await phone.open(self.booked.links[role])).status_code == 303
        return phone

    async def desk(self, email: str = "robin@example.org") -> Phone:
        """A browser where staff are signed in."""
        phone = self.stranger()
        assert (await phone.sign_in(email)).status_code == 303
        return phone

    async def book(self, client: str, clinic: Clinic | None = None, start: int = START) -> Booked:
        """One more session, of this clinic or another."""
        return await book(
            self.store, clinic or self.clinic, self.checklist, client=client, start=start, now=self.clock.now,
            url=self.url, names={"support": "Kim", "prescriber": "Dr. Osei"},
        )  # fmt: skip


@asynccontextmanager
async def open_world(
    folder: Path, now: int = START - HOUR, *, url: str = "http://127.0.0.1:8000"
) -> AsyncIterator[World]:
    """A world at `now`, in a database of its own in `folder`, that people reach at `url`."""
    clock = Clock(now)
    settings = Settings(database=databases.new(folder / "day.db"), public_url=url, keys=("k" * 48,))
    app = create_app(settings, now=clock)
    async with app.router.lifespan_context(app):
        store: Store = app.state.site.store
        clinic = await store.add_clinic("Maple House", "America/Toronto", "+1 555 0100", now)
        staff = await store.add_staff(clinic.id, "robin@example.org", "Robin Lee", HASH, now)
        other = await store.add_clinic("Elsewhere", "Europe/Berlin", "+49 30 555", now)
        await store.add_staff(other.id, "eve@example.org", "Eve", HASH, now)
        names = {"support": "Alex", "prescriber": "Dr. Osei"}
        booked = await book(
            store, clinic, CHECKLIST, client="Sam", start=START, now=now, url=settings.public_url, names=names
        )
        world = World(app, store, clock, clinic, staff, booked, CHECKLIST, other, url)
        yield world
        for phone in world.phones:
            await phone.http.aclose()


HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSPHRASE)  # as weak as it is quick
