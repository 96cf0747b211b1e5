"""Notes who of the clinic reads whose session: in the background, the same thing by the same person once a minute.

What a browser fetches again by itself, behind a page that somebody has open, is noted too, once in ten minutes: the
device had it, whether or not anybody looked.
"""

import asyncio
import logging
from collections.abc import Callable

from sessionday.store import Access, Staff, Store, StoreError
from sessionday.web.here import Here

MINUTE = 60_000
REFRESH = "refresh"
REFRESH_MS = 10 * MINUTE
WAIT_SECONDS = 2.0  # what is read in this time is written at once

log = logging.getLogger(__name__)


class Accesses:
    """What is still to be written, and what was noted not long ago."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._noted: dict[tuple[str, str, str], int] = {}
        self._waiting: list[tuple[str, Access]] = []
        self._task: asyncio.Task[None] | None = None

    def note(self, here: Here, what: str) -> None:
        """`here` is staff, who reads `what` of the session: page, step, record, or an export's ending."""
        self._note(here.session.clinic, Access(here.session.id, here.person, here.name, what, self._now()))

    def note_clinic(self, staff: Staff, what: str) -> None:
        """Staff read `what` of many sessions at once: a search, or figures."""
        self._note(staff.clinic, Access("", staff.id, staff.name, what, self._now()))

    def _note(self, clinic: str, access: Access) -> None:
        key = (access.session, access.staff, access.what)
        if access.at - self._noted.get(key, -REFRESH_MS) < _rest(access.what):
            return
        self._noted[key] = access.at
        self._waiting.append((clinic, access))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._soon(), name="sessionday accesses")

    async def flush(self) -> None:
        """Writes what waits; what can't be written now waits on."""
        waiting, self._waiting = self._waiting, []
        for clinic in dict.fromkeys(clinic for clinic, _ in waiting):
            mine = [access for one, access in waiting if one == clinic]
            try:
                await self._store.add_accesses(clinic, mine)
            except BaseException as error:  # also where the server ends meanwhile
                self._waiting += [(clinic, access) for access in mine]
                if not isinstance(error, StoreError):
                    raise
                log.warning("who read what could not be written, and is kept for later: %s", error)
        now = self._now()
        self._noted = {key: at for key, at in self._noted.items() if now - at < _rest(key[2])}

    async def _soon(self) -> None:
        await asyncio.sleep(WAIT_SECONDS)
        await self.flush()

    async def close(self) -> None:
        """The last of it, before the store is closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()


def _rest(what: str) -> int:
    """For how long the same is not noted again (ms)."""
    return REFRESH_MS if what == REFRESH else MINUTE
