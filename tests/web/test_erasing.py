"""A record is erased by a lead or by the clinic's rule; then staff read what is left, and everybody else nothing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from sessionday.record.file import verify_file
from sessionday.store import Access, Listed, Session
from sessionday.web import carry, watch
from sessionday.web.cards import Card
from sessionday.web.compression import Parts
from sessionday.web.here import Here
from sessionday.web.record import VERIFIER
from sessionday.web.site import Site
from tests.web.pages import Page
from tests.web.test_tablets import PIN, with_pin
from tests.world import HASH, HOUR, MINUTE, PASSPHRASE, Phone, World, open_world

DAY = 24 * HOUR
SECRETS = ("Sam", "Alex", "a quiet lake", "CANARY")
WHY = "The law of the place asks for it."


class Clinic:
    """The small world, when Sam's day is over: a lead, a member of staff, and the phones that were there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = world.booked.session
        self.at = f"/s/{self.session.handle}/"

    async def prepare(self) -> None:
        """Something private in the record, beside it and kept aside; then the end."""
        for clinic, name in ((self.world.clinic, "lea"), (self.world.other, "olaf")):
            await self.world.store.add_staff(clinic.id, f"{name}@example.org", name.title(), HASH, 0, role="lead")
        await self.world.store.add_staff(self.world.clinic.id, "kim@example.org", "Kim", HASH, 0, role="staff")
        self.client = await self.world.seat("client")
        await self.client.say("intentions", "a quiet lake")
        await self.client.say("nowhere", "CANARY")
        staff = await self.world.desk()
        await staff.http.post(
            f"{self.at}arrange", data={"do": "reschedule", "why": "CANARY", "start": "2026-12-01T11:00"}
        )
        await staff.http.get(self.at)
        await staff.http.get("/board")
        self.session = await self.reread()
        await self.work(4 * DAY)
        self.world.clock.now = self.session.over_at + HOUR
        self.lea = await self.world.desk("lea@example.org")

    async def work(self, *after: int) -> None:
        """Somebody of the clinic reads something so long after Sam's day began."""
        reads = [Access("", "kim", "Kim", "page", self.session.start + one) for one in after]
        await self.world.store.add_accesses(self.world.clinic.id, reads)

    async def reread(self) -> Session:
        session = await self.world.store.session(self.session.handle)
        assert session
        return session

    async def erase(self, by: Phone | None = None, /, **form: str) -> httpx2.Response:
        typed = {"do": "erase", "why": WHY, "name": "Sam", **form}
        return await (by or self.lea).http.post(f"{self.at}erase", data=typed)


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with open_world(tmp_path) as world:
        made = Clinic(world)
        await made.prepare()
        yield made


async def test_a_lead_reads_what_goes_before_it_goes_and_types_the_name(clinic: Clinic) -> None:
    record = (await clinic.lea.http.get(f"{clinic.at}record")).text
    assert f'href="{clinic.at}erase"' in record
    page = (await clinic.lea.http.get(f"{clinic.at}erase")).text
    assert Page(page).faults == []
    for said in ("What goes", "What stays", "Take it out first", f"{clinic.at}record.pdf", "never closed"):
        assert said in page
    for wrong, said in (
        ({"name": "Sim"}, "not the client’s first name"), ({"name": ""}, "not the client’s first name"),
        ({"why": " "}, "Write why"), ({"why": "x" * 501}, "Write why"),
        ({"why": "sam wants it"}, "without anybody’s name"), ({"why": "So says Álex."}, "without anybody’s name"),
        ({"why": "The Sam-record is old."}, "without anybody’s name"),
    ):  # fmt: skip
        answer = await clinic.erase(**wrong)
        assert (answer.status_code, said in Page(answer.text).alert) == (422, True), wrong
    assert (await clinic.reread()).erased_at is None
    done = await clinic.erase(name=" sam ")
    assert (done.status_code, done.headers["location"]) == (303, f"{clinic.at}?erased")
    left = await clinic.lea.http.get(done.headers["location"])
    assert left.status_code == 410
    assert Page(left.text).faults == []
    for said in ("Erased on", "2026", "By Lea.", WHY, clinic.session.head, "Entries, all erased"):
        assert said in left.text
    assert [secret for secret in SECRETS if secret in left.text] == []


async def test_who_does_not_lead_this_clinic_erases_nothing(clinic: Clinic) -> None:
    kim, olaf = await clinic.world.desk("kim@example.org"), await clinic.world.desk("olaf@example.org")
    clinic.world.clock.now = clinic.session.over_at - HOUR
    expected = {kim: 403, olaf: 404, clinic.client: 404, clinic.world.stranger(): 404}
    for phone, status in expected.items():
        assert (await phone.http.get(f"{clinic.at}erase")).status_code == status
        assert (await clinic.erase(phone)).status_code == status
    assert "/erase" not in (await kim.http.get(f"{clinic.at}record")).text
    assert "Only a lead" in (await clinic.erase(kim)).text
    assert (await clinic.reread()).erased_at is None


async def test_a_session_under_way_is_not_erased(clinic: Clinic) -> None:
    clinic.world.clock.now = clinic.session.over_at
    lea = await clinic.world.desk("lea@example.org")
    page = (await lea.http.get(f"{clinic.at}erase")).text
    assert "This session is not over." in page
    assert 'value="erase"' not in page
    answer = await clinic.erase(lea)
    assert (answer.status_code, "not over" in Page(answer.text).alert) == (422, True)
    assert (await clinic.reread()).erased_at is None


async def test_a_day_that_only_a_jump_of_the_clock_has_ended_is_not_erased(clinic: Clinic) -> None:
    """Sam's day is under way, and nobody has read anything under the date that the server claims."""
    booked = await clinic.world.book("Jo", start=clinic.world.clock.now)
    clinic.world.clock.now = booked.session.over_at + HOUR
    lea = await clinic.world.desk("lea@example.org")
    at = f"/s/{booked.session.handle}/erase"
    assert 'value="erase"' in (await lea.http.get(at)).text
    answer = await lea.http.post(at, data={"do": "erase", "why": WHY, "name": "Jo"})
    assert (answer.status_code, "clock may be wrong" in Page(answer.text).alert) == (422, True)
    await clinic.work(clinic.world.clock.now - clinic.session.start - 5 * DAY)
    assert (await lea.http.post(at, data={"do": "erase", "why": WHY, "name": "Jo"})).status_code == 303


async def test_a_damaged_record_is_told_and_breaks_no_page(clinic: Clinic) -> None:
    store, session = clinic.world.store, clinic.session
    assert await store.archive(session.over_at + 1, clinic.world.clock.now, 10) == 1
    async with store._engine.transaction() as tx:
        sqlite = store._engine.name == "sqlite"
        await tx.run(f"DROP TRIGGER archive_stays{'' if sqlite else ' ON archive'}")
        if not sqlite:
            await tx.run("DROP TRIGGER archive_emptied_at ON archive")
        await tx.run("UPDATE archive SET record = 'c-rubbish'")
    clinic.world.app.state.site.hear(None)
    assert (await clinic.lea.http.get(f"{clinic.at}erase")).status_code == 200
    answer = await clinic.erase()
    assert (answer.status_code, "does not hold together" in Page(answer.text).alert) == (422, True)
    assert (await clinic.reread()).erased_at is None


async def test_a_record_that_is_to_be_kept_is_kept(clinic: Clinic) -> None:
    assert (await clinic.erase(do="keep", why="")).status_code == 422
    assert (await clinic.erase(do="keep", why="A court asked for it.")).status_code == 303
    page = (await clinic.lea.http.get(f"{clinic.at}erase")).text
    assert "To be kept. Lea said so on" in page
    assert "A court asked for it." in page
    assert 'value="erase"' not in page
    assert "A court asked for it." in (await clinic.lea.http.get(f"{clinic.at}arrange")).text
    answer = await clinic.erase()
    assert (answer.status_code, "to be kept" in Page(answer.text).alert) == (422, True)
    assert (await clinic.erase(do="let_go", why="The court is done.")).status_code == 303
    assert (await clinic.erase()).status_code == 303
    assert (await clinic.erase(do="nothing")).status_code == 410


async def test_afterwards_a_link_a_cookie_and_a_code_are_as_if_they_had_never_been(clinic: Clinic) -> None:
    code = clinic.world.booked.codes["client"]
    clinic.world.clock.now = clinic.session.over_at - HOUR
    assert (await clinic.client.http.get(clinic.at)).status_code == 200
    clinic.world.clock.now += 2 * HOUR
    await clinic.erase()
    nowhere = await clinic.client.http.get("/s/nowhere-at-all/")
    for path in ("", "steps/intentions", "pack", "live", "record.json", "erase"):
        answer = await clinic.client.http.get(f"{clinic.at}{path}", headers={"accept": "text/html"})
        assert answer.status_code == 404, path
        assert path in ("pack", "live") or answer.content == nowhere.content, path
    for form in ({"token": clinic.world.booked.links["client"].split("#")[1]}, {"code": code}):
        assert (await clinic.world.stranger().http.post("/j", data=form)).status_code == 404


async def test_a_phone_that_still_syncs_keeps_what_it_has_and_fills_nothing_again(clinic: Clinic) -> None:
    staff = await clinic.world.desk()
    staff.handle = clinic.session.handle
    await clinic.erase()
    rows = await everything(clinic)
    for phone, status, code in ((clinic.client, 404, "not_found"), (staff, 410, "erased")):
        answer = await phone.sync(phone.entry("intentions", "CANARY"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    clinic.world.clock.now += 13 * HOUR  # the sign-in has ended: first of all that is told
    assert (await staff.sync(staff.entry("intentions", "CANARY"))).status_code == 404
    clinic.world.clock.now -= 13 * HOUR
    form = await staff.http.post(f"{clinic.at}entries", data={"step": "intentions", "answer": "CANARY"})
    assert form.status_code == 410
    assert await everything(clinic) == rows
    assert not [secret for secret in SECRETS if secret in rows]


async def everything(clinic: Clinic) -> str:
    """All rows but of who read what."""
    async with clinic.world.store._engine.snapshot() as tx:
        found = {table: await tx.all(f"SELECT * FROM {table}") for table in await tx.tables()}
    del found["access"], found["sign_in"]
    return "\n".join(f"{table} {tuple(row)!r}" for table, rows in found.items() for row in rows)


async def test_what_staff_read_from_a_screen_is_refused_in_words(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    await clinic.erase()
    staff, bundle = await clinic.world.desk(), SimpleNamespace(handle=clinic.session.handle)
    monkeypatch.setattr(carry, "read_bundle", lambda given: bundle)  # how one is read, test_carry tests
    asked = {"v": 1, "device": "d", "sent_at": 0, "entries": [{"id": "b", "bundle": {}}]}
    (verdict,) = (await staff.http.post("/carry", json=asked)).json()["verdicts"]
    assert (verdict["result"], verdict["why"]) == ("refused", "erased")


def said_by(*command: str, fails: bool = False) -> str:
    """What a program says, in a process of its own."""
    ran = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert ran.returncode == int(fails), ran.stderr
    return ran.stderr if fails else ran.stdout


async def test_json_proves_what_is_left_and_nothing_else_can_be_taken_out(clinic: Clinic, tmp_path: Path) -> None:
    await clinic.erase()
    answer = await clinic.lea.http.get(f"{clinic.at}record.json")
    assert answer.status_code == 200
    assert [secret for secret in SECRETS if secret in answer.text] == []
    file = tmp_path / "left.json"
    file.write_bytes(answer.content)
    record = json.loads(answer.content)
    assert record["erased"]["why"] == WHY
    assert record["session"]["head"] == clinic.session.head
    assert verify_file(file) == []
    said = said_by("-I", "-S", str(VERIFIER), str(file))
    assert f"{clinic.session.seq} entries, all erased" in said
    assert "The chain holds." in said
    said = said_by("-m", "sessionday", "verify", str(file))
    assert f"{clinic.session.seq} entries are erased, and the chain holds." in said
    database = clinic.world.app.state.site.settings.database
    asked = ["-m", "sessionday", "export", clinic.session.handle, "--database", database, "--format"]
    assert json.loads(said_by(*asked, "json"))["erased"]["why"] == WHY
    refused = said_by(*asked, "pdf", fails=True)
    assert refused == "sessionday: This record was erased. What is left of it can be taken out as JSON.\n"
    record["entries"][0]["t"] += 1
    file.write_text(json.dumps(record))
    assert verify_file(file)
    for path in (
        "record",
        "record.pdf",
        "record.csv",
        "record.fhir.json",
        "sheet",
        "card",
        "arrange",
        "limits",
        "ride",
        "erase",
    ):
        told = await clinic.lea.http.get(f"{clinic.at}{path}", headers={"accept": "text/html"})
        assert (told.status_code, "This record was erased." in told.text) == (410, True), path


async def test_no_list_breaks_and_none_names_anybody(clinic: Clinic) -> None:
    await clinic.erase()
    for path in (
        "/board", "/board/wall", "/sessions", "/sessions?name=Sam", "/figures?month=2026-12", "/figures?day=2026-12-01",
        "/figures.csv?month=2026-12", "/access?day=2026-12-01", "/protocols",
    ):  # fmt: skip
        answer = await clinic.lea.http.get(path)
        assert answer.status_code == 200, path
        shown = answer.text.replace('value="Sam"', "")
        assert not [secret for secret in SECRETS if secret in shown], path
    found = (await clinic.lea.http.get("/sessions")).text
    assert "Erased record" in found
    assert f'href="{clinic.at}"' in found
    assert 'data-count="0"' in (await clinic.lea.http.get("/sessions?name=Sam")).text
    figures = (await clinic.lea.http.get("/figures?month=2026-12")).text
    assert 'data-figure="planned" data-count="1"' in figures
    assert 'data-figure="erased" data-count="1"' in figures
    assert 'data-figure="open" data-count="0"' in figures
    assert "Erased record" in (await clinic.lea.http.get("/figures.csv?month=2026-12")).text


async def test_nothing_of_it_stays_in_the_servers_memory(clinic: Clinic) -> None:
    site = clinic.world.app.state.site
    for path in ("", "steps/intentions", "record", "pack"):
        await clinic.lea.http.get(f"{clinic.at}{path}")
    kept = [site.states._kept, site.packs._kept, site.pages._kept, site.recent._runs, site.cards._kept]
    assert "a quiet lake" in repr([kept, site.states._kept[clinic.session.id][1].entries])
    await clinic.erase()
    assert "a quiet lake" not in repr(kept)
    assert "Sam" not in repr([kept, list(site.known._places.items())])
    assert clinic.session.id not in site.states._kept


async def test_what_is_drawn_while_it_is_erased_is_not_kept(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    site: Site = clinic.world.app.state.site
    place = await site.known.place(clinic.session.handle)
    (listed,) = await clinic.world.store.listed_from(clinic.session.clinic, 0, 2**52)
    assert place
    stale = Here(place, "staff", "x", "Lea", "")
    site.hear(None)
    drawn, read, went_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def draw() -> Parts:
        drawn.set()
        await went_on.wait()
        return site.pages.piece("board/_card.html", card={**card, "client": "Sam"})

    card = (await site.cards.card(listed, clinic.world.clock.now)).summary.card
    site.hear(None)
    page = asyncio.create_task(site.pages.kept(clinic.session.id, "page", "basis", draw))
    beside = asyncio.create_task(site.pages.kept("another", "beside", "basis", draw))
    await drawn.wait()
    made = site.cards._made

    async def slowly(one: Listed, now: int) -> Card:
        card = await made(one, now)
        read.set()
        await went_on.wait()
        return card

    monkeypatch.setattr(site.cards, "_made", slowly)
    carded = asyncio.create_task(site.cards.card(listed, clinic.world.clock.now))
    await read.wait()
    assert (await clinic.erase()).status_code == 303
    went_on.set()
    assert b"Sam" in b"".join((await page).plain)
    assert b"Sam" in b"".join((await beside).plain)
    assert (await carded).summary.card["client"] == "Sam"
    assert b"Sam" in b"".join((await site.pages.kept(clinic.session.id, "late", "basis", draw)).plain)
    assert site.packs.of(stale)["people"]["client"] == "Sam"
    assert [site.pages._kept, dict(site.cards._kept), site.packs._kept] == [{}, {}, {}]


async def test_the_limits_of_an_erased_session_leave_the_memory(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    states, store = clinic.world.app.state.site.states, clinic.world.store
    key = (clinic.session.clinic, clinic.session.protocol_id, f"{clinic.session.protocol_version}+cafe")
    body = await store.protocol(*key[:2], clinic.session.protocol_version)
    assert body
    await store.add_protocol(*key, body, 0)
    reading = store.protocol

    async def meanwhile(*asked: str) -> str | None:
        found = await reading(*asked)
        await clinic.erase()
        return found

    await states._pinned(key)
    assert key in states._checklists
    site = clinic.world.app.state.site
    site.hear({(clinic.session.clinic, clinic.session.id, -1)})
    assert key not in states._checklists
    monkeypatch.setattr(store, "protocol", meanwhile)
    await states._pinned(key)
    assert (await clinic.reread()).erased_at
    assert key not in states._checklists
    assert await reading(*key) is None


async def test_another_process_forgets_it_too(clinic: Clinic) -> None:
    site = clinic.world.app.state.site
    await clinic.lea.http.get(clinic.at)
    assert clinic.session.id in site.states._kept
    site.hear({(clinic.session.clinic, clinic.session.id, -1)})
    assert clinic.session.id not in site.states._kept
    assert not site.pages._kept
    assert site.recent.newest(clinic.session.id) == 0


async def test_who_listens_is_told_that_it_has_ended(clinic: Clinic) -> None:
    async def listen() -> str:
        return (await clinic.lea.http.get(f"{clinic.at}live")).text

    listening = asyncio.create_task(listen())
    await asyncio.sleep(1)  # it is under way
    await clinic.erase(await clinic.world.desk("lea@example.org"))
    assert "event: ended" in await asyncio.wait_for(listening, 10)


# The clinic's rule


async def rule(phone: Phone, **form: str) -> httpx2.Response:
    return await phone.http.post("/clinic/records", data=form)


async def test_a_lead_decides_for_how_long_and_it_is_on_record(clinic: Clinic) -> None:
    page = (await clinic.lea.http.get("/clinic")).text
    assert "Nobody has decided yet." in page
    assert 'href="/clinic/records"' in page
    for wrong in ("5", "101", "-7", "ten", "7.5", "٧", "99999999"):
        answer = await rule(clinic.lea, years=wrong)
        assert (answer.status_code, "from 6 to 100" in Page(answer.text).alert) == (422, True), wrong
    assert (await rule(clinic.lea, years=" 10 ")).status_code == 303
    shown = (await clinic.lea.http.get("/clinic/records")).text
    assert Page(shown).faults == []
    assert "Records are kept for 10 years" in shown
    assert "(Lea, " in shown
    log = (await clinic.lea.http.get("/access")).text
    assert "Rule: records are kept for 10 years" in log
    assert (await rule(clinic.lea, years="")).status_code == 303
    assert "Nobody has decided yet." in (await clinic.lea.http.get("/clinic")).text
    assert "No rule for how long" in (await clinic.lea.http.get("/access")).text


async def test_a_rule_that_erases_something_at_once_is_confirmed_with_its_number(clinic: Clinic) -> None:
    clinic.world.clock.now = clinic.session.over_at + 7 * 366 * DAY
    lea = await clinic.world.desk("lea@example.org")
    first = await rule(lea, years="7")
    assert (first.status_code, 'data-many="1"' in first.text) == (422, True)
    assert Page(first.text).faults == []
    for wrong in ("6 1", "7 2", "yes"):
        assert (await rule(lea, years="7", sure=wrong)).status_code == 422
    assert (await lea.http.get("/clinic/records")).text.count("Nobody has decided yet") == 1
    page = (await rule(lea, years="07")).text
    assert 'name="sure" value="7 1"' in page
    assert page.index('class="go"') < page.index('name="sure"'), "what Enter does is the first button"
    assert (await rule(lea, years="07", sure="7 1")).status_code == 303


async def worked(clinic: Clinic) -> None:
    """The clinic has been at work for three weeks, on one day in each."""
    now = clinic.world.clock.now - clinic.session.start
    await clinic.work(*(now - days * DAY for days in (1, 8, 15)))


async def test_the_rule_erases_by_itself_when_the_time_has_come(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "ROUND_SECONDS", 0.02)
    monkeypatch.setattr(watch, "FIND_SECONDS", 0.05)
    await rule(clinic.lea, years="6")
    site = clinic.world.app.state.site
    await site.watch.stop()
    site.watch._find_at = 0.0
    site.watch.start()
    clinic.world.clock.now = clinic.session.over_at + 6 * 365 * DAY
    await worked(clinic)
    await asyncio.sleep(0.3)
    assert (await clinic.reread()).erased_at is None
    clinic.world.clock.now = clinic.session.over_at + 6 * 366 * DAY
    await worked(clinic)
    async with asyncio.timeout(10):
        while (await clinic.reread()).erased_at is None:  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(0.05)
    left = (await (await clinic.world.desk()).http.get(clinic.at)).text
    assert "By the clinic’s rule: records are kept for 6 years." in left


async def test_at_a_shared_tablet_a_lead_first_shows_who_they_are(clinic: Clinic) -> None:
    tablet = await clinic.world.desk("lea@example.org")
    await with_pin(tablet)
    made = await tablet.http.post("/me", data={"do": "tablet", "present": PASSPHRASE, "name": "Room 2"})
    assert made.status_code == 303
    for _ in range(4):  # somebody uses it, but nobody says who
        clinic.world.clock.now += 2 * MINUTE
        assert (await tablet.http.get(f"{clinic.at}erase")).status_code == 200
    asked = await clinic.erase(tablet)
    assert asked.status_code == 403
    assert (await clinic.reread()).erased_at is None
    assert (await clinic.erase(tablet, pin=PIN)).status_code == 303
    assert (await clinic.reread()).erased_at


async def test_nor_does_a_rule_come_from_a_colleagues_open_page(clinic: Clinic) -> None:
    tablet = await clinic.world.desk("lea@example.org")
    await with_pin(tablet)
    await tablet.http.post("/me", data={"do": "tablet", "present": PASSPHRASE, "name": "Room 2"})
    for _ in range(4):
        clinic.world.clock.now += 2 * MINUTE
        assert (await tablet.http.get("/clinic/records")).status_code == 200
    asked = await rule(tablet, years="10")
    assert (asked.status_code, 'name="years" value="10"' in asked.text) == (403, True)
    assert Page(asked.text).faults == []
    assert (await rule(tablet, years="10", pin="000000")).status_code == 403
    assert "Nobody has decided yet." in (await clinic.lea.http.get("/clinic/records")).text
    assert (await rule(tablet, years="10", pin=PIN)).status_code == 303
    assert "kept for 10 years" in (await clinic.lea.http.get("/clinic/records")).text
