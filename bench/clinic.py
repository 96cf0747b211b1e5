"""A clinic to measure with: made by the real store, phones seated by real links, requests as phones send them."""

import asyncio
import http.client
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from argon2 import PasswordHasher
from bench import load

from sessionday.booking import Booked, book
from sessionday.protocols import load as protocol
from sessionday.store import Clinic, Store

HOUR = 3_600_000
EMAIL, PASSPHRASE = "robin@example.org", "paper boat morning tea"
PHONES = 64
ROLES = ("client", "support")  # both of a session push, and each hears of the other's entries
TEXT = "As we spoke on the phone: she comes at five, waits inside."
ANSWERS = {  # what each says, over and over: three entries of about 200 bytes
    "client": (("intentions", TEXT), ("ride_details", TEXT), ("ride_plan", "somebody")),
    "support": (("ride_details", TEXT), ("ride_confirmed", "yes"), ("ride_details", TEXT[::-1])),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A clinic in a database, and its sessions with the secrets of their links."""

    url: str
    clinic: Clinic
    booked: list[Booked]
    persons: dict[tuple[str, str], str]  # who sits there, by session and role

    def seats(self, count: int) -> Iterator[tuple[Booked, str]]:
        """The first `count` seats for phones: client and support person of one session, then of the next."""
        for number in range(count):
            yield self.booked[number // len(ROLES)], ROLES[number % len(ROLES)]


async def open_clinic(url: str, sessions: int = PHONES, *, start: int | None = None) -> Opened:
    """A fresh database with one clinic, Robin at its desk, and sessions that begin about now."""
    now = now_ms()
    async with await Store.open(url, now=now) as store:
        clinic = await store.add_clinic("Maple House", "America/Toronto", "+1 555 0100", now)
        await store.add_staff(clinic.id, EMAIL, "Robin Lee", WEAK.hash(PASSPHRASE), now)
        checklist = protocol("kap-lozenge")
        names = {"support": "Alex", "prescriber": "Dr. Osei"}

        async def one(number: int) -> Booked:
            begins = (now if start is None else start) - number % 60 * 60_000
            return await book(
                store, clinic, checklist, client=f"Sam {number}", start=begins, now=now, url="", names=names
            )

        booked = [await one(0)]
        for first in range(1, sessions, 64):
            booked += await asyncio.gather(*(one(number) for number in range(first, min(first + 64, sessions))))
        pushing = booked[: PHONES // len(ROLES)]
        persons = {(one.session.id, seat.role): seat.id for one in pushing for seat in await store.seats(one.session)}
    return Opened(url, clinic, booked, persons)


def made(folder: Path, sessions: int = PHONES) -> Opened:
    """`open_clinic` in a SQLite file of its own in `folder`."""
    return asyncio.run(open_clinic(f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}", sessions))


def phones(opened: Opened, port: int, count: int = PHONES) -> list[load.Phone]:
    """Phones that have tapped their links at the server on `port`, each ready to push three entries a request."""
    return [
        load.post(
            f"/s/{booked.session.handle}/sync",
            push_body(role, opened.persons[booked.session.id, role]),
            tap(port, booked.links[role]),
        )
        for booked, role in opened.seats(count)
    ]


def push_body(role: str, person: str) -> str:
    """What a phone of this role sends, compact as sync.js writes it, with marks for what is new in each request."""
    entries = ",".join(
        f'{{"id":"{load.ID}","n":{load.N},"seen":{load.SEEN},"at":{load.NOW},"kind":"answer","step":"{step}",'
        f'"answer":"{answer}","of":null,"reason":null}}'
        for step, answer in ANSWERS[role]
    )
    return (
        f'{{"v":1,"device":"{uuid.uuid4()}","seen":{load.SEEN},"sent_at":{load.NOW},"entries":[{entries}],'
        f'"person":"{person}","looked":0}}'
    )


def tap(port: int, link: str) -> str:
    """Opens a seat by its link; the cookie that the server gives for it."""
    return _given(port, "/j", token=link.partition("#")[2])


def sign_in(port: int) -> str:
    """Robin's cookie."""
    return _given(port, "/sign-in", email=EMAIL, password=PASSPHRASE)


def _given(port: int, path: str, **form: str) -> str:
    http_to = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    http_to.request("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = http_to.getresponse()
    answer.read()
    http_to.close()
    if answer.status != 303:
        raise RuntimeError(f"{path} answered {answer.status}")
    return (answer.getheader("set-cookie") or "").partition(";")[0]


def now_ms() -> int:
    """This machine's clock."""
    return time.time_ns() // 1_000_000


WEAK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
