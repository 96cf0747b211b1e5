"""Two years of a hundred thousand sessions at twenty clinics, written straight into a file that the store has made.

The rows are those that the store would have written: numbered without gaps, chained, each session with seats, devices
and a phone that claimed its seat. What columns there are is read from the file. Kept for a day: it takes minutes.
"""

import asyncio
import json
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from bench import clinic
from bench.day import START, a_day

from sessionday import zones
from sessionday.protocols import Checklist
from sessionday.protocols import load as protocol
from sessionday.store import Store, chain
from sessionday.web.security import digest

SESSIONS, CLINICS, YEARS_DAYS = 100_000, 20, 730
LIVE_ENTRIES = 5  # of each session that is not over yet, whatever the size of all
OVER_DAYS = 9  # those that began since then are not over for at least a day
DAY = 86_400_000
SEATS = ("client", "support", "prescriber")
AT_ONCE = 1_000  # sessions
KEPT_SECONDS = 86_400
CACHE = Path(tempfile.gettempdir()) / "sessionday-bench-growth"
LOADER = sha256(Path(__file__).read_bytes()).hexdigest()

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Live:
    """A support person's phone in a session that is not over: its handle, its cookie's secret, and what it has seen."""

    handle: str
    secret: str
    person: str
    seen: int


@dataclass(frozen=True, slots=True)
class History:
    """A database file, how many entries it holds, how long loading them took, and the phones that are still in use."""

    path: Path
    entries: int
    seconds: float
    live: list[Live]


def made(entries: int, say: Callable[[str], None]) -> History:
    """The history of so many entries, from the cache where it is not too old."""
    CACHE.mkdir(exist_ok=True)
    known = CACHE / f"{entries}-{_version()[:12]}.json"
    if not known.exists() or time.time() - known.stat().st_mtime > KEPT_SECONDS:
        for old in CACHE.glob(f"{entries}-*"):
            old.unlink()
        began = time.monotonic()
        live = asyncio.run(_load(known.with_suffix(".db"), entries))
        seconds = time.monotonic() - began
        known.write_text(json.dumps({"seconds": seconds, "live": [asdict(one) for one in live]}))
        say(f"{entries:,} entries loaded in {seconds:.0f} s")
    told = json.loads(known.read_text())
    return History(known.with_suffix(".db"), entries, told["seconds"], [Live(**one) for one in told["live"]])


def _version() -> str:
    """Changes with the schema and with this file."""
    folder = Path(chain.__file__).parent / "migrations"
    return sha256(b"".join(file.read_bytes() for file in sorted(folder.glob("*.sql"))) + LOADER.encode()).hexdigest()


async def _load(path: Path, entries: int) -> list[Live]:
    homes = await _clinics(f"sqlite:///{path}")
    loader = Loader(path, homes)
    live = loader.load(entries)
    await _check(f"sqlite:///{path}", entries, live)
    return live


async def _clinics(url: str) -> list[tuple[str, str]]:
    """(id, zone) of clinics that the store has made, each with the protocol."""
    checklist, now = _checklist(), clinic.now_ms()
    body = json.dumps(checklist.to_json())
    async with await Store.open(url, now=now) as store:
        homes = [await store.add_clinic(f"House {n}", "America/Toronto", "+1 555 0100", now) for n in range(CLINICS)]
        for home in homes:
            await store.add_protocol(home.id, checklist.id, checklist.version, body, now)
    return [(home.id, home.zone) for home in homes]


async def _check(url: str, entries: int, live: list[Live]) -> None:
    """Reads some of it as the store does, and their chains; and counts."""
    async with await Store.open(url, now=clinic.now_ms()) as store:
        for one in live[:20]:
            session = await store.session(one.handle)
            if session is None:
                raise RuntimeError(f"{one.handle} is not there")
            named = {"id": session.id, "seq": session.seq, "head": session.head}
            if problems := chain.verify({"session": named, "entries": await store.chained(session)}):
                raise RuntimeError(problems[0])
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        ((found, sums),) = database.execute("SELECT (SELECT count(*) FROM entry), (SELECT sum(seq) FROM session)")
    database.close()
    if not found == sums == entries:
        raise RuntimeError(f"{found} entries, {sums} numbers, {entries} wanted")


class Loader:
    """Makes the rows, and writes them a thousand sessions at a time."""

    def __init__(self, path: Path, homes: list[tuple[str, str]]) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._homes = homes
        self._random = Random(7)  # noqa: S311  nothing hangs on it
        self._now = clinic.now_ms()
        self._templates = _templates()
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-4000000"):
            self._database.execute(f"PRAGMA {pragma}")
        self._insert = {table: self._sentence(table) for table in ("session", "seat", "claim", "device", "entry")}

    def _sentence(self, table: str) -> str:
        """An INSERT with a named place for each column that the table has."""
        columns = [row[1] for row in self._database.execute(f"PRAGMA table_info({table})")]
        places = ", ".join(f":{column}" for column in columns)
        self._empty = {**getattr(self, "_empty", {}), **dict.fromkeys(columns)}
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608

    def load(self, entries: int) -> list[Live]:
        """So many entries: a few in each session that is not over, the others spread evenly over those that are."""
        days = [self._random.uniform(0, YEARS_DAYS) for _ in range(SESSIONS)]
        days.sort(reverse=True)  # as the years went by
        old = sum(1 for day in days if day > OVER_DAYS)
        rest = entries - (SESSIONS - old) * LIVE_ENTRIES
        counts = [(n + 1) * rest // old - n * rest // old for n in range(old)] + [LIVE_ENTRIES] * (SESSIONS - old)
        live: list[Live] = []
        for first in range(0, SESSIONS, AT_ONCE):
            some = zip(days[first : first + AT_ONCE], counts[first : first + AT_ONCE], strict=True)
            live += self._write([self._lived(day, count) for day, count in some])
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.close()
        return live

    def _write(self, lived: list["Lived"]) -> list[Live]:
        self._database.execute("BEGIN")
        for table, sentence in self._insert.items():
            rows = (self._empty | row for one in lived for row in one.rows[table])
            self._database.executemany(sentence, rows)
        self._database.execute("COMMIT")
        return [one.live for one in lived if one.ago <= OVER_DAYS]

    def _lived(self, ago: float, count: int) -> "Lived":
        """A session that began so many days ago, with all that was said in it."""
        home, zone = self._random.choice(self._homes)
        key = {"clinic": home, "session": _name()}
        start = self._now - int(ago * DAY)
        days, over_at = _days(start // DAY, zone)
        people = {role: _name() for role in (*SEATS, "staff")}
        devices = {role: _uuid() for role in people}
        entries = list(self._said(key, start, people, devices, count))
        secret, checklist = secrets.token_urlsafe(32), _checklist()
        session: Row = {
            "clinic": home, "id": key["session"], "handle": home + secrets.token_urlsafe(9), "client": "Sam",
            "start": start, "days": days, "pickup_code": "4821", "protocol": checklist.id, "version": checklist.version,
            "made_at": start - 2 * DAY, "over_at": over_at, "seq": count, "held": 0,
            "head": entries[-1]["hash"] if entries else chain.first(key["session"]),
        }  # fmt: skip
        seats = [
            {**key, "id": people[role], "role": role, "name": "Alex", "link_hash": secrets.token_hex(32)}
            for role in SEATS
        ]
        claim = {**key, "credential_hash": digest(secret), "seat": people["support"], "claimed_at": start}
        used = {entry["role"]: entry["n"] for entry in entries}
        rows: dict[str, list[Row]] = {
            "session": [session], "seat": seats, "claim": [claim], "entry": entries,
            "device": [{**key, "id": devices[role], "person": people[role], "last_n": n} for role, n in used.items()],
        }  # fmt: skip
        return Lived(ago, rows, Live(session["handle"], secret, people["support"], count))

    def _said(self, key: Row, start: int, people: Row, devices: Row, count: int) -> Iterator[Row]:
        head, counts = chain.first(key["session"]), dict.fromkeys(people, 0)
        for seq in range(1, count + 1):
            template = self._templates[(seq - 1) % len(self._templates)]
            role, t = template.role, start + template.after
            counts[role] += 1
            public = {
                "seq": seq, "id": _uuid(), "device": devices[role], "n": counts[role], "seen": seq - 1, "role": role,
                "by": people[role], "t": t, "at": t, "skew": 0, "received_at": t + 900, "kind": template.kind,
                "step": template.step, "of": None,
            }  # fmt: skip
            salt = secrets.token_hex(16)
            content_hash, head = chain.link(head, public, template.private, salt, exact=template.exact)
            said = {"answer": template.answer, "reason": template.private["reason"]}
            yield {**key, **public, **said, "salt": salt, "content_hash": content_hash, "hash": head}


@dataclass(frozen=True, slots=True)
class Lived:
    """One session's rows by table, and the phone of its support person."""

    ago: float
    rows: dict[str, list[Row]]
    live: Live


@dataclass(frozen=True, slots=True)
class Template:
    """What is said once, as it is in all sessions; `after` the start."""

    role: str
    after: int
    kind: str
    step: str
    answer: str | None
    private: Row
    exact: bool


def _templates() -> list[Template]:
    """What is said in a believable day, but for what points to another entry."""
    made = []
    for entry in a_day()["entries"]:
        if entry["of"] is None:
            answer = None if entry["answer"] is None else chain.canonical(entry["answer"])
            private = {"answer": entry["answer"], "reason": entry["reason"], "extra": None}
            said = entry["role"], entry["t"] - START, entry["kind"], entry["step"], answer, private
            made.append(Template(*said, chain.is_exact(private)))
    return made


@cache
def _checklist() -> Checklist:
    return protocol("kap-lozenge")


@cache
def _days(day: int, zone: str) -> tuple[str, int]:
    """A session's days, as the store keeps them, and when it is over."""
    starts = _checklist().rules["hold"]["day_starts"]
    found = zones.days(day * DAY + DAY // 2, zones.zone_named(zone), starts)
    return json.dumps(found), found[-1]["midnight"] + DAY


def _name() -> str:
    """As the store names what it makes: short and random."""
    return secrets.token_hex(8)


def _uuid() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))
