"""Watches the clock for everybody: when time alone changes what a record says, it raises the alarm and tells.

One process at a time does it (the lease), so that no alarm is computed twice; when it dies another takes over. It does
its work in small pieces between the phones' requests, and keeps a summary of each session as it goes.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from sessionday.store import Alarm, Listed, News, Store, StoreError
from sessionday.web.cards import DAY_MS, Card, Cards

ROUND_SECONDS = 1.0
DEAD_SECONDS = 5.0  # a holder whose beat has stood still for so long is taken for dead
AT_ONCE = 100
FOLDED_AT_ONCE = 10
ERASED_AT_ONCE = 10
QUIET_SECONDS = 1.0  # a phone that comes back with much to say is summed up once, when it has said it
PATIENCE_SECONDS = 30.0
FIND_SECONDS = 60.0
# After each session it rests: as long as it worked where time is pressing, longer where only the summary waits.
REST = 1.0
LONG_REST = 9.0

log = logging.getLogger(__name__)


class Watch:
    """Runs beside the requests from `start` to `stop`."""

    def __init__(self, store: Store, cards: Cards, now: Callable[[], int], archive_days: int) -> None:
        self._store, self._cards, self._now = store, cards, now
        self._archive_ms = archive_days * DAY_MS
        self._holder = secrets.token_hex(8)
        self._seen: tuple[tuple[str, int] | None, float] = (None, time.monotonic())
        self._grown: dict[tuple[str, str], tuple[float, float]] = {}  # when first and last, since it was looked at
        self._find_at = 0.0  # when to look for what grew while nobody watched, or was booked and never began
        self._task: asyncio.Task[None] | None = None
        self.holds = False

    def start(self) -> None:
        """Begins to watch."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="sessionday watch")

    async def stop(self) -> None:
        """Ends it; another process takes over when this one's beat stands still."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def hear(self, news: News | None) -> None:
        """Which sessions grew."""
        if news is None:
            self._find_at = 0.0
        for clinic, session, seq in news or ():
            if seq:
                self._grew(clinic, session)

    async def _run(self) -> None:
        while True:
            try:
                self.holds = self._store.alone or await self._beat()
                if self.holds:
                    await self._round()
                else:
                    self._find_at = 0.0
                    self._grown.clear()
            except StoreError as error:
                log.warning("the watch could not read or write, and tries again: %s", error)
            except Exception:  # whatever it was, nobody else watches
                log.exception("the watch stumbled, and goes on")
            await asyncio.sleep(ROUND_SECONDS)

    async def _beat(self) -> bool:
        """Whether this process holds the lease: keeps it, or takes it from one that is dead."""
        found = await self._store.lease()
        if found != self._seen[0]:
            self._seen = (found, time.monotonic())
        mine = found is not None and found[0] == self._holder
        if mine or found is None or time.monotonic() - self._seen[1] > DEAD_SECONDS:
            return await self._store.take_lease(self._holder, found)
        return False

    async def _round(self) -> None:
        """What time has changed, then what has grown, then what is long over; so often that the beat goes on."""
        until = time.monotonic() + ROUND_SECONDS
        for due in await self._store.due(self._now(), AT_ONCE):
            await self._look(due, by_time=True, rest=REST)
        if time.monotonic() > self._find_at:
            self._find_at = time.monotonic() + FIND_SECONDS
            await self._find_grown()
            await self._store.erase_old(self._now(), ERASED_AT_ONCE)
        for clinic, session in self._quiet():
            del self._grown[clinic, session]
            if listed := await self._store.listed(clinic, session):
                await self._look(listed, by_time=False, rest=LONG_REST)
            if time.monotonic() > until:
                return
        await self._store.archive(self._now() - self._archive_ms, self._now(), FOLDED_AT_ONCE)
        await self._store.wipe()

    def _grew(self, clinic: str, session: str) -> None:
        first = self._grown.pop((clinic, session), (time.monotonic(), 0.0))[0]
        self._grown[clinic, session] = (first, time.monotonic())

    def _quiet(self) -> list[tuple[str, str]]:
        """Those to which nothing has come for a moment, or that have waited long enough for one."""
        now = time.monotonic()
        return [
            key
            for key, (first, last) in self._grown.items()
            if now - last > QUIET_SECONDS or now - first > PATIENCE_SECONDS
        ]

    async def _find_grown(self) -> None:
        after = ("", "")
        while found := await self._store.unsummarised(self._now(), after, 1000):
            for one in found:
                self._grew(one.clinic, one.id)
            after = (found[-1].clinic, found[-1].id)

    async def _look(self, listed: Listed, *, by_time: bool, rest: float) -> None:
        began = time.monotonic()
        try:
            card = await self._cards.card(listed, self._now())
            await self._store.note(self._holder, [card.summary], self._alarms(card), by_time=by_time)
        except StoreError:
            raise
        except Exception:  # one session that can't be drawn must not hide the others
            log.exception("the watch stumbled over session %s", listed.id)
        await asyncio.sleep((time.monotonic() - began) * rest)

    def _alarms(self, card: Card) -> list[Alarm]:
        one, now = card.summary, self._now()
        return [
            Alarm(one.clinic, one.session, alert["key"], alert["level"], alert["since"], now, self._holder)
            for alert in one.card["alerts"]
        ]
