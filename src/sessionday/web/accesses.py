"""Notes who of the clinic reads whose session: in the background, the same thing by the same person once a minute."""

import asyncio
import logging
from collections.abc import Callable

from sessionday.store import Access, Store, StoreError
from sessionday.web.here import Here

MINUTE = 60_000
WAIT_SECONDS = 2.0  # what is read in this time is written at once

log = logging.getLogger(__name__)


class Accesses:
    """What is still to be written, and what was noted within the last minute."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._noted: dict[tuple[str, str, str], int] = {}
        self._waiting: list[tuple[str, Access]] = []
        self._task: asyncio.Task[None] | None = None

    def note(self, here: Here, what: str) -> None:
        """`here` is staff, who reads `what` of the session: page, step, record, or an export's ending."""
        key, now = (here.session.id, here.person, what), self._now()
        if now - self._noted.get(key, -MINUTE) < MINUTE:
            return
        self._noted[key] = now
        access = Access(here.session.id, here.person, here.name, what, now)
        self._waiting.append((here.session.clinic, access))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._soon(), name="sessionday accesses")

    async def flush(self) -> None:
        """Writes what waits; what can't be written now waits on."""
        waiting, self._waiting = self._waiting, []
        for clinic in dict.fromkeys(clinic for clinic, _ in waiting):
            mine = [access for one, access in waiting if one == clinic]
            try:
                await self._store.add_accesses(clinic, mine)
            except StoreError as error:
                log.warning("who read what could not be written, and is kept for later: %s", error)
                self._waiting += [(clinic, access) for access in mine]
        now = self._now()
        self._noted = {key: at for key, at in self._noted.items() if now - at < MINUTE}

    async def _soon(self) -> None:
        await asyncio.sleep(WAIT_SECONDS)
        await self.flush()

    async def close(self) -> None:
        """The last of it, before the store is closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()
