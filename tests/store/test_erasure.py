"""An erased record says nothing of anybody any more, still verifies, and can't be filled again."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from sessionday.store import Access, NoSuchSession, NotErasable, Session, Store, StoreError, erasure, move
from sessionday.store.chain import verify
from sessionday.store.erasure import years_before
from sessionday.store.migrate import known
from sessionday.store.summaries import Alarm, Summary
from tests.cluster import Cluster
from tests.store.world import NOW, OVER, World, add_session, around, entry, in_a_file, in_postgres, results

LATER = OVER + 1000
DAY = 24 * 3_600_000
WHY = {"why": "The client asked for it."}
# What is written in all the places where something private can be; each of its own, so that a place can be told.
CANARIES = [f"CANARY{place}Q" for place in (
    "answer", "reason", "extra", "held", "client", "seat", "initials", "room", "note", "card", "code", "link", "why",
)]  # fmt: skip


async def fill(world: World) -> Session:
    """A session with something private in every place that has room for it."""
    key = f"clinic = '{world.clinic.id}' AND id = '{world.session.id}'"
    await world.around(f"UPDATE session SET client = 'CANARYclientQ', initials = 'CANARYinitialsQ', "
                       f"pickup_code = 'CANARYcodeQ', room = 'CANARYroomQ' WHERE {key}")  # fmt: skip
    session = await reread(world)
    staff = await world.store.add_staff(world.clinic.id, "lea@example.org", "Lea Lead", "x", NOW, role="lead")
    for seat in await world.store.seats(session):
        await world.store.name_seat(seat, "CANARYseatQ")
        await world.store.new_code(seat, "CANARYcodeQ", NOW + 1)
        await world.store.new_link(seat, f"CANARYlinkQ{seat.role}")
        await world.store.claim(f"cookie-{seat.role}", seat, NOW)
    await world.store.meet("cookie", session, world.seat.id, "phone", NOW)
    await world.push(*(entry(n, step="text", answer="CANARYanswerQ " * 400, mood="CANARYextraQ") for n in range(1, 9)))
    waive = entry(9, kind="waive", answer=None, reason="CANARYreasonQ")
    assert results(await world.push(waive, by=staff.id, role="staff", device="desk")) == ["stored"]
    assert results(await world.push(entry(10, step="nowhere", answer="CANARYheldQ"))) == ["unknown_step"]
    body = {"to_name": "CANARYclientQ", "note": "CANARYnoteQ"}
    await world.store.arrange(session, "handed_over", staff.id, staff.name, NOW, body=body)
    await world.store.arrange(session, "limits", world.seat.id, "CANARYseatQ", NOW, body={"why": "CANARYwhyQ"})
    await world.store.look(session, staff.id, staff.name, 4, NOW)
    alarm = Alarm(session.clinic, session.id, "breach:dose", "critical", NOW, NOW, "w")
    assert await world.store.take_lease("w", None)
    assert await world.store.note("w", [card_of(session)], [alarm], by_time=True)
    return await reread(world)


def card_of(session: Session) -> Summary:
    return Summary(session.clinic, session.id, 9, 1, "r", NOW, None, {"client": "CANARYcardQ"})


async def reread(world: World) -> Session:
    session = await world.store.session_of(world.clinic.id, world.session.id)
    assert session
    return session


async def erase(world: World, now: int = LATER, store: Store | None = None) -> bool:
    """By a lead."""
    return await (store or world.store).erase(await reread(world), "lead", "Lea", now, body=WHY)


async def everything(world: World) -> str:
    """All rows of all tables."""
    async with world.store._engine.snapshot() as tx:
        found = {table: await tx.all(f"SELECT * FROM {table}") for table in await tx.tables()}
    return "\n".join(f"{table} {tuple(row)!r}" for table, rows in found.items() for row in rows)


@pytest.mark.parametrize("folded", [False, True])
async def test_nothing_private_is_left_and_the_chain_still_verifies(world: World, folded: bool) -> None:
    before = await fill(world)
    if folded:
        assert await world.store.archive(LATER, LATER, 10) == 1
    assert (await everything(world)).count("CANARY") > 8
    assert await erase(world)
    left = await everything(world)
    assert [canary for canary in CANARIES if canary in left] == []
    session, record = await reread(world), await world.record()
    assert (session.seq, session.head, session.held) == (9, before.head, 1)
    assert (session.client, session.pickup_code, session.erased_at) == ("", "", LATER)
    assert verify(record) == []
    assert len(record["entries"]) == 9
    for one in record["entries"]:
        assert not {"answer", "reason", "extra", "salt"} & one.keys()
    assert "CANARY" not in json.dumps(record)


async def test_what_accountability_needs_stays(world: World) -> None:
    await fill(world)
    await erase(world)
    session = await reread(world)
    last = (await world.store.arrangements(session))[-1]
    assert (last.kind, last.by, last.name, last.at, last.body) == ("erased", "lead", "Lea", LATER, WHY)
    arranged = [(one.kind, one.name, one.body) for one in await world.store.arrangements(session)][:-1]
    assert arranged == [("made", "", {}), ("handed_over", "Lea Lead", {}), ("limits", "", {})]
    (held,) = await world.store.held(session)
    assert (held.why, held.role, held.received_at, held.body, held.message) == ("unknown_step", "client", NOW, None, "")
    assert [one.name for one in await world.store.looks(session)] == ["Lea Lead"]
    assert [(one["role"], one["step"], one["kind"]) for one in (await world.record())["entries"]][-1] == (
        "staff", "confirm", "waive"
    )  # fmt: skip


@in_a_file
async def test_the_file_and_its_log_hold_nothing_of_it(world: World) -> None:
    await others(world, "before")
    await fill(world)
    await others(world, "between")
    await world.store.archive(LATER, LATER, 2)
    await others(world, "after")
    assert "CANARY" in bytes_of(world)
    await erase(world)
    assert "CANARY" not in bytes_of(world)
    assert "Sam" in bytes_of(world)


async def others(world: World, name: str) -> None:
    """More sessions, so that pages are split and joined around the one that goes."""
    for number in range(12):
        one = await add_session(world.store, world.clinic, f"{name}{number}")
        made = [entry(n, step="text", answer="x" * (n * 97 % 800)) for n in range(1, 40)]
        await world.push(*made, session=one)


def bytes_of(world: World) -> str:
    files = [Path(f"{world.path}{end}") for end in ("", "-wal", "-shm")]
    return "".join(file.read_bytes().decode("latin-1") for file in files if file.exists())


@in_a_file
async def test_the_log_is_emptied_once_nobody_reads_an_older_state(world: World) -> None:
    await fill(world)
    async with world.store._engine.snapshot() as tx:
        await tx.all("SELECT count(*) FROM entry")
        await erase(world)
        assert world.store._engine.to_wipe
    await world.store.wipe()
    assert not world.store._engine.to_wipe
    assert "CANARY" not in bytes_of(world)


@in_a_file
async def test_a_server_that_was_killed_before_it_emptied_the_log_does_so_when_it_starts(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(world)

    async def killed() -> None:
        """It got no further."""

    monkeypatch.setattr(world.store._engine, "wipe", killed)
    await erase(world)
    for end in ("", "-wal"):
        shutil.copy(f"{world.path}{end}", tmp_path / f"left.db{end}")
    assert "CANARY" in (tmp_path / "left.db-wal").read_bytes().decode("latin-1")
    async with await Store.open(f"sqlite:///{tmp_path / 'left.db'}", now=LATER) as again:
        await again.wipe()
        left = [(tmp_path / f"left.db{end}").read_bytes().decode("latin-1") for end in ("", "-wal")]
        assert "CANARY" not in "".join(left)


async def test_a_session_under_way_is_never_erased(world: World) -> None:
    await fill(world)
    for now in (NOW, OVER):
        with pytest.raises(NotErasable, match="not over"):
            await erase(world, now)
    session = await reread(world)
    assert (session.client, session.erased_at) == ("CANARYclientQ", None)
    with pytest.raises(Exception, match="only a session that is over"):
        await world.around(f"UPDATE session SET client = '', erased_at = {OVER}")


async def test_what_is_to_be_kept_is_kept_until_it_is_let_go(world: World) -> None:
    session = await fill(world)
    await world.store.arrange(session, "kept", "lead", "Lea", LATER, body=WHY, changes={"kept_at": LATER})
    await rule(world, 6)
    await at_work(world, LATER + 7 * 366 * DAY)
    assert await world.store.erase_old(LATER + 7 * 366 * DAY, 10) == 0
    with pytest.raises(NotErasable, match="to be kept"):
        await erase(world)
    with pytest.raises(Exception, match="not to be kept"):
        await world.around(f"UPDATE session SET client = '', erased_at = {LATER}")
    await world.store.arrange(session, "let_go", "lead", "Lea", LATER, body=WHY, changes={"kept_at": None})
    assert await world.store.erase_old(LATER + 7 * 366 * DAY, 10) == 1


async def rule(world: World, years: int | None) -> None:
    lead = await world.store.staff_by_email("lea@example.org")
    assert lead
    await world.store.set_keep_years(lead, years, LATER)


async def at_work(world: World, now: int, *days_ago: int) -> None:
    """Somebody of the clinic read something so many days before: in three weeks on one day each, unless said."""
    reads = [now - days * DAY for days in days_ago or (1, 8, 15)]
    read = [Access(world.session.id, "lea", "Lea", "page", at) for at in reads]
    await world.store.add_accesses(world.clinic.id, read)


@pytest.mark.parametrize("days", [9, 14, 21, 60, 89, 20 * 366])
async def test_a_clock_that_jumped_ahead_erases_nothing_until_two_weeks_of_work(world: World, days: int) -> None:
    await fill(world)
    await rule(world, 6)
    right = years_on(LATER, 6) - DAY  # by which it is not old
    await at_work(world, right, *range(30))
    ahead = right + days * DAY
    for day in range(14):
        assert await world.store.erase_old(ahead + day * DAY, 10) == 0, day
        await at_work(world, ahead + day * DAY, 0)
    assert await world.store.erase_old(ahead + 14 * DAY + 1, 10) == 1


@pytest.mark.parametrize("worked", [(1, 8, 15), (3, 4, 5, 6, 7, 10, 11, 12, 13, 14), (5, 6, 14)])
async def test_one_day_a_week_and_long_weekends_are_work_enough(world: World, worked: tuple[int, ...]) -> None:
    await fill(world)
    await rule(world, 6)
    now = years_on(LATER, 6)
    await at_work(world, now, *worked)
    assert await world.store.erase_old(now, 10) == 1


async def test_a_day_that_is_under_way_is_not_erased_when_the_clock_jumps(world: World) -> None:
    """Nor by a lead, who sees a session that is over by that clock."""
    await fill(world)  # up to NOW
    ahead = NOW + 9 * DAY
    await world.around(f"UPDATE session SET over_at = {ahead - 1}")
    await at_work(world, ahead, 0)
    with pytest.raises(NotErasable) as refused:
        await erase(world, ahead)
    assert refused.value.why == "clock"
    await at_work(world, NOW, -5)  # somebody worked in between, so that it was no jump
    assert await erase(world, ahead)


async def test_a_session_that_was_made_with_a_mistyped_year_is_not_old(world: World) -> None:
    await rule_by_hand(world, 6)
    await add_session(world.store, world.clinic, "mistyped", NOW - 10 * 366 * DAY)
    await world.around("UPDATE session SET over_at = 1 WHERE handle = 'one'")
    await at_work(world, NOW)
    assert await world.store.count_old(world.clinic.id, NOW, 6) == 0
    assert await world.store.erase_old(NOW, 10) == 0


@pytest.mark.parametrize("folded", [False, True])
async def test_a_record_that_was_written_lately_is_not_old(world: World, folded: bool) -> None:
    """Whatever its times say of when it was."""
    await rule_by_hand(world, 6)
    await world.push(entry(1))
    await world.around("UPDATE session SET over_at = 1, made_at = 1")
    if folded:
        assert await world.store.archive(NOW, NOW, 10) == 1
    await at_work(world, NOW)
    assert folded or await world.store.count_old(world.clinic.id, NOW, 6) == 0
    assert await world.store.erase_old(NOW, 10) == 0
    assert (await reread(world)).erased_at is None
    assert world.store.unsound == {}


async def rule_by_hand(world: World, years: int | None) -> None:
    await world.store.add_staff(world.clinic.id, "lea@example.org", "Lea Lead", "x", NOW, role="lead")
    await rule(world, years)


@pytest.mark.parametrize("change", [None, 7])
async def test_a_rule_that_is_taken_back_erases_no_more(
    world: World, change: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of those that it had found before."""
    await rule_by_hand(world, 6)
    others = [await add_session(world.store, world.clinic, name) for name in ("two", "three")]
    now = years_on(LATER, 6)
    await at_work(world, now)
    found, seen = Store._verified, 0

    async def taken_back(store: Store, session: Session) -> Any:
        nonlocal seen
        if seen:
            await rule(world, change)
        seen += 1
        return await found(store, session)

    monkeypatch.setattr(Store, "_verified", taken_back)
    assert await world.store.erase_old(now, 10) == 1
    assert seen == 3
    left = [one for one in (world.session, *others) if (await again(world, one)).erased_at is None]
    assert len(left) == 2


async def test_a_damaged_archive_stops_no_other_and_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await rule_by_hand(world, 6)
    await world.push(entry(1))
    other = await add_session(world.store, world.clinic, "other", OVER + 1)
    key = f"'{world.clinic.id}', '{world.session.id}'"
    await world.store.archive(LATER, LATER, 10)
    await world.around(
        *(["DROP TRIGGER archive_kept"] if world.url.startswith("sqlite") else
          ["DROP TRIGGER archive_kept ON archive", "DROP TRIGGER archive_emptied ON archive"]),
        "DELETE FROM archive",
        f"INSERT INTO archive (clinic, session, seq, made_at, record) VALUES ({key}, 1, 1, 'c-rubbish')",
    )  # fmt: skip
    now = years_on(LATER, 7)
    await at_work(world, now)
    with pytest.raises(NotErasable) as refused:
        await erase(world, now)
    assert refused.value.why == "broken"
    assert await world.store.erase_old(now, 10) == 1
    assert (await again(world, other)).erased_at
    assert "can’t be read" in world.store.unsound[world.session.id]
    assert world.session.id in caplog.text


async def test_a_hold_that_passes_is_not_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again the next time, and folded meanwhile."""
    await rule_by_hand(world, 6)
    now = years_on(LATER, 6)
    await at_work(world, now)

    async def under_way(store: Store, session: Session) -> Any:
        raise NotErasable("kept", "This record is to be kept.")

    with monkeypatch.context() as held:
        held.setattr(Store, "_verified", under_way)
        assert await world.store.erase_old(now, 10) == 0
    assert world.store.unsound == {}
    assert await world.store.erase_old(now, 10) == 1


async def test_erasing_twice_at_once_erases_once(world: World) -> None:
    await fill(world)
    session = await reread(world)
    both = [world.store.erase(session, "lead", name, LATER, body=WHY) for name in ("Lea", "Leo")]
    assert sorted(await asyncio.gather(*both)) == [False, True]
    assert not await erase(world)
    kinds = [one.kind for one in await world.store.arrangements(await reread(world))]
    assert kinds.count("erased") == 1


async def test_a_crash_half_way_leaves_it_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(world)
    before = await everything(world)

    async def crash(*given: Any, **more: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(erasure, "note", crash)  # the last thing that is written
    with pytest.raises(RuntimeError):
        await erase(world)
    assert await everything(world) == before
    monkeypatch.undo()
    assert await erase(world)


async def test_a_record_that_does_not_hold_together_is_left_as_it_is(world: World) -> None:
    await fill(world)
    await rule(world, 6)
    await world.around("UPDATE session SET head = 'forged'")
    with pytest.raises(NotErasable, match="does not hold together"):
        await erase(world)
    await at_work(world, LATER + 7 * 366 * DAY)
    assert await world.store.erase_old(LATER + 7 * 366 * DAY, 10) == 0
    assert world.session.id in world.store.unsound
    assert (await reread(world)).client == "CANARYclientQ"


async def test_what_never_changes_still_never_changes(world: World) -> None:
    await fill(world)
    sentences = [
        "UPDATE entry SET answer = NULL", "DELETE FROM entry",
        "UPDATE held SET body = 'null', message = '', emptied_at = 1", "DELETE FROM held",
        "UPDATE arrangement SET body = '{}', emptied_at = 1", "DELETE FROM arrangement",
        "UPDATE access SET name = ''", "DELETE FROM access",
    ]  # fmt: skip
    await rule(world, None)  # so that there is an access
    for sentence in sentences:
        with pytest.raises(Exception, match="never"):
            await world.around(sentence)
    await world.store.archive(LATER, LATER, 10)
    for sentence in ("UPDATE archive SET record = '', emptied_at = 1", "DELETE FROM archive"):
        with pytest.raises(Exception, match="never"):
            await world.around(sentence)


async def test_what_was_emptied_is_never_filled_again(world: World) -> None:
    await fill(world)
    await erase(world)
    for sentence in (
        "UPDATE session SET client = 'Sam'", "UPDATE session SET erased_at = NULL",
        "UPDATE archive SET record = 'x'", "UPDATE archive SET record = 'x', emptied_at = 2",
        "UPDATE held SET body = 'x'", "UPDATE held SET body = 'null', message = '', emptied_at = 2",
        "UPDATE arrangement SET body = '{}', emptied_at = 2", "DELETE FROM arrangement", "DELETE FROM archive",
    ):  # fmt: skip
        with pytest.raises(Exception, match="never"):
            await world.around(sentence)


def emptied_rows(key: str) -> tuple[str, str]:
    """Sentences that add rows as though they had been emptied: one that was kept aside, and the beginning of one that
    was arranged."""
    columns = "clinic, session, number, fingerprint, device, role, by, received_at, why, message, body, emptied_at"
    aside = f"INSERT INTO held ({columns}) VALUES ({key}, 9, 'f', '', 'client', '', 1, '', '', '', 1)"
    columns = "clinic, session, number, at, by, name, kind, body, emptied_at"
    return aside, f"INSERT INTO arrangement ({columns}) VALUES ({key}, 9"


async def test_what_was_erased_takes_in_nothing_whoever_writes(world: World) -> None:
    session = await fill(world)
    seat = world.seat
    await erase(world)
    before = await everything(world)
    key = f"'{session.clinic}', '{session.id}'"
    entry_columns = "seq, id, device, n, seen, role, by, t, at, skew, received_at, kind, salt, content_hash, hash"
    aside, arranged = emptied_rows(key)
    for sentence in (
        f"INSERT INTO seat (clinic, session, id, role, name, link_hash) VALUES ({key}, 's', 'client', 'Sam', 'l')",
        f"INSERT INTO device VALUES ({key}, 'd', 'Sam', 1)",
        f"INSERT INTO entry (clinic, session, {entry_columns}) VALUES"
        f" ({key}, 10, 'i', 'd', 1, 0, 'client', 'x', 1, 1, 0, 1, 'answer', '', '', '')",
        aside,
        f"{arranged}, 1, '', 'Sam', 'band', '{{}}', {LATER})", f"{arranged}, 1, '', 'Sam', 'erased', '{{}}', {LATER})",
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"was erased|only an erased"):
            await world.around(sentence)
    await world.store.look(session, "lea", "Lea", 9, LATER)
    columns = "clinic, session, credential_hash, seat, claimed_at"
    await world.around(f"INSERT INTO claim ({columns}) VALUES ({key}, 'c', '{seat.id}', 1)")
    assert await everything(world) == before


async def test_only_erasing_empties(world: World) -> None:
    """No row is made as though it had been, and no session is said to be erased that still says something."""
    session = await fill(world)
    key = f"'{session.clinic}', '{session.id}'"
    aside, arranged = emptied_rows(key)
    for sentence in (
        aside,
        f"{arranged}, 1, '', '', 'erased', '{{}}', 1)", f"{arranged}, 1, '', '', 'band', '{{}}', 1)",
        f"INSERT INTO archive (clinic, session, seq, made_at, record, emptied_at) VALUES ({key}, 9, 1, '', 1)",
    ):  # fmt: skip
        with pytest.raises(Exception, match="only an erased record is emptied"):
            await world.around(sentence)
    empty = dict.fromkeys(("client", "pickup_code", "initials", "room", "colour", "pattern"), "") | {"limits": "{}"}
    for left in empty:
        values = ", ".join(f"{name} = '{'CANARY' if name == left else value}'" for name, value in empty.items())
        with pytest.raises(Exception, match="nothing is left of it"):
            await world.around(f"UPDATE session SET {values}, erased_at = {LATER}")
    columns = (
        "clinic, id, handle, client, start, days, pickup_code, protocol, version, made_at, over_at, seq, head, held"
    )
    with pytest.raises(Exception, match="no session is made erased"):
        await world.around(
            f"INSERT INTO session ({columns}, erased_at)"
            f" SELECT clinic, 'other', 'other', '', start, days, '', protocol, version, 1, 1, 0, '', 0, 2 FROM session"
        )


async def test_a_copy_of_a_database_is_guarded_as_it_is(world: World, tmp_path: Path) -> None:
    await fill(world)
    await erase(world)
    await world.store.close()
    await move(world.url, f"sqlite:///{tmp_path / 'moved.db'}", now=LATER)
    moved = sqlite3.connect(tmp_path / "moved.db")
    try:
        triggers = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"
        with sqlite3.connect(":memory:") as fresh:
            for step in known("sqlite"):
                fresh.executescript(step.script)
            assert moved.execute(triggers).fetchone() == fresh.execute(triggers).fetchone()
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            moved.execute("UPDATE arrangement SET name = 'x'")
    finally:
        moved.close()


@in_postgres
async def test_so_is_one_in_postgresql(world: World, tmp_path: Path, cluster: Cluster) -> None:
    await fill(world)
    await erase(world)
    await world.store.backup(tmp_path / "copy.db")
    target = cluster.database()
    try:
        await move(f"sqlite:///{tmp_path / 'copy.db'}", target, now=LATER)
        off = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
        assert await around(target, off) == [(0,)]
        with pytest.raises(Exception, match="never changed"):
            await around(target, "UPDATE arrangement SET name = 'x'")
    finally:
        cluster.drop(target)


async def test_nothing_is_stored_or_kept_aside_of_what_still_comes(world: World) -> None:
    session = await fill(world)
    await erase(world)
    before = await everything(world)
    for made in (entry(1, answer="CANARYanswerQ"), entry(11, step="nowhere", answer="CANARYheldQ")):
        for now in (NOW, LATER):
            with pytest.raises(NoSuchSession):
                await world.push(made, now=now)
    with pytest.raises(NoSuchSession):
        await world.store.append(world.fact(now=LATER))
    with pytest.raises(Exception, match=r"was erased|never changed"):
        await world.store.arrange(session, "band", "x", "Lea", LATER, body={"room": "1"}, changes={"room": "1"})
    await world.store.name_seat(world.seat, "CANARYseatQ")
    await world.store.new_link(world.seat, "CANARYlinkQ")
    await world.store.meet("cookie", session, world.seat.id, "phone", NOW)
    await world.store.note("w", [card_of(session)], [], by_time=False)
    assert await everything(world) == before
    assert await world.store.entries(session) == []  # also for whoever does not know yet
    assert await world.store.listed(session.clinic, session.id) is None
    assert await world.store.listed_from(session.clinic, 0, 2**52) == []
    assert await world.store.unsummarised(NOW, ("", ""), 10) == []


@in_postgres
async def test_a_summary_that_is_being_written_does_not_outlive_the_record(world: World) -> None:
    await world.push(entry(1))
    summary = f"'{world.clinic.id}', '{world.session.id}', 1, 1, 'r', 1, NULL, 'CANARYcardQ'"
    other = await asyncpg.connect(world.url)
    try:
        begun = other.transaction()
        await begun.start()
        await other.execute(f"INSERT INTO summary VALUES ({summary})")
        erasing = asyncio.create_task(erase(world))
        await asyncio.sleep(0.3)
        assert not erasing.done()
        await begun.commit()
        assert await erasing
        await other.execute(f"INSERT INTO summary VALUES ({summary})")
        assert await other.fetch("SELECT * FROM summary") == []
    finally:
        await other.close()


@in_postgres
async def test_a_summary_that_waits_for_an_erasure_is_passed_over(world: World) -> None:
    await world.push(entry(1))
    key = f"clinic = '{world.clinic.id}' AND id = '{world.session.id}'"
    one, two = [await asyncpg.connect(world.url) for _ in range(2)]
    try:
        begun = one.transaction()
        await begun.start()
        await one.execute(f"SELECT 1 FROM session WHERE {key} FOR UPDATE")
        await one.execute(f"UPDATE session SET client = '', pickup_code = '', erased_at = {LATER} WHERE {key}")
        late = f"INSERT INTO summary VALUES ('{world.clinic.id}', '{world.session.id}', 1, 1, 'r', 1, NULL, 'x')"
        writing = asyncio.create_task(two.execute(late))
        await asyncio.sleep(0.3)
        await begun.commit()
        assert await writing == "INSERT 0 0"
    finally:
        await one.close()
        await two.close()


ENTRY = "seq, id, device, n, seen, role, by, t, at, skew, received_at, kind, salt, content_hash, hash"


@in_postgres
@pytest.mark.parametrize(
    ("table", "columns", "row"),
    [
        ("entry", ENTRY, "1, 'i', 'd', 1, 0, 'client', 'x', 1, 1, 0, 1, 'answer', '', '', ''"),
        ("device", "id, person, last_n", "'d', 'x', 1"),
        ("seat", "id, role, name, link_hash", "'s', 'client', 'Sam', 'l'"),
    ],
)
async def test_what_waits_for_an_erasure_is_refused(world: World, table: str, columns: str, row: str) -> None:
    """Whoever writes it: the store itself asks before."""
    key = f"clinic = '{world.clinic.id}' AND id = '{world.session.id}'"
    row = f"'{world.clinic.id}', '{world.session.id}', {row}"
    one, two = [await asyncpg.connect(world.url) for _ in range(2)]
    try:
        begun = one.transaction()
        await begun.start()
        await one.execute(f"SELECT 1 FROM session WHERE {key} FOR UPDATE")
        await one.execute(f"UPDATE session SET client = '', pickup_code = '', erased_at = {LATER} WHERE {key}")
        writing = asyncio.create_task(two.execute(f"INSERT INTO {table} (clinic, session, {columns}) VALUES ({row})"))
        await asyncio.sleep(0.3)
        assert not writing.done()
        await begun.commit()
        with pytest.raises(asyncpg.PostgresError, match="was erased"):
            await writing
    finally:
        await one.close()
        await two.close()


async def test_backups_and_moves_of_what_was_erased_hold(world: World, tmp_path: Path) -> None:
    await fill(world)
    extra = await add_session(world.store, world.clinic, "empty")
    await erase(world)
    assert await world.store.erase(extra, "", "", LATER, body={"years": 6})
    found = await world.store.backup(tmp_path / "copy.db")
    assert (found.sessions, found.entries, found.held) == (2, 9, 1)
    assert "CANARY" not in (tmp_path / "copy.db").read_bytes().decode("latin-1")
    await world.store.close()
    moved = await move(world.url, f"sqlite:///{tmp_path / 'moved.db'}", now=LATER)
    assert (moved.sessions, moved.entries, moved.held) == (2, 9, 1)


async def test_the_clinics_rule_erases_what_is_old_a_few_at_a_time(world: World) -> None:
    await fill(world)
    ages = {"young": LATER + DAY, "older": OVER - 5, "oldest": OVER - 9}
    made = {name: await add_session(world.store, world.clinic, name, over) for name, over in ages.items()}
    elsewhere = await world.store.add_clinic("Elsewhere", "Europe/Berlin", "1", NOW)
    await world.store.add_protocol(elsewhere.id, "small", "1", await body_of(world), NOW)
    theirs = await add_session(world.store, elsewhere, "theirs", OVER - 9)
    now = years_on(LATER, 7)
    await at_work(world, now)
    assert await world.store.erase_old(now, 10) == 0  # nobody has decided yet
    await rule(world, 7)
    assert await world.store.count_old(world.clinic.id, now, 7) == 3
    assert await world.store.erase_old(now, 1) == 1
    erased = {name for name, one in made.items() if (await again(world, one)).erased_at}
    assert erased == {"oldest"}
    assert await world.store.erase_old(now, 10) == 2
    assert await world.store.erase_old(now, 10) == 0
    assert (await again(world, made["young"])).erased_at is None
    assert (await again(world, theirs)).erased_at is None
    last = (await world.store.arrangements(await reread(world)))[-1]
    assert (last.kind, last.by, last.name, last.body) == ("erased", "", "", {"years": 7})


async def body_of(world: World) -> str:
    body = await world.store.protocol(world.clinic.id, "small", "1")
    assert body
    return body


async def again(world: World, session: Session) -> Session:
    found = await world.store.session_of(session.clinic, session.id)
    assert found
    return found


def years_on(t: int, years: int) -> int:
    """So many calendar years later."""
    later = t + years * 366 * DAY
    while years_before(later, years) > t:
        later -= DAY // 24
    return later + DAY // 24


async def test_who_changes_the_rule_is_on_record(world: World) -> None:
    await fill(world)
    assert await world.store.keep_years_set(world.clinic.id) is None
    await rule(world, 10)
    clinic = await world.store.clinic(world.clinic.id)
    assert clinic
    assert clinic.keep_years == 10
    assert await world.store.keep_years_set(world.clinic.id) == ("Lea Lead", LATER)
    await rule(world, None)
    noted = [one.what for one, _, _ in await world.store.accesses_from(world.clinic.id, LATER, LATER + 1)]
    assert sorted(noted) == ["keep_years", "keep_years 10"]


async def test_limits_of_one_session_leave_with_it(world: World) -> None:
    body = await body_of(world)
    await world.store.add_protocol(world.clinic.id, "small", "1+cafe", body, NOW)
    await world.store.arrange(
        world.session, "limits", "x", "", NOW, body={}, changes={"version": "1+cafe", "limits": {"max_systolic": 140}}
    )
    other = await add_session(world.store, world.clinic, "other")
    await world.store.arrange(other, "limits", "x", "", NOW, body={}, changes={"version": "1+cafe", "limits": {}})
    await erase(world, LATER + DAY)
    session = await reread(world)
    assert (session.limits, session.protocol_version) == ({}, "1")
    assert await world.store.protocol(world.clinic.id, "small", "1+cafe"), "another session is under it"
    await world.store.erase(await again(world, other), "", "", LATER + DAY, body={})
    assert await world.store.protocol(world.clinic.id, "small", "1+cafe") is None
    assert await world.store.protocol(world.clinic.id, "small", "1")


async def test_limits_that_are_about_to_be_used_again_do_not_leave(world: World) -> None:
    """Somebody books under the limits of one who is erased just then."""
    body = await body_of(world)
    await world.store.add_protocol(world.clinic.id, "small", "1+cafe", body, NOW)
    await world.store.add_protocol(world.clinic.id, "small", "1+cafe", body, LATER + 2 * DAY)
    await erase(world, LATER + 2 * DAY)
    await world.store.arrange(
        await add_session(world.store, world.clinic, "next", OVER + 9 * DAY), "limits", "x", "", NOW, body={},
        changes={"version": "1+cafe"},
    )  # fmt: skip
    with pytest.raises(StoreError, match="other content"):
        await world.store.add_protocol(world.clinic.id, "small", "1+cafe", "{}", NOW)


@pytest.mark.parametrize(
    ("now", "years", "then"),
    [
        (1_790_000_000_000, 6, 1_600_697_600_000),
        (1_709_164_800_000, 1, 1_677_542_400_000),  # 29 February: the 28th of the year before
        (1_790_000_000_000, 3000, 0),
    ],
)
def test_years_are_those_of_the_calendar(now: int, years: int, then: int) -> None:
    assert years_before(now, years) == then
