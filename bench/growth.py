"""From ten thousand entries to five million, over a hundred thousand sessions: what must not grow with what is not
asked for (a sync, a page, the board, the start), and what may grow in step with it (a backup, the file).

Small and large take turns. Both databases lie in the system's cache of files: what is measured is the work, not a disk
that has to be read first. `python -m bench.growth [rounds [seconds]]`
"""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

from bench import busy, clinic, history, load
from bench.board import looked
from bench.contest import STORED, Contestant, Plan, against
from bench.phone_talk import Talk
from bench.servers import Server, free_port, ours
from bench.table import Row, lines
from starlette.responses import Response

from sessionday.settings import load_keys
from sessionday.store import Store
from sessionday.web.security import Cookie

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
SMALL, LARGE = SIZES[0], SIZES[-1]
SAVED = (SMALL, SIZES[-2], LARGE)
FOLDED = 2_000  # sessions
BOARD = 50  # sessions of the day at the clinic that is looked at
BURST = 1_000  # sessions out of all, each with one push at the same moment
ALONE = 150  # pushes one after the other, each to another session
OVER = "3650"  # days: nothing is archived meanwhile
PATIENCE = 300.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """Of one size, a number a round: rates a second and times in ms; and what is the same in each round."""

    rate: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    board: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    backup: float = 0.0
    bytes: int = 0


def rows(plan: Plan, say: Say) -> Sequence[Row]:
    """All sizes started and saved; the smallest and the largest served side by side; some of it archived."""
    found = {size: Measured() for size in SIZES}
    days = {size: Day(plan, size, say) for size in SIZES}
    for size, day in days.items():
        found[size].bytes = day.bytes
    starts(plan, days, found, say)
    served(plan, [days[SMALL], days[LARGE]], [found[SMALL], found[LARGE]], say)
    for size in SAVED:
        found[size].backup = saved(plan, days[size], say)
    return [*of_serving(found[SMALL], found[LARGE]), *of_sizes(found), *archived(days[LARGE], say)]


class Day:
    """A copy of a history with one more clinic, whose day is today."""

    def __init__(self, plan: Plan, size: int, say: Say) -> None:
        past = history.made(size, say)
        self.size, self.live = size, past.live
        self.path = plan.folder / f"growth-{size}.db"
        shutil.copyfile(past.path, self.path)
        self.bytes = room(self.path)
        self.url = f"sqlite:///{self.path}"
        self.opened = asyncio.run(busy.open_busy(self.url, BOARD))

    def server(self, plan: Plan, days: str = OVER) -> Server:
        """Ours over it."""
        name = f"growth-{self.size}"
        return ours(self.url, plan.folder, name=name, SESSIONDAY_ARCHIVE_DAYS=days)


def starts(plan: Plan, days: dict[int, Day], found: dict[int, Measured], say: Say) -> None:
    """From the command to the first answer, in turns."""
    for number in range(plan.rounds):
        for size, day in days.items():
            began = time.monotonic()
            with started(plan, day) as url:
                answered(url)
                found[size].start.append((time.monotonic() - began) * 1000)
        told = ", ".join(f"{size:,}: {found[size].start[-1]:,.0f} ms" for size in days)
        say(f"start, round {number + 1} of {plan.rounds}: {told}")


@contextmanager
def started(plan: Plan, day: Day) -> Iterator[str]:
    """A server whose start is watched closely; ended in order."""
    port = free_port()
    command = [sys.executable, "-m", "sessionday", "serve", "--port", str(port), "--database", day.url]
    keys = f"SESSIONDAY_KEYS_FILE={plan.folder / 'keys'}"
    with (plan.folder / "starts.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            ["env", keys, f"SESSIONDAY_ARCHIVE_DAYS={OVER}", *command], stdout=log, stderr=log  # noqa: S607
        )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}/health"
    finally:
        process.terminate()
        process.wait(30)


def answered(url: str) -> None:
    """Asks until it is well."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.01)
    raise TimeoutError(f"{url} did not answer")


def served(plan: Plan, days: Sequence[Day], found: Sequence[Measured], say: Say) -> None:
    """Both servers up; each kind of work in turns."""
    with ExitStack() as stack:
        guests = [Guests(plan, stack.enter_context(day.server(plan)), day) for day in days]
        pairs = list(zip(guests, found, strict=True))
        for one in guests:
            one.settle(say)
        for number in range(plan.rounds):
            for those, one_of in pairs:
                those.turn(plan, one_of)
            say(f"round {number + 1} of {plan.rounds}: {'; '.join(last(one_of) for one_of in found)}")


def last(one: Measured) -> str:
    """The last round in a few words."""
    return (
        f"sync {one.rate[-1]:,.0f}/s, p50 {one.latency[-1]:.1f} ms, any sessions {one.burst[-1]:,.0f}/s and"
        f" {one.alone[-1]:.2f} ms, page {one.page[-1]:.2f} ms, board {one.board[-1]:.2f} ms"
    )


class Guests:
    """Everybody who talks to one server: the phones of the day, those of any session, and Robin at the board."""

    def __init__(self, plan: Plan, server: Server, day: Day) -> None:
        self._server, self._day = server, day
        self._random = Random(day.size)  # noqa: S311  nothing hangs on it
        self._cookies = Cookie("seat", load_keys(plan.folder / "keys"), secure=False, max_age=86_400)
        phones = clinic.phones(day.opened, server.port)
        self._pushing = Contestant(f"{day.size:,}", server, lambda server: phones, ready=phones)
        self._robin = load.get("/board", clinic.sign_in(server.port))
        self._quiet = day.opened.booked[clinic.PHONES // 2 :]  # sessions that nobody else pushes to
        self._rest = list(day.live)
        self._random.shuffle(self._rest)

    def settle(self, say: Say) -> None:
        """Waits until the server has summed up what grew while it was not there."""
        began, quiet = time.monotonic(), 0
        while quiet < 3 and time.monotonic() - began < PATIENCE:
            before = self._server.cpu()
            time.sleep(1.5)
            quiet = quiet + 1 if self._server.cpu() - before < 0.06 else 0
        say(f"{self._day.size:,}: quiet after {time.monotonic() - began:.0f} s")

    def turn(self, plan: Plan, one: Measured) -> None:
        """All that is measured of serving, once."""
        turn = self._pushing.turn(plan)
        one.rate.append(turn.load.rate)
        one.latency.append(turn.load.p50 / 1000)
        anyone = [self._phone(live) for live in self._random.sample(self._rest, BURST)]
        found = load.run(plan.folder, self._server.port, anyone, 60.0, expect=STORED, most=len(anyone))
        one.burst.append(found.all / found.elapsed)
        one.alone.append(median(self._pushed(live) for live in self._random.sample(self._rest, ALONE)))
        booked = self._quiet[len(one.page) % len(self._quiet)]  # another each round: its record grows meanwhile
        cookie = clinic.tap(self._server.port, booked.links["client"])
        path = f"/s/{booked.session.handle}/"
        writer = load.post(f"{path}sync", clinic.push_body("client", ""), cookie)
        for look, took in ((load.get(path, cookie), one.page), (self._robin, one.board)):
            talks = Talk(self._server.port, look), Talk(self._server.port, writer)
            took.append(looked(*talks, plan.seconds / 2))

    def _phone(self, live: history.Live) -> load.Phone:
        answer = Response()
        self._cookies.write(answer, live.secret)
        cookie = answer.headers["set-cookie"].partition(";")[0]
        phone = load.post(f"/s/{live.handle}/sync", clinic.push_body("support", live.person), cookie)
        phone.seen = live.seen
        return phone

    def _pushed(self, live: history.Live) -> float:
        """The ms of one push to a session that nobody has asked for lately."""
        sent, heard = Talk(self._server.port, self._phone(live)).push()
        return (heard - sent) / 1000


def saved(plan: Plan, day: Day, say: Say) -> float:
    """Seconds of a verified backup."""
    made = plan.folder / f"backup-{day.size}.db"
    began = time.monotonic()
    command(["backup", str(made)], day)
    seconds = time.monotonic() - began
    made.unlink()
    say(f"backup of {day.size:,}: {seconds:.1f} s")
    return seconds


def command(arguments: Sequence[str], day: Day) -> None:
    """Runs one of our commands over that day's database."""
    whole = [sys.executable, "-m", "sessionday", *arguments, "--database", day.url, "--json"]
    subprocess.run(whole, check=True, capture_output=True, timeout=1800)  # noqa: S603


def of_serving(small: Measured, large: Measured) -> list[Row]:
    """What must not grow."""
    work, peer = f"{LARGE:,} entries", f"{SMALL:,} entries"
    goals, slower = ("≥ 0.75", "0.82"), ("≤ 1.3", "1.2")

    def pair(name: str, ours: list[float], theirs: list[float], unit: str, goal: tuple[str, str]) -> Row:
        note = f"{median(ours):,.2f} against {median(theirs):,.2f} {unit}"
        return Row(f"{name}, {work}", peer, against(ours, theirs), goal[0], goal[1], note)

    return [
        pair("`/sync`, 64 phones: rate", large.rate, small.rate, "a second", goals),
        pair("`/sync`, 64 phones: median latency", large.latency, small.latency, "ms", slower),
        pair(f"`/sync`, {BURST:,} phones of any sessions at once: rate", large.burst, small.burst, "a second", goals),
        pair("`/sync`, one phone of any session: median latency", large.alone, small.alone, "ms", slower),
        pair("session page after an entry came: time", large.page, small.page, "ms", slower),
        pair(f"board of {BOARD} after an entry came: time", large.board, small.board, "ms", slower),
    ]


def of_sizes(found: dict[int, Measured]) -> list[Row]:
    """What every size was measured for: the start, and what may grow in step with the entries."""
    starts = ", ".join(f"{size:,}: {median(one.start):,.0f} ms" for size, one in found.items())
    took = ", ".join(f"{size:,}: {found[size].backup:.1f} s" for size in SAVED)
    bytes_each = (found[LARGE].bytes - found[SMALL].bytes) / (LARGE - SMALL)
    each = [
        (found[b].backup - found[a].backup) / (b - a) for a, b in pairwise(SAVED)
    ]  # fmt: skip
    begun = against(found[LARGE].start, found[SMALL].start)
    return [
        Row(f"start until it answers, {LARGE:,} entries", f"{SMALL:,} entries", begun, "≤ 1.3", note=starts),
        Row("verified backup, time an entry beyond a million", "before it", [each[1] / each[0]], "≤ 1.3", note=took),
        Row("database, bytes an entry", "none", [bytes_each], prototype="180 to 325", unit="bytes"),
    ]


def archived(day: Day, say: Say) -> list[Row]:
    """Some thousands of the largest's sessions folded: how long each takes, and what is left of their room."""
    before, began = room(day.path), time.monotonic()
    folded = asyncio.run(fold(day))
    seconds = time.monotonic() - began
    with closing(sqlite3.connect(f"file:{day.path}?mode=ro", uri=True)) as database:
        ((entries, kept),) = database.execute("SELECT sum(seq), sum(length(record)) FROM archive")
    freed = (before - room(day.path)) / entries
    say(f"{folded:,} sessions folded in {seconds:.0f} s")
    note = f"{kept / entries:.0f} bytes an entry folded; {seconds / folded * 1000:.2f} ms a session, one commit each"
    return [Row("archived: bytes an entry given back", "none", [freed], note=note, unit="bytes")]


async def fold(day: Day) -> int:
    """The oldest sessions, as the server and the command fold them."""
    folded, now = 0, clinic.now_ms()
    async with await Store.open(day.url, now=now, writer=False) as store:
        while folded < FOLDED:
            folded += await store.archive(now - history.DAY, now, 100)
    return folded


def room(path: Path) -> int:
    """The bytes of the file that are in use: what was folded leaves its room for what comes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int(pages - free) * int(size)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        given = sys.argv[1:]
        plan = Plan(Path(place), int(given[0]) if given else 5, float(given[1]) if given[1:] else 3.0)
        print(*lines(rows(plan, lambda line: print(line, flush=True))), sep="\n")
