# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""The same rows in SQLAlchemy's ORM, and one push as one transaction of its async session."""

from typing import Any

import plain
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = plain.COLUMNS.split(", ")


class Base(DeclarativeBase):
    pass


class Session(Base):
    __tablename__ = "session"
    handle: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]


class Entry(Base):
    __tablename__ = "entry"
    session: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    device: Mapped[str]
    n: Mapped[int]
    seen: Mapped[int]
    at: Mapped[int]
    kind: Mapped[str]
    step: Mapped[str | None]
    answer: Mapped[str | None]
    of: Mapped[str | None]
    reason: Mapped[str | None]


engine = create_async_engine(f"sqlite+aiosqlite:///{plain.DATABASE}", connect_args={"timeout": 30}, pool_timeout=60)
make_session = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def prepare(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # so that it is SQLAlchemy that says BEGIN, as its handbook has it
    cursor = connection.cursor()
    for pragma in plain.PRAGMAS.split(";")[:-1]:
        cursor.execute(pragma)
    cursor.close()


@event.listens_for(engine.sync_engine, "begin")
def begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def push(handle: str, ask: dict[str, Any]) -> dict[str, Any]:
    async with make_session() as database:
        verdicts, seq = await _stored(database, handle, ask)
        news = await database.scalars(
            select(Entry).where(Entry.session == handle, Entry.seq > ask["seen"]).order_by(Entry.seq).limit(500)
        )
        told = [[getattr(entry, name) for name in NAMES] for entry in news]
        await database.commit()
    return plain.reply(seq, verdicts, told)


async def _stored(database: AsyncSession, handle: str, ask: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    session = (await database.scalars(select(Session).where(Session.handle == handle))).one()
    ids = [entry["id"] for entry in ask["entries"]]
    found = await database.execute(select(Entry.id, Entry.seq).where(Entry.session == handle, Entry.id.in_(ids)))
    known = dict(found.all())
    verdicts = []
    for entry in ask["entries"]:
        if entry["id"] in known:
            verdicts.append(plain.verdict(entry["id"], "duplicate", known[entry["id"]]))
            continue
        session.seq += 1
        database.add(Entry(**dict(zip(NAMES, plain.row(handle, session.seq, ask["device"], entry), strict=True))))
        verdicts.append(plain.verdict(entry["id"], "stored", session.seq))
    return verdicts, session.seq
