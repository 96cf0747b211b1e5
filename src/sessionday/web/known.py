"""Who sits where, as requests ask it of the database: believed for a second at most, and forgotten at once on news.

So a phone that syncs, or a page that is looked at, costs no look-up each time; and whoever was revoked by another
process, or while its news was lost, is out within that second all the same.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sessionday.protocols import Checklist
from sessionday.store import Clinic, Look, News, Seat, Session, SignIn, Store, StoreError
from sessionday.web.security import digest

BELIEVED_SECONDS = 1.0
KEPT = 10_000
CLINIC = 16  # letters of a clinic's id, with which a session's handle and a sign-in's secret begin

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A session with all that is the same for everybody who sits in it."""

    session: Session
    clinic: Clinic
    checklist: Checklist
    seats: tuple[Seat, ...]
    looks: tuple[Look, ...]
    pack_versions: dict[tuple[str, str], str] = field(default_factory=dict)  # by person and language


class Known:
    """Answers from memory what was asked less than a second ago. What was not found is asked anew each time."""

    def __init__(
        self,
        store: Store,
        checklist: Callable[[Session], Awaitable[Checklist]],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._checklist = checklist
        self._places: Brief[str, Place] = Brief(seconds)
        self._sign_ins: Brief[str, SignIn] = Brief(seconds)
        self._seats: Brief[tuple[str, str], Seat] = Brief(seconds)
        self._phone: Brief[str, str] = Brief(seconds)
        self._handles: dict[str, str] = {}

    async def place(self, handle: str) -> Place | None:
        """The session of a handle."""
        return await self._places.of(handle, lambda: self._read(handle))

    async def sign_in(self, secret: str) -> SignIn | None:
        """Who signed in with it."""
        return await self._sign_ins.of(secret, lambda: self._read_sign_in(secret))

    def changed(self, secret: str) -> None:
        """Who signed in with it was noted to be here."""
        self._sign_ins.forget([secret])

    async def seat(self, credential: str, session: Session) -> Seat | None:
        """The seat of `session` that the browser with this credential holds."""
        return await self._seats.of((credential, session.id), lambda: self._store.claimed(credential, session))

    async def only_phone(self) -> str:
        """Whom anybody may call who comes here unknown: the only clinic's number; empty where there are several."""
        try:
            return await self._phone.of("", self._read_phone) or ""
        except StoreError:  # it is asked where something else is the matter already
            return ""

    def hear(self, news: News | None, grew_here: Callable[[str, int], bool]) -> None:
        """Forgets what may have changed. `grew_here`: whether a session's growth to a `seq` is known here already."""
        if news is None:
            self._places.forget()
        elif gone := {one for _, one, seq in news if one and not (seq and grew_here(one, seq))}:
            self._places.forget([self._handles[one] for one in gone if one in self._handles])
        if news is None or not all(seq for _, _, seq in news):
            self._sign_ins.forget()
            self._seats.forget()

    async def _read_sign_in(self, secret: str) -> SignIn | None:
        token = digest(secret)
        return await self._store.sign_in(token, secret[:CLINIC]) or await self._store.sign_in(token)

    async def _read_phone(self) -> str:
        clinics = await self._store.clinics()
        return clinics[0].phone if len(clinics) == 1 else ""

    async def _read(self, handle: str) -> Place | None:
        # The oldest handles, and those that nobody has, do not begin with a clinic: these are looked for everywhere.
        session = await self._store.session(handle, handle[:CLINIC]) or await self._store.session(handle)
        clinic = await self._store.clinic(session.clinic) if session else None
        if session is None or clinic is None:
            return None
        self._handles[session.id] = handle
        if len(self._handles) > 2 * KEPT:
            self._handles = {place.session.id: key for key, place in self._places.items()}
        seats, looks = await self._store.seats(session), await self._store.looks(session)
        return Place(session, clinic, await self._checklist(session), tuple(seats), tuple(looks))


class Brief(Generic[K, T]):
    """Remembers values for BELIEVED_SECONDS. What changes while a value is being read is not remembered."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[K, tuple[float, T]] = OrderedDict()
        self._changes = 0

    async def of(self, key: K, read: Callable[[], Awaitable[T | None]]) -> T | None:
        """The value of `key`, read where it is not remembered."""
        found = self._kept.get(key)
        if found is not None and found[0] > self._seconds():
            return found[1]
        changes, until = self._changes, self._seconds() + BELIEVED_SECONDS
        value = await read()
        if value is not None and changes == self._changes:
            self._kept[key] = (until, value)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return value

    def forget(self, keys: Iterable[K] | None = None) -> None:
        """These, or everything."""
        self._changes += 1
        if keys is None:
            self._kept.clear()
            return
        for key in keys:
            self._kept.pop(key, None)

    def items(self) -> Iterator[tuple[K, T]]:
        """All that is remembered, also what is no longer believed."""
        return ((key, value) for key, (_, value) in self._kept.items())
