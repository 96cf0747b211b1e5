"""The one task that writes. It drains whatever waits into one transaction, and answers only after its commit.

No caller ever holds a transaction: a request that is cancelled can neither leave one open nor undo a neighbour's. What
was handed in is written whether or not anybody still waits for the answer. Knows no SQL of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from . import tables
from .batch import Batch, Key, Offer
from .engine import Collision, Engine, Tx, Work
from .errors import StoreBusy, StoreError, StoreFailed
from .tables import Protocols
from .types import EntryDict, News, Push, Verdict

T = TypeVar("T")
ENTRIES_A_BATCH = 2_000  # a database takes so many arguments a sentence and no more
JOBS_A_BATCH = 256

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Either an offer, which is worked on together with others, or an action of its own."""

    answer: asyncio.Future[Any]
    offer: Offer | None = None
    action: Callable[[Tx], Awaitable[Any]] | None = None
    tells: News = frozenset()
    wipes: bool = False


@dataclass(slots=True)
class Told:
    """What others should hear of once it is committed."""

    news: set[tuple[str, str, int]] = field(default_factory=set)
    fresh: dict[Key, list[EntryDict]] = field(default_factory=dict)

    def add(self, other: "Told") -> None:
        self.news |= other.news
        for key, entries in other.fresh.items():
            self.fresh.setdefault(key, []).extend(entries)


class Writer:
    def __init__(self, engine: Engine, *, told: Callable[[Told], None], on_failure: Callable[[str], None]) -> None:
        self._engine = engine
        self._told = told
        self._on_failure = on_failure
        self._protocols: Protocols = {}
        self._waiting: list[Job] = []
        self._something = asyncio.Event()
        self._closing = False
        self.failure: str | None = None
        self._task = asyncio.create_task(self._run(), name="sessionday writer")

    async def do(self, action: Callable[[Tx], Awaitable[T]], tells: News = frozenset()) -> T:
        """One action in a savepoint of its own: what it raises reaches its caller, and touches nobody else's.

        `tells`: what is news to others once it is committed.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._hand_in(Job(answer, action=action, tells=tells))
        return await answer

    async def push(self, push: Push, *, allotted: bool = False) -> list[Verdict]:
        answer: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()
        self._hand_in(Job(answer, offer=Offer.of(push, allotted=allotted)))
        return await answer

    async def wipe(self) -> None:
        """What was deleted leaves the database's files too, as far as it can now (see Engine.to_wipe)."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hand_in(Job(answer, wipes=True))
        await answer

    async def close(self) -> None:
        """Writes what waits, then ends."""
        self._closing = True
        self._something.set()
        await asyncio.gather(self._task, return_exceptions=True)

    def _hand_in(self, job: Job) -> None:
        if self.failure:
            raise StoreFailed(self.failure)
        if self._closing:
            raise StoreError("The record is being closed; nothing more is written.")
        self._waiting.append(job)
        self._something.set()

    async def _run(self) -> None:
        jobs: list[Job] = []
        try:
            while not (self._closing and not self._waiting):
                await self._something.wait()
                self._something.clear()
                while self._waiting:
                    await asyncio.sleep(0)  # what arrives in one breath is written in one go
                    jobs = self._drain()
                    await self._work(jobs)
        except asyncio.CancelledError:
            self._end("The writer was stopped.", jobs)
            raise
        except Exception as failure:
            # Also what nobody foresaw: a writer that can't say what it wrote must not write on.
            self._end(str(failure) if isinstance(failure, StoreError) else f"The writer failed: {failure!r}.", jobs)

    def _drain(self) -> list[Job]:
        count = entries = 0
        for job in self._waiting[:JOBS_A_BATCH]:
            entries += len(job.offer.bodies) if job.offer else 1
            if count and entries > ENTRIES_A_BATCH:
                break
            count += 1
        jobs, self._waiting = self._waiting[:count], self._waiting[count:]
        return jobs

    async def _work(self, jobs: list[Job], tries: int = 5) -> None:
        try:
            await self._commit(jobs, together=True)
        except StoreFailed:
            raise
        except Collision as again:
            if tries:
                await self._work(jobs, tries - 1)
            else:
                _settle([(job, again) for job in jobs])
        except StoreBusy as busy:
            _settle([(job, busy) for job in jobs])
        except Exception:
            # One of the pushes can't be written at all: alone, each finds out for itself.
            log.exception("a batch of %d failed; trying each alone", len(jobs))
            try:
                await self._commit(jobs, together=False)
            except StoreBusy as busy:
                _settle([(job, busy) for job in jobs])

    async def _commit(self, jobs: list[Job], *, together: bool) -> None:
        outcomes: list[tuple[Job, Any]] = []
        told = Told()
        async with self._engine.transaction() as tx:
            offered = [job for job in jobs if job.offer] if together else []
            if offered:
                outcomes += zip(
                    offered, await self._store([job.offer for job in offered if job.offer], told, tx), strict=True
                )
            for job in jobs:
                if not (together and job.offer):
                    outcomes.append((job, await self._alone(job, told, tx)))
            if told.news:
                await self._engine.announce(tx, told.news)
        self._tell(told)
        if any(job.wipes for job in jobs):
            await self._engine.wipe()
        _settle(outcomes)

    async def _alone(self, job: Job, told: Told, tx: Tx) -> Any:
        own = Told()
        try:
            async with tx.savepoint():
                if job.offer:
                    outcome = (await self._store([job.offer], own, tx))[0]
                else:
                    outcome = await job.action(tx) if job.action else None
        except (StoreFailed, StoreBusy):
            raise
        except Exception as error:
            return error
        own.news |= job.tells
        told.add(own)
        return outcome

    async def _store(self, offers: list[Offer], told: Told, tx: Tx) -> list[Any]:
        found, outcomes = await tx.work(self._storing(offers, tx.for_update))
        told.add(Told(found.news(), found.fresh))
        return outcomes

    def _storing(self, offers: list[Offer], for_update: str) -> Work[tuple[Batch, list[Any]]]:
        found = yield from tables.load(offers, self._protocols, for_update)
        outcomes = [found.verdicts(offer) for offer in offers]
        yield from tables.save(found)
        return found, outcomes

    def _tell(self, told: Told) -> None:
        """Before anybody is answered: who asks again then finds what is new already there."""
        if not told.news:
            return
        try:
            self._told(told)
        except Exception:
            log.exception("what listens for news failed; the entries are stored")

    def _end(self, failure: str, jobs: list[Job]) -> None:
        self.failure = failure
        _settle([(job, StoreFailed(failure)) for job in [*jobs, *self._waiting]])
        self._waiting = []
        try:
            self._on_failure(failure)
        except Exception:
            log.exception("what should have been told of the failure failed itself")


def _settle(outcomes: list[tuple[Job, Any]]) -> None:
    for job, outcome in outcomes:
        if job.answer.done():  # cancelled: nobody waits any more
            continue
        if isinstance(outcome, BaseException):
            job.answer.set_exception(outcome)
        else:
            job.answer.set_result(outcome)
