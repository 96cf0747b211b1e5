"""A clinic is made in the browser, its people are invited, change what they may do, and leave."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from sessionday.app import create_app
from sessionday.serving import welcome
from sessionday.settings import Settings
from sessionday.store import Store
from sessionday.web.passphrase_rules import common, refusal
from sessionday.web.set_up import set_up_code
from tests.databases import databases
from tests.world import HOUR, PASSPHRASE, START, Clock, Phone, World, open_world

GOOD = "violet kettle under seven bridges"
FORM = {
    "clinic": "Birch Clinic", "zone": "Europe/Madrid", "phone": "+34 555 0100", "emergency": "112",
    "name": "Ada Berg", "email": "Ada@Example.org", "passphrase": GOOD,
}  # fmt: skip


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        await made.store.set_role(made.clinic.id, made.staff.id, "lead", START)
        yield made


@asynccontextmanager
async def empty(folder: Path) -> AsyncIterator[tuple[Phone, Store, str]]:
    """A server on its first run: somebody's browser, and the code that the server printed."""
    settings = Settings(database=databases.new(folder / "day.db"), public_url="http://127.0.0.1:8000", keys=("k" * 48,))
    clock = Clock(START)
    app = create_app(settings, now=clock)
    async with app.router.lifespan_context(app):
        phone = Phone(app, clock)
        yield phone, app.state.site.store, set_up_code(settings.keys)
        await phone.http.aclose()


async def invited(desk: Phone, email: str = "noor@example.org", role: str = "staff") -> str:
    page = await desk.http.post("/staff", data={"do": "invite", "name": "Noor Haddad", "email": email, "role": role})
    found = re.search(r"/join#([\w-]{43})", page.text)
    assert found, page.text
    return found[1]


async def joined(world: World, desk: Phone, email: str = "noor@example.org", role: str = "staff") -> Phone:
    phone = world.stranger()
    token = await invited(desk, email, role)
    assert (await phone.http.post("/join", data={"token": token, "passphrase": GOOD})).status_code == 303
    return phone


async def test_the_first_run_leads_from_nothing_to_the_board(tmp_path: Path) -> None:
    async with empty(tmp_path) as (phone, store, code):
        for path in ("/", "/sign-in"):
            assert (await phone.http.get(path)).headers["location"] == "/set-up"
        page = await phone.http.post("/set-up", data={**FORM, "code": f" {code[:4].lower()}-{code[4:]}"})
        assert (page.status_code, page.headers["location"]) == (303, "/board")
        assert (await phone.http.get("/board")).status_code == 200
        clinic = (await store.clinics())[0]
        assert (clinic.name, clinic.zone, clinic.emergency) == ("Birch Clinic", "Europe/Madrid", "112")
        lead = await store.staff_by_email("ada@example.org")
        assert lead is not None
        assert lead.role == "lead"
        for answer in (await phone.http.get("/set-up"), await phone.http.post("/set-up", data={**FORM, "code": code})):
            assert answer.status_code == 404, "once there is a clinic, it is gone"
        assert len(await store.clinics()) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"code": "AAAAAAAA"}, "not the set-up code"),
        ({"code": ""}, "not the set-up code"),
        ({"clinic": " "}, "Write the clinic’s name"),
        ({"zone": "Mars/Base"}, "There is no time zone ‘Mars/Base’"),
        ({"zone": "../../etc/passwd"}, "There is no time zone"),
        ({"phone": "call us"}, "The clinic’s phone: write a phone number"),
        ({"phone": ""}, "The clinic’s phone: write a phone number"),
        ({"emergency": ""}, "Emergency number: write a phone number"),
        ({"email": "ada"}, "Write an e-mail address"),
        ({"name": ""}, "Write a name"),
        ({"passphrase": "short"}, "at least 15 characters"),
        ({"passphrase": "birch clinic birch clinic"}, "repeats itself"),
        ({"passphrase": "Ada Berg Birch Clinic"}, "little more than a name"),
        ({"passphrase": "correct horse battery staple"}, "Many people choose"),
    ],
)
async def test_an_unclear_first_run_makes_nothing_and_keeps_what_was_typed(
    tmp_path: Path, typed: dict[str, str], says: str
) -> None:
    async with empty(tmp_path) as (phone, store, code):
        page = await phone.http.post("/set-up", data={**FORM, "code": code, **typed})
        assert page.status_code == 422
        assert says in html.unescape(page.text)
        assert ("Europe/Madrid" in page.text) or "zone" in typed
        assert GOOD not in page.text, "a passphrase is never sent back"
        assert await store.clinics() == []


async def test_who_guesses_the_set_up_code_is_slowed(tmp_path: Path) -> None:
    async with empty(tmp_path) as (phone, store, code):
        for _ in range(30):
            await phone.http.post("/set-up", data={**FORM, "code": "00000000"})
        late = await phone.http.post("/set-up", data={**FORM, "code": code})
        assert late.status_code == 429
        assert await store.clinics() == []


async def test_whoever_was_invited_joins_once(world: World) -> None:
    desk = await world.desk()
    token = await invited(desk)
    first, second = world.stranger(), world.stranger()
    looked = await first.http.get("/join")
    assert looked.status_code == 200
    weak = await first.http.post("/join", data={"token": token, "passphrase": "noor haddad noor"})
    assert weak.status_code == 422
    assert token in weak.text, "it can be tried again"
    assert (await first.http.post("/join", data={"token": token, "passphrase": GOOD})).status_code == 303
    assert "Noor Haddad" in (await first.http.get("/board")).text
    assert (await second.http.post("/join", data={"token": token, "passphrase": GOOD})).status_code == 404
    assert (await second.http.post("/join", data={"token": "x", "passphrase": GOOD})).status_code == 404
    assert (await world.stranger().sign_in("noor@example.org", GOOD)).status_code == 303


async def test_an_invitation_ends_by_time_and_by_a_tap(world: World) -> None:
    desk = await world.desk()
    late, ended = await invited(desk, "late@example.org"), await invited(desk, "ended@example.org")
    shown = (await desk.http.get("/staff")).text
    ids = {one.email: one.id for one in await world.store.invitations(world.clinic.id, world.clock.now)}
    assert "late@example.org" in shown
    await desk.http.post("/staff", data={"do": "uninvite", "who": ids["ended@example.org"]})
    join = world.stranger()
    assert (await join.http.post("/join", data={"token": ended, "passphrase": GOOD})).status_code == 404
    world.clock.now += 72 * HOUR
    assert (await join.http.post("/join", data={"token": late, "passphrase": GOOD})).status_code == 404


async def test_whose_work_ends_is_out_at_once_and_their_words_stay(world: World) -> None:
    desk = await world.desk()
    noor = await joined(world, desk)
    noor.handle = world.booked.session.handle
    assert (await noor.say("identity", {}))["verdicts"][0]["result"] == "stored"
    who = await world.store.staff_by_email("noor@example.org")
    assert who is not None
    assert (await noor.http.get("/board")).status_code == 200
    assert (await desk.http.post("/staff", data={"do": "end", "who": who.id})).status_code == 303
    assert (await noor.http.get("/board")).status_code == 303, "the very next request"
    assert (await noor.http.get(f"/s/{noor.handle}/")).status_code == 404
    assert (await noor.sign_in("noor@example.org", GOOD)).status_code == 422
    entries = await world.store.entries(world.booked.session)
    assert [entry["by"] for entry in entries] == [who.id]
    assert "Noor Haddad" in (await desk.http.get(f"/s/{noor.handle}/steps/identity")).text


async def test_whom_an_ended_lead_invited_does_not_get_in(world: World) -> None:
    desk = await world.desk()
    noor = await joined(world, desk, role="lead")
    who = await world.store.staff_by_email("noor@example.org")
    assert who is not None
    token = await invited(noor, "friend@example.org", "lead")
    await desk.http.post("/staff", data={"do": "end", "who": who.id})
    late = await world.stranger().http.post("/join", data={"token": token, "passphrase": GOOD})
    assert late.status_code == 404


async def test_the_last_lead_stays(world: World) -> None:
    desk = await world.desk()
    for form in ({"do": "end"}, {"do": "role", "role": "staff"}):
        page = await desk.http.post("/staff", data={**form, "who": world.staff.id})
        assert page.status_code == 409
        assert "Somebody must lead the clinic" in page.text
    assert (await desk.http.get("/staff")).status_code == 200
    noor = await joined(world, desk, role="lead")
    assert (await noor.http.post("/staff", data={"do": "end", "who": world.staff.id})).status_code == 303
    assert (await desk.http.get("/board")).status_code == 303


async def test_only_leads_change_who_works_here_and_only_at_their_clinic(world: World) -> None:
    desk = await world.desk()
    noor = await joined(world, desk)
    for path in ("/staff", "/clinic"):
        assert (await noor.http.get(path)).status_code == 403
    assert (await noor.http.post("/staff", data={"do": "end", "who": world.staff.id})).status_code == 403
    eve = await world.desk("eve@example.org")
    await eve.http.post("/staff", data={"do": "end", "who": world.staff.id})
    assert (await desk.http.get("/board")).status_code == 200


async def test_the_clinics_numbers_are_changed_and_its_zone_is_not(world: World) -> None:
    desk = await world.desk()
    form = {
        "clinic": "Maple House 2",
        "phone": "+1 555 0101",
        "emergency": "911",
        "transport": "+1 555 7",
        "zone": "Asia/Tokyo",
    }
    assert (await desk.http.post("/clinic", data=form)).status_code == 303
    clinic = await world.store.clinic(world.clinic.id)
    assert clinic is not None
    assert (clinic.name, clinic.emergency, clinic.transport, clinic.zone) == (
        "Maple House 2", "911", "+1 555 7", "America/Toronto",
    )  # fmt: skip
    client = await world.seat("client")
    assert 'href="tel:911"' in (await client.http.get(f"/s/{client.handle}/")).text
    bad = await desk.http.post("/clinic", data={**form, "phone": "javascript:1"})
    assert bad.status_code == 422
    assert "Maple House 2" in bad.text


async def test_another_passphrase_needs_the_present_one_and_ends_the_other_sign_ins(world: World) -> None:
    desk, other = await world.desk(), await world.desk()
    for present, chosen, status in (
        ("wrong", GOOD, 422),
        (PASSPHRASE, "robin lee robin", 422),
        (PASSPHRASE, GOOD, 303),
    ):
        page = await desk.http.post("/me", data={"do": "passphrase", "present": present, "passphrase": chosen})
        assert page.status_code == status
    assert (await desk.http.get("/board")).status_code == 200
    assert (await other.http.get("/board")).status_code == 303
    assert (await world.stranger().sign_in("robin@example.org", GOOD)).status_code == 303
    assert (await world.stranger().sign_in("robin@example.org")).status_code == 422


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("fourteen chars", "short"),
        ("x" * 129, "long"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabcabc", "repeats"),
        ("qwertyuiopasdfghjkl", "own"),
        ("12345678901234567890", "repeats"),
        ("Robin Lee Maple House", "own"),
        ("robin@example.org robin", "own"),
        ("Correct-Horse-Battery-Staple!", "common"),
        ("ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ", "repeats"),
        ("thisismypassword2026", "common"),
        (PASSPHRASE, None),
        (GOOD, None),
        ("    a  b  c  d  e    ", "repeats"),
        ("päivä kerrallaan eteenpäin", None),
    ],
)
def test_a_passphrase_is_refused_for_a_reason(passphrase: str, why: str | None) -> None:
    assert (
        refusal(passphrase, ("Robin Lee", "robin@example.org", "robin", "lee", "example", "org", "Maple House")) == why
    )


def test_every_common_one_is_refused() -> None:
    assert len(common()) > 100
    assert all(refusal(one.ljust(15, "1")) for one in common())


async def test_the_same_passphrase_typed_on_another_keyboard_is_the_same(world: World) -> None:
    desk = await world.desk()
    await desk.http.post(
        "/me", data={"do": "passphrase", "present": PASSPHRASE, "passphrase": "mañana kettle bridge x"}
    )
    assert (await world.stranger().sign_in("robin@example.org", "mañana kettle bridge x")).status_code == 303


async def test_a_sign_in_page_is_told_in_one_way_for_every_way_of_being_wrong(world: World) -> None:
    answers: list[httpx2.Response] = [
        await world.stranger().sign_in(email, "wrong words entirely")
        for email in ("robin@example.org", "no@example.org")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].text.replace("robin@", "no@") == answers[1].text


def test_the_server_says_where_the_first_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(database="sqlite:///x.db", public_url="https://day.example.org", keys=("k" * 48,))
    welcome(settings, False)
    told = capsys.readouterr().out
    assert "https://day.example.org/set-up" in told
    assert set_up_code(settings.keys) in told
    welcome(settings, True)
    later = capsys.readouterr().out
    assert "https://day.example.org/sign-in" in later
    assert set_up_code(settings.keys) not in later
    assert set_up_code(("j" * 48,)) != set_up_code(settings.keys)


async def test_whoever_left_is_invited_again_and_what_they_wrote_stays_theirs(world: World) -> None:
    desk = await world.desk()
    before = await joined(world, desk)
    before.handle = world.booked.session.handle
    left = await world.store.staff_by_email("noor@example.org")
    assert left is not None
    await before.say("card_given", {})
    taken = await desk.http.post(
        "/staff", data={"do": "invite", "name": "N", "email": "noor@example.org", "role": "staff"}
    )
    assert taken.status_code == 422, "while they work here the address is taken"
    await desk.http.post("/staff", data={"do": "end", "who": left.id})
    again = await joined(world, desk)
    back = await world.store.staff_by_email("noor@example.org")
    assert back is not None
    assert back.id != left.id
    assert (await before.http.get("/board")).status_code == 303, "the old sign-in stays ended"
    assert (await again.http.get("/board")).status_code == 200
    signed_in = await world.stranger().sign_in("noor@example.org", GOOD)
    assert signed_in.status_code == 303
    old = await world.stranger().sign_in(f"noor@example.org {left.id}", GOOD)
    assert old.status_code == 422
    entries = await world.store.entries(world.booked.session)
    assert [one["by"] for one in entries] == [left.id]
    kept = await world.store.staff(world.clinic.id, left.id)
    assert kept is not None
    assert (kept.name, kept.ended_at) == ("Noor Haddad", world.clock.now)
