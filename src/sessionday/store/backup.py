"""A verified copy of the live database, made while others write. A copy that was not checked is not given its name."""

from dataclasses import dataclass
from pathlib import Path

from . import chain, place
from .engine import Tx
from .errors import StoreError
from .migrate import new_epoch
from .record import STORED, as_chained
from .sqlite import Connection, SqliteEngine


@dataclass(frozen=True, slots=True)
class Backup:
    path: str
    bytes: int
    sessions: int
    entries: int
    held: int
    epoch: str


async def backup(engine: SqliteEngine, path: Path) -> Backup:
    made = place.room_for(path)
    try:
        await engine.copy_into(made)
        made.chmod(0o600)
        epoch, checked = await _finish(made)
        place.publish(made, path)
    finally:
        place.discard(made)
    return Backup(str(path), place.size(path), **checked, epoch=epoch)


async def _finish(made: Path) -> tuple[str, dict[str, int]]:
    copy = await Connection.open(made, "rw")
    try:
        epoch = new_epoch()  # a copy is another database: phones that meet it offer again what it may lack
        await copy.run("UPDATE meta SET value = ? WHERE name = 'epoch'", (epoch,))
        return epoch, await check(copy)
    finally:
        await copy.close()


async def check(copy: Tx) -> dict[str, int]:
    """Counts what is there; raises StoreError naming the first thing that doesn't hold."""
    said = [row[0] for row in await copy.all("PRAGMA integrity_check(1)")]
    if said != ["ok"]:
        raise StoreError(f"The copy is damaged, and was thrown away: {said[0]}.")
    if broken := await copy.all("PRAGMA foreign_key_check"):
        raise StoreError(f"The copy is damaged, and was thrown away: {broken[0][0]} points at what isn’t there.")
    sessions = await copy.all("SELECT clinic, id, seq, head, held FROM session ORDER BY clinic, id")
    for clinic, id, seq, head, _ in sessions:
        await _check_session(copy, clinic, {"id": id, "seq": seq, "head": head})
    entries = int((await copy.all("SELECT count(*) FROM entry"))[0][0])
    aside = int((await copy.all("SELECT count(*) FROM held"))[0][0])
    if entries != sum(row[2] for row in sessions) or aside != sum(row[4] for row in sessions):
        raise StoreError("The copy holds entries of no session, and was thrown away.")
    return {"sessions": len(sessions), "entries": entries, "held": aside}


async def _check_session(copy: Tx, clinic: str, session: dict[str, object]) -> None:
    sql = f"SELECT {STORED} FROM entry WHERE clinic = ? AND session = ? ORDER BY seq"  # noqa: S608
    entries = [as_chained(row) for row in await copy.all(sql, (clinic, session["id"]))]
    if problems := chain.verify({"session": session, "entries": entries}):
        raise StoreError(f"The record does not hold together, so there is no backup: {problems[0]}")
