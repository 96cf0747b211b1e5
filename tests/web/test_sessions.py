"""Staff open sessions and arrange them: names that are alike, limits that are pinned, another time, another keeper."""

import html
import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from sessionday.limits import with_limits
from sessionday.protocols import names
from sessionday.store import Session
from tests.web.pages import Page
from tests.world import CHECKLIST, HOUR, MINUTE, START, Phone, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * HOUR


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as made:
        yield made


async def make(desk: Phone, **typed: str) -> httpx2.Response:
    form = {"id": str(uuid4()), "client": "Wren", "start": "2026-12-03T09:30", "protocol": "kap-lozenge 1"}
    return await desk.http.post("/sessions/new", data={**form, **typed})


async def made_by(world: World, page: httpx2.Response) -> Session:
    found = re.search(r'href="/s/([^/"]+)/"', page.text)
    assert found, page.text
    session = await world.store.session(found[1])
    assert session is not None
    return session


async def state(world: World, session: Session) -> dict[str, object]:
    fresh = await world.store.session(session.handle)
    assert fresh is not None
    current = await world.app.state.site.states.of(fresh, world.clock.now)
    return dict(current.state)


async def arranged(world: World, session: Session) -> list[str]:
    return [one.kind for one in await world.store.arrangements(session)]


async def test_a_session_is_made_in_the_browser_and_its_links_work(world: World) -> None:
    desk = await world.desk()
    page = await make(desk, support="Kim", prescriber="Dr. Osei", room="2", initials="WR")
    assert page.status_code == 200
    links = re.findall(r'readonly value="([^"]+)"', page.text)
    assert len(links) == 3
    session = await made_by(world, page)
    assert (session.client, session.room, session.initials) == ("Wren", "2", "WR")
    assert session.start == START + 2 * DAY - 30 * MINUTE, "the clinic's local time"
    phone = world.stranger()
    assert (await phone.open(links[0])).status_code == 303
    own = await phone.http.get(f"/s/{session.handle}/")
    assert "WR" in own.text
    assert "Room 2" in own.text, "the mark is on the client's own screen too"
    code = re.search(r'class="code" translate="no">(\w{4} \w{4})', page.text)
    assert code
    assert (await world.stranger().http.post("/j", data={"code": code[1]})).status_code == 303


async def test_what_leaves_the_clinic_with_a_link_says_nothing_of_the_day(world: World) -> None:
    page = await make(await world.desk(), client="Neutral")
    sent = [
        html.unescape(one).lower() for one in re.findall(r'(?:href="(?:sms|mailto):|data-share=")([^"]*)"', page.text)
    ]
    assert len(sent) == 9
    for message in sent:
        assert not {"neutral", "ketamine", "session", "therapy", "lozenge", "dose"} & set(
            re.findall(r"[a-z]+", message)
        )


async def test_a_form_sent_twice_makes_one_session(world: World) -> None:
    desk, id = await world.desk(), str(uuid4())
    session = await made_by(world, await make(desk, id=id, client="Twice"))
    again = await make(desk, id=id, client="Twice", different="yes")
    assert (again.status_code, again.headers["location"]) == (303, f"/s/{session.handle}/arrange")
    around = await world.store.sessions_from(world.clinic.id, session.start, session.start + 1)
    assert [one.client for one in around].count("Twice") == 1


@pytest.mark.parametrize(
    ("first", "second"), [("Marie", "Maria"), ("Jon", "John"), ("José", "jose"), ("Al", "Alexandra"), ("Anna", "Hanna")]
)
async def test_a_name_that_could_be_taken_for_another_is_asked_about(world: World, first: str, second: str) -> None:
    desk = await world.desk()
    before = await made_by(world, await make(desk, client=first, start="2027-01-05T09:00", different="yes"))
    asked = await make(desk, client=second, start="2027-01-05T14:00", support="Kim")
    assert asked.status_code == 409
    assert first in html.unescape(asked.text)
    assert 'value="Kim"' in asked.text, "what was typed is still there"
    after = await made_by(world, await make(desk, client=second, start="2027-01-05T14:00", different="yes"))
    assert (before.colour, before.pattern) != (after.colour, after.pattern)


async def test_names_unlike_each_other_are_not_asked_about(world: World) -> None:
    desk = await world.desk()
    assert (await make(desk, client="Pilar", start="2027-02-05T09:00")).status_code == 200
    assert (await make(desk, client="Otto", start="2027-02-05T09:00")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"client": "  "}, "Write the client’s first name"),
        ({"client": "x" * 61}, "at most 60 letters"),
        ({"protocol": "../../etc/passwd.yaml"}, "Choose a protocol"),
        ({"protocol": ""}, "Choose a protocol"),
        ({"start": "soon"}, "Choose a day and a time"),
        ({"start": "9999-12-31T23:59"}, "Choose a day and a time"),
        ({"start": "2028-01-01T00:00"}, "more than a year ahead"),
        ({"start": "2025-12-03T09:30"}, "long ago"),
        ({"max_systolic": "high"}, "Highest systolic pressure: write a number"),
        ({"max_systolic": "nan"}, "write a number"),
        ({"max_systolic": "1_20"}, "write a number"),
        ({"max_systolic": "1400"}, "from 90 to 200 mmHg"),
        ({"max_systolic": "90", "max_diastolic": "95"}, "does not fit the other limit"),
        ({"min_mg": "200", "max_mg": "100"}, "does not fit the other limit"),
    ],
)
async def test_an_unclear_form_comes_back_with_a_sentence_and_what_was_typed(
    world: World, typed: dict[str, str], says: str
) -> None:
    page = await make(await world.desk(), **{"support": "Kim Typed", **typed})
    assert page.status_code == 422
    assert says in html.unescape(page.text)
    assert "Kim Typed" in page.text


async def test_stricter_limits_are_pinned_and_looser_ones_change_nothing(world: World) -> None:
    page = await make(
        await world.desk(), client="Limits", max_systolic="130", max_pulse="150", min_spo2="95,5", max_mg="200"
    )
    session = await made_by(world, page)
    assert session.protocol_version.startswith("1+")
    body = json.loads(str(await world.store.protocol(session.clinic, session.protocol_id, session.protocol_version)))
    fields = {
        (step["id"], one["id"]): one for step in body["rules"]["steps"] for one in step["answer"].get("fields", ())
    }
    assert fields["baseline_bp", "systolic"]["stop_above"] == 130
    assert fields["baseline_bp", "systolic"]["never_above"] == 160
    assert fields["baseline_pulse_oxygen", "pulse"]["stop_above"] == 100, "150 is looser than the protocol's own"
    assert fields["discharge_vitals", "spo2"]["stop_below"] == 95.5
    assert fields["dose", "mg"]["stop_above"] == 200
    phone = await world.desk()
    phone.handle = session.handle
    reply = await phone.say("baseline_bp", {"systolic": 135, "diastolic": 80}, at=session.start - 30 * MINUTE)
    assert reply["protocol"]["version"] == session.protocol_version


@pytest.mark.parametrize("name", names())
async def test_limits_leave_every_protocol_whole(name: str) -> None:
    from sessionday.core.protocol import refusals  # the compiler's last word
    from sessionday.limits import offered
    from sessionday.protocols import load

    checklist = load(name)
    strict = with_limits(
        checklist, {kind.id: kind.low if kind.side == "stop_above" else kind.high for kind in offered(checklist)}
    )
    assert offered(checklist)
    assert list(refusals(strict.rules)) == []
    assert with_limits(strict, {}).version == checklist.version == load(name).version, "the shelf's own is as it was"


async def test_the_prescriber_sets_limits_from_outside_until_the_first_dose(world: World) -> None:
    booked = await world.book("Oversight", start=world.clock.now + HOUR)
    phone = world.stranger()
    await phone.open(booked.links["prescriber"])
    seen = (await phone.http.get(f"/s/{phone.handle}/pack")).json()
    page = await phone.http.post(f"/s/{phone.handle}/limits", data={"max_systolic": "125"})
    assert page.status_code == 303
    assert (await phone.http.get(f"/s/{phone.handle}/pack")).json()["version"] != seen["version"], (
        "every phone fetches it"
    )
    desk = await world.desk()
    desk.handle = phone.handle
    reply = await desk.say("baseline_bp", {"systolic": 128, "diastolic": 80})
    assert reply["verdicts"][0]["result"] == "stored"
    found = await state(world, booked.session)
    assert found["steps"]["baseline_bp"]["status"] == "stop"  # type: ignore[index]
    await phone.http.post(f"/s/{phone.handle}/limits", data={"max_systolic": ""})
    found = await state(world, booked.session)
    assert found["steps"]["baseline_bp"]["status"] == "done", "the same reading under the protocol's own limits"  # type: ignore[index]
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    late = await phone.http.post(f"/s/{phone.handle}/limits", data={"max_systolic": "140"})
    assert late.status_code == 422
    assert "A dose was given" in late.text
    told = await world.store.arrangements(booked.session)
    assert [(one.kind, one.name, one.body.get("limits")) for one in told][1:] == [
        ("limits", "Dr. Osei", {"max_systolic": 125}), ("limits", "Dr. Osei", {}),
    ]  # fmt: skip


async def test_a_session_is_moved_and_everybody_reckons_from_the_new_time(world: World) -> None:
    booked = await world.book("Moved", start=START + 3 * DAY)
    desk = await world.desk()
    desk.handle = booked.session.handle
    before = await state(world, booked.session)
    form = {"do": "reschedule", "start": "2026-12-10T10:00", "why": "ill"}
    assert (await desk.http.post(f"/s/{desk.handle}/arrange", data=form)).status_code == 303
    moved = await world.store.session(desk.handle)
    assert moved is not None
    assert moved.start == START + 9 * DAY
    assert moved.days[1]["midnight"] == booked.session.days[1]["midnight"] + 6 * DAY
    after = await state(world, moved)
    due = [found["steps"]["ride_plan"]["due_at"] for found in (before, after)]  # type: ignore[index]
    assert due[1] - due[0] == 6 * DAY
    reply = (await desk.sync()).json()
    assert reply["session"]["start"] == moved.start
    page = await desk.http.get(f"/s/{desk.handle}/arrange")
    assert "Moved from Fri 4 Dec, 10:00 to Thu 10 Dec, 10:00. ill" in page.text
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    late = await desk.http.post(f"/s/{desk.handle}/arrange", data=form)
    assert late.status_code == 422
    assert 'value="ill"' not in late.text or "A dose was given" in late.text
    assert (await arranged(world, moved)) == ["made", "rescheduled"]


async def test_whoever_looks_after_a_session_hands_it_over_and_the_next_one_takes_it(world: World) -> None:
    booked = await world.book("Handed", start=START + 4 * DAY)
    desk, handle = await world.desk(), booked.session.handle
    next_one = await world.store.add_staff(world.clinic.id, "noor@example.org", "Noor Haddad", "-", world.clock.now)
    form = {"do": "hand_over", "keeper": next_one.id, "note": "Room 3 is cold <b>"}
    assert (await desk.http.post(f"/s/{handle}/arrange", data=form)).status_code == 303
    page = html.unescape((await desk.http.get(f"/s/{handle}/arrange")).text)
    assert "Robin Lee hands this session over to Noor Haddad. Nobody has taken it yet." in page
    assert "Room 3 is cold &lt;b&gt;" in (await desk.http.get(f"/s/{handle}/arrange")).text
    await desk.http.post(f"/s/{handle}/arrange", data={"do": "take"})
    taken = await world.store.session(handle)
    assert taken is not None
    assert taken.keeper == world.staff.id
    assert "Nobody has taken it yet" not in (await desk.http.get(f"/s/{handle}/arrange")).text
    stranger = await desk.http.post(
        f"/s/{handle}/arrange", data={"do": "hand_over", "keeper": "nobody", "note": "kept words"}
    )
    assert stranger.status_code == 422
    assert "kept words" in stranger.text


async def test_one_browsers_page_is_ended_and_what_it_still_brings_is_kept_aside(world: World) -> None:
    booked = await world.book("Pages", start=START + 5 * DAY)
    lost, kept = world.stranger(), world.stranger()
    for phone in (lost, kept):
        await phone.open(booked.links["client"])
    desk, handle = await world.desk(), booked.session.handle
    page = (await desk.http.get(f"/s/{handle}/arrange")).text
    browsers = re.findall(r'name="browser" value="(\w+)"', page)
    assert len(browsers) == 2
    claims = {claim.credential_hash: claim for claim in await world.store.claims(booked.session)}
    seat = claims[browsers[0]].seat
    await desk.http.post(f"/s/{handle}/seats", data={"do": "end", "seat": seat, "browser": browsers[0]})
    answers = [(await phone.http.get(f"/s/{handle}/")).status_code for phone in (lost, kept)]
    assert sorted(answers) == [200, 404]
    ended = lost if answers[0] == 404 else kept
    reply = (await ended.sync(ended.entry("intentions", "still here"))).json()
    assert reply["verdicts"][0]["why"] == "seat_revoked"
    assert (await ended.open(booked.links["client"])).status_code == 303, "the link itself still works"


async def test_a_browser_that_was_ended_with_its_link_does_not_come_back_by_it(world: World) -> None:
    booked = await world.book("Lostlink", start=START + 5 * DAY)
    lost, kept = world.stranger(), world.stranger()
    for phone, role in ((lost, "client"), (kept, "support")):
        await phone.open(booked.links[role])
    desk, handle = await world.desk(), booked.session.handle
    seats = {seat.id: seat.role for seat in await world.store.seats(booked.session)}
    claim = next(one for one in await world.store.claims(booked.session) if seats[one.seat] == "client")
    page = Page((await desk.http.get(f"/s/{handle}/arrange")).text)
    (form,) = [one for one in page.forms if one.has("browser", claim.credential_hash)]
    assert form.has("new_link", "yes"), "checked as it comes"
    made = await desk.http.post(form.action, data={**form.typed, "do": "end"})
    assert made.status_code == 200
    assert (await lost.http.get(f"/s/{handle}/")).status_code == 404
    assert (await lost.open(booked.links["client"])).status_code == 404
    assert (await lost.http.post("/j", data={"code": booked.codes["client"]})).status_code != 303
    assert (await kept.http.get(f"/s/{handle}/")).status_code == 200
    link = re.search(r'readonly value="([^"]+)"', made.text)
    assert link
    assert (await world.stranger().open(link[1])).status_code == 303
    assert (await arranged(world, booked.session))[1:] == ["new_link", "page_ended"]


async def test_a_new_link_ends_the_old_one_and_not_the_pages(world: World) -> None:
    booked = await world.book("Link", start=START + 6 * DAY)
    phone = world.stranger()
    await phone.open(booked.links["support"])
    desk, handle = await world.desk(), booked.session.handle
    seat = next(one for one in await world.store.seats(booked.session) if one.role == "support")
    page = await desk.http.post(f"/s/{handle}/seats", data={"do": "link", "seat": seat.id})
    link = re.search(r'readonly value="([^"]+)"', page.text)
    assert link
    assert (await world.stranger().open(booked.links["support"])).status_code == 404
    assert (await world.stranger().open(link[1])).status_code == 303
    assert (await phone.http.get(f"/s/{handle}/")).status_code == 200


async def test_the_mark_is_changed_and_nothing_else_can_be(world: World) -> None:
    booked = await world.book("Mark", start=START + 7 * DAY)
    desk, handle = await world.desk(), booked.session.handle
    form = {
        "do": "band",
        "initials": "MK",
        "room": "7",
        "colour": "green",
        "pattern": "dots",
        "client": "Other",
        "start": "1",
        "different": "yes",
    }
    assert (await desk.http.post(f"/s/{handle}/arrange", data=form)).status_code == 303
    found = await world.store.session(handle)
    assert found is not None
    assert (found.initials, found.room, found.colour, found.pattern) == ("MK", "7", "green", "dots")
    assert (found.client, found.start) == ("Mark", booked.session.start)
    assert (
        'class="mark green dots"' in (await desk.http.get("/board")).text
        or booked.session.start > world.clock.now + 36 * HOUR
    )
    bad = await desk.http.post(f"/s/{handle}/arrange", data={**form, "colour": "<script>"})
    assert bad.status_code == 422
    assert (await desk.http.post(f"/s/{handle}/arrange", data={"do": "erase"})).status_code == 404


async def test_what_was_arranged_is_never_changed(world: World) -> None:
    for sentence in ("UPDATE arrangement SET name = 'x'", "DELETE FROM arrangement"):
        with pytest.raises(Exception, match="never"):
            await world.store._run(sentence, ())


async def test_the_limits_of_the_clinic_are_the_protocols() -> None:
    assert with_limits(CHECKLIST, {}).rules == CHECKLIST.rules


async def test_a_seat_that_was_ended_is_given_anew_and_what_was_open_stays_ended(world: World) -> None:
    booked = await world.book("Anew", start=START + 8 * DAY)
    stolen = world.stranger()
    await stolen.open(booked.links["client"])
    desk, handle = await world.desk(), booked.session.handle
    seat = next(one for one in await world.store.seats(booked.session) if one.role == "client")
    await desk.http.post(f"/s/{handle}/seats", data={"do": "revoke", "seat": seat.id})
    assert (await stolen.http.get(f"/s/{handle}/")).status_code == 404
    assert 'value="link"' in (await desk.http.get(f"/s/{handle}/")).text
    page = await desk.http.post(f"/s/{handle}/seats", data={"do": "link", "seat": seat.id})
    link = re.search(r'readonly value="([^"]+)"', page.text)
    assert link
    assert (await stolen.http.get(f"/s/{handle}/")).status_code == 404, "who was shut out does not come back by it"
    assert (await stolen.sync(stolen.entry("intentions", "x"))).json()["verdicts"][0]["why"] == "seat_revoked"
    assert (await world.stranger().open(link[1])).status_code == 303


async def test_a_session_whose_time_has_come_is_not_moved_so_that_no_hold_is_lifted(world: World) -> None:
    booked = await world.book("Silent", start=world.clock.now + HOUR)
    desk, handle = await world.desk(), booked.session.handle
    form = {"do": "reschedule", "start": "2026-12-20T10:00"}
    world.clock.now += 90 * MINUTE
    held = await state(world, booked.session)
    assert held["hold_until"] is not None, "a dose is taken for granted"
    page = await desk.http.post(f"/s/{handle}/arrange", data=form)
    assert page.status_code == 422
    assert "The session’s time has come" in html.unescape(page.text)
    assert (await state(world, booked.session))["hold_until"] == held["hold_until"]


async def test_staff_only_tighten_the_prescribers_limits(world: World) -> None:
    booked = await world.book("Tight", start=world.clock.now + 3 * HOUR)
    prescriber, desk, handle = world.stranger(), await world.desk(), booked.session.handle
    await prescriber.open(booked.links["prescriber"])
    await prescriber.http.post(f"/s/{handle}/limits", data={"max_systolic": "130", "min_spo2": "95"})
    for form in (
        {"max_systolic": ""},
        {"max_systolic": "135", "min_spo2": "95"},
        {"max_systolic": "130", "min_spo2": "94"},
    ):
        page = await desk.http.post(f"/s/{handle}/limits", data=form)
        assert page.status_code == 422, form
        assert "only the prescriber" in page.text
    stale = await prescriber.http.post(f"/s/{handle}/limits", data={"max_systolic": "120", "version": "1"})
    assert stale.status_code == 422
    tighter = await desk.http.post(f"/s/{handle}/limits", data={"max_systolic": "125", "min_spo2": "95"})
    assert tighter.status_code == 303
    found = await world.store.session(handle)
    assert found is not None
    assert found.limits == {"max_systolic": 125, "min_spo2": 95}
