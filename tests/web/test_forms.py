"""Every question without JavaScript: a form becomes an entry, or comes back with a sentence and what was typed."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
import pytest

from sessionday.core import evaluate
from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, Phone, World, open_world

TORONTO = ZoneInfo("America/Toronto")


def local(t: int) -> str:
    """An instant as a datetime-local control in Toronto has it."""
    return datetime.fromtimestamp(t / 1000, TORONTO).strftime("%Y-%m-%dT%H:%M")


async def posted(phone: Phone, **fields: Any) -> httpx2.Response:
    """A form of one of the pages."""
    form = {"id": str(uuid4()), "kind": "answer", "seen": "0", **fields}
    return await phone.http.post(f"/s/{phone.handle}/entries", data=form)


async def kept(world: World) -> list[dict[str, Any]]:
    """The record."""
    return await world.store.entries(world.booked.session)


async def by(world: World, role: str) -> Phone:
    """A browser of that role."""
    return await world.desk() if role == "staff" else await world.seat(role)


async def status_of(world: World, step: str) -> str:
    """What the record says of a step."""
    rules, session = world.checklist.rules, world.booked.session.rules_form()
    state = evaluate(rules, session, await kept(world), world.clock.now)
    return str(state["steps"][step]["status"])


ALL_NO = dict.fromkeys(("ill", "new_medicine", "pregnant", "hospital", "worse_thoughts", "heart_or_brain"), "no")
BOTH = {"client": "yes", "support": "yes"}
ANSWERS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "confirm yes": ("support", "ride_confirmed", {"answer": "yes"}, "yes"),
    "confirm no": ("support", "ride_confirmed", {"answer": "no"}, "no"),
    "choice": ("client", "ride_plan", {"answer": "named_driver"}, "named_driver"),
    "checks": ("client", "health_change", ALL_NO, ALL_NO),
    "measure": ("staff", "baseline_bp", {"systolic": "120", "diastolic": "80"}, {"systolic": 120, "diastolic": 80}),
    "time": ("client", "last_food", {"answer": local(START - 5 * HOUR)}, START - 5 * HOUR),
    "code": ("staff", "pickup", {"answer": " 1234 "}, "1234"),
    "text": ("client", "intentions", {"answer": "Rest,\nand a <b>tea</b> "}, "Rest,\nand a <b>tea</b> "),
}


@pytest.mark.parametrize(("role", "step", "fields", "answer"), ANSWERS.values(), ids=ANSWERS)
async def test_a_form_becomes_an_entry_and_leads_on(
    world: World, role: str, step: str, fields: dict[str, str], answer: Any
) -> None:
    phone = await by(world, role)
    said = await posted(phone, step=step, **fields)
    assert said.status_code == 303
    assert said.headers["location"].startswith(f"/s/{phone.handle}/")
    (entry,) = await kept(world)
    assert (entry["step"], entry["kind"], entry["role"], entry["answer"]) == (step, "answer", role, answer)
    assert (entry["t"], entry["n"], entry["seq"]) == (world.clock.now, 1, 1)
    after = await phone.http.get(said.headers["location"])
    assert after.status_code == 200
    assert Page(after.text).having("data-line") == [entry["id"]]


@pytest.mark.parametrize(("role", "step", "fields", "answer"), ANSWERS.values(), ids=ANSWERS)
async def test_the_page_of_a_question_has_the_controls_that_its_form_needs(
    world: World, role: str, step: str, fields: dict[str, str], answer: Any
) -> None:
    phone = await by(world, role)
    page = Page((await phone.http.get(f"/s/{phone.handle}/steps/{step}")).text)
    (form,) = [one for one in page.forms if one.has("kind", "answer") and one.has("step", step)]
    assert form.action == f"/s/{phone.handle}/entries"
    assert {"id", "kind", "step", "seen", *fields} <= form.names
    assert ("at" in form.names) == (role == "staff")
    for name, value in fields.items():
        offered = form.values(name)
        assert not offered or value in offered


WRONG: dict[str, tuple[str, str, dict[str, str], str]] = {
    "a reading that is no number": ("staff", "baseline_bp", {"systolic": "12o", "diastolic": "80"}, "type a number"),
    "a reading left out": ("staff", "baseline_bp", {"systolic": "120", "diastolic": ""}, "type a number"),
    "a reading with two points": ("staff", "baseline_bp", {"systolic": "1.2.0", "diastolic": "80"}, "type a number"),
    "a reading below nothing": ("staff", "baseline_bp", {"systolic": "-120", "diastolic": "80"}, "is outside"),
    "a reading out of range": ("staff", "baseline_bp", {"systolic": "1200", "diastolic": "80"}, "is outside"),
    "no reading but nan": ("staff", "baseline_bp", {"systolic": "nan", "diastolic": "80"}, "type a number"),
    "a reading of 10^400": ("staff", "baseline_bp", {"systolic": "1" + "0" * 400, "diastolic": "8"}, "type a number"),
    "a check left out": ("client", "health_change", {**ALL_NO, "pregnant": ""}, "Missing: I am pregnant, or may be."),
    "nothing chosen": ("client", "ride_plan", {}, "Choose one answer"),
    "no words": ("client", "intentions", {"answer": ""}, "Write a few words"),
    "white space": ("client", "intentions", {"answer": " \n\t"}, "Write a few words"),
    "no code": ("staff", "pickup", {"answer": " "}, "Type the code"),
    "no time": ("client", "last_food", {"answer": ""}, "Type a date and a time"),
    "a time in words": ("client", "last_food", {"answer": "this morning"}, "Type a date and a time"),
    "the 31st of November": ("client", "last_food", {"answer": "2026-11-31T08:00"}, "Type a date and a time"),
    "25 o'clock": ("client", "last_food", {"answer": "2026-12-01T25:00"}, "Type a date and a time"),
    "happened in the future": ("staff", "card_given", {**BOTH, "at": local(START)}, "not in the future"),
    "happened at no time": ("staff", "card_given", {**BOTH, "at": "noon"}, "must be a date and a time"),
}


@pytest.mark.parametrize(("role", "step", "fields", "sentence"), WRONG.values(), ids=WRONG)
async def test_a_slip_comes_back_with_a_sentence_and_what_was_typed(
    world: World, role: str, step: str, fields: dict[str, str], sentence: str
) -> None:
    phone = await by(world, role)
    said = await posted(phone, step=step, **fields)
    assert said.status_code == 422
    page = Page(said.text)
    assert sentence in page.alert
    (form,) = [one for one in page.forms if one.has("kind", "answer") and one.has("step", step)]
    for name, value in fields.items():
        assert form.typed.get(name, "").strip() == value.strip(), name
    assert await kept(world) == []


async def test_a_decimal_comma_is_a_decimal_point(world: World) -> None:
    desk = await world.desk()
    assert (await posted(desk, step="lozenges_counted", pieces="2,5")).status_code == 303
    assert (await kept(world))[0]["answer"] == {"pieces": 2.5}


async def test_a_reading_out_of_range_is_recorded_once_somebody_is_sure(world: World) -> None:
    desk = await world.desk()
    reading = {"step": "baseline_bp", "systolic": "300", "diastolic": "80"}
    asked = Page((await posted(desk, **reading)).text)
    assert not asked.is_hidden("sure")
    assert (await posted(desk, **reading, sure="yes")).status_code == 303
    assert (await kept(world))[0]["answer"] == {"systolic": 300, "diastolic": 80}
    assert await status_of(world, "baseline_bp") == "stop"


async def test_nobody_is_asked_to_be_sure_before_something_is_odd(world: World) -> None:
    desk = await world.desk()
    page = Page((await desk.http.get(f"/s/{desk.handle}/steps/baseline_bp")).text)
    assert page.is_hidden("sure")


@pytest.mark.parametrize("reason", ["", " \n\t "])
async def test_a_waive_without_a_reason_comes_back(world: World, reason: str) -> None:
    desk = await world.desk()
    said = await posted(desk, kind="waive", step="orientation", reason=reason)
    assert said.status_code == 422
    assert "Write why" in Page(said.text).alert
    assert await kept(world) == []


async def test_staff_set_a_step_aside_with_a_reason(world: World) -> None:
    desk = await world.desk()
    assert (await posted(desk, kind="waive", step="orientation", reason="Seen by phone")).status_code == 303
    (entry,) = await kept(world)
    assert (entry["kind"], entry["reason"]) == ("waive", "Seen by phone")
    assert await status_of(world, "orientation") == "waived"


async def test_the_same_form_twice_is_one_entry(world: World) -> None:
    phone = await world.seat("client")
    form = {"id": str(uuid4()), "step": "intentions", "answer": "rest"}
    first = await posted(phone, **form)
    world.clock.now += 3_000
    second = await posted(phone, **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(await kept(world)) == 1


async def test_the_same_id_with_other_words_is_kept_aside_and_said_so(world: World) -> None:
    phone = await world.seat("client")
    form = {"id": str(uuid4()), "step": "intentions"}
    await posted(phone, **form, answer="rest")
    said = await posted(phone, **form, answer="sleep")
    assert said.status_code == 422
    assert "kept aside" in Page(said.text).alert
    assert [entry["answer"] for entry in await kept(world)] == ["rest"]
    assert [one.body["answer"] for one in await world.store.held(world.booked.session)] == ["sleep"]


async def test_two_browsers_of_one_seat_that_disagree_unseen_are_a_conflict(world: World) -> None:
    one, other = await world.seat("support"), await world.seat("support")
    await posted(one, step="ride_confirmed", answer="yes", seen=0)
    world.clock.now += MINUTE
    await posted(other, step="ride_confirmed", answer="no", seen=0)
    assert await status_of(world, "ride_confirmed") == "conflict"
    page = Page((await one.http.get(f"/s/{one.handle}/")).text)
    assert page.status("ride_confirmed") == "conflict"
    assert page.gate("dose") == "false"


async def test_a_browser_that_was_shown_the_other_answer_replaces_it(world: World) -> None:
    one, other = await world.seat("support"), await world.seat("support")
    await posted(one, step="ride_confirmed", answer="no", seen=0)
    world.clock.now += MINUTE
    shown = Page((await other.http.get(f"/s/{other.handle}/steps/ride_confirmed")).text)
    (form,) = [form for form in shown.forms if form.has("kind", "answer") and form.has("step", "ride_confirmed")]
    await posted(other, step="ride_confirmed", answer="yes", seen=form.typed["seen"])
    assert await status_of(world, "ride_confirmed") == "done"


async def test_one_browser_changes_its_own_answer_from_an_old_page(world: World) -> None:
    phone = await world.seat("support")
    await posted(phone, step="ride_confirmed", answer="no", seen=0)
    world.clock.now += MINUTE
    await posted(phone, step="ride_confirmed", answer="yes", seen=0)
    assert await status_of(world, "ride_confirmed") == "done"
    assert [entry["n"] for entry in await kept(world)] == [1, 2]


async def test_an_answer_is_taken_back_by_its_own_form(world: World) -> None:
    phone = await world.seat("support")
    await posted(phone, step="ride_confirmed", answer="yes")
    world.clock.now += MINUTE
    page = Page((await phone.http.get(f"/s/{phone.handle}/steps/ride_confirmed")).text)
    (form,) = [one for one in page.forms if one.has("kind", "withdraw")]
    said = await phone.http.post(form.action, data=form.typed)
    assert said.status_code == 303
    assert [entry["kind"] for entry in await kept(world)] == ["answer", "withdraw"]
    assert await status_of(world, "ride_confirmed") in ("todo", "overdue")


async def test_staff_answer_an_alert_by_its_form(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    await posted(client, step="help", answer="yes")
    page = Page((await desk.http.get(f"/s/{desk.handle}/")).text)
    (entry,) = await kept(world)
    key = f"help:{entry['id']}"
    assert key in page.having("data-alert")
    (form,) = [one for one in page.forms if one.has("of", key)]
    said = await desk.http.post(form.action, data=form.typed)
    assert (said.status_code, said.headers["location"]) == (303, f"/s/{desk.handle}/?saved")
    state = evaluate(world.checklist.rules, world.booked.session.rules_form(), await kept(world), world.clock.now)
    assert {one["key"]: one["acked"] for one in state["alerts"]}[key]


async def test_an_ack_by_the_client_is_kept_aside(world: World) -> None:
    client = await world.seat("client")
    await posted(client, step="help", answer="yes")
    said = await posted(client, kind="ack", of=f"help:{(await kept(world))[0]['id']}")
    assert said.status_code == 422
    assert [entry["kind"] for entry in await kept(world)] == ["answer"]


@pytest.mark.parametrize("role", ["client", "support"])
async def test_a_call_for_help_leads_to_the_day_and_rings_on_the_board(world: World, role: str) -> None:
    phone, desk = await world.seat(role), await world.desk()
    page = Page((await phone.http.get(f"/s/{phone.handle}/")).text)
    form = next(one for one in page.forms if one.has("step", "help"))
    said = await phone.http.post(form.action, data=form.typed)
    assert (said.status_code, said.headers["location"]) == (303, f"/s/{phone.handle}/?saved")
    assert "You asked for help" in (await phone.http.get(said.headers["location"])).text
    board = Page((await desk.http.get("/board")).text)
    assert f"help:{(await kept(world))[0]['id']}" in board.having("data-alert")


async def test_what_is_written_down_late_is_recorded_when_it_happened(world: World) -> None:
    desk = await world.desk()
    at = world.clock.now - 20 * MINUTE
    await posted(desk, step="dose", mg="100", lozenges="1", at=local(at))
    (entry,) = await kept(world)
    assert (entry["t"], entry["received_at"]) == (at, world.clock.now)


async def test_a_client_cant_say_that_it_was_earlier(world: World) -> None:
    client = await world.seat("client")
    await posted(client, step="intentions", answer="rest", at=local(START - 5 * HOUR))
    assert (await kept(world))[0]["t"] == world.clock.now


@pytest.mark.parametrize(
    ("shown", "instant"),
    [
        ("2026-11-01T01:30", 1_793_514_600_000),  # shown twice: the later instant, 06:30 UTC
        ("2026-11-01T03:00", 1_793_520_000_000),
    ],
)
async def test_a_time_that_clocks_show_twice_is_the_later_one(tmp_path: Path, shown: str, instant: int) -> None:
    async with open_world(tmp_path, now=instant + 12 * HOUR) as world:
        booked = await world.book("Jo", start=instant + 14 * HOUR)
        phone = world.stranger()
        await phone.open(booked.links["client"])
        assert (await posted(phone, step="last_food", answer=shown)).status_code == 303
        assert (await world.store.entries(booked.session))[0]["answer"] == instant


@pytest.mark.parametrize(
    "fields",
    [
        {"step": "no_such_step", "answer": "x"},
        {"step": "", "answer": "x"},
        {"step": "intentions", "answer": "x", "kind": "delete"},
        {"step": "intentions", "kind": "withdraw"},
        {"step": "intentions", "kind": "waive", "reason": "because"},
        {"step": "ride_confirmed", "answer": "yes"},
        {"step": "intentions", "answer": "x" * 20_000},
        {"step": "intentions", "answer": "x", "id": "not an id!"},
        {"step": "intentions", "answer": "x", "id": "i" * 9_000},
        {"kind": "ack"},
    ],
    ids=str,
)
async def test_a_form_that_none_of_our_pages_makes_is_answered_in_words(world: World, fields: dict[str, str]) -> None:
    client = await world.seat("client")
    said = await posted(client, **fields)
    assert said.status_code == 422
    assert Page(said.text).alert
    assert await kept(world) == []


@pytest.mark.parametrize("seen", ["", "-1", "1e9", "9" * 40, "٣", "²"])
async def test_an_odd_seen_is_none_at_all(world: World, seen: str) -> None:
    client = await world.seat("client")
    assert (await posted(client, step="intentions", answer="x", seen=seen)).status_code == 303


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"step=intentions&answer=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"step=intentions&answer=\xff", 400),
        ("application/x-www-form-urlencoded", b"step=intentions&answer=a%00b", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(300)), 400),
        ("application/x-www-form-urlencoded", b"answer=" + b"x" * 40_000, 413),
    ],
    ids=str,
)
async def test_what_is_no_form_is_refused_with_a_page(world: World, kind: str, body: bytes, status: int) -> None:
    client = await world.seat("client")
    said = await client.http.post(f"/s/{client.handle}/entries", content=body, headers={"content-type": kind})
    assert said.status_code == status
    assert "<!doctype html>" in said.text
    assert await kept(world) == []


async def test_what_was_typed_is_shown_and_never_run(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    nasty = "<script>alert(1)</script>\"'{{7*7}}</textarea>"
    await posted(client, step="intentions", answer=nasty)
    again = await posted(desk, step="baseline_bp", systolic=nasty, diastolic=nasty)
    shown = await desk.http.get(f"/s/{desk.handle}/steps/intentions")
    for page in (again, shown):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "49" not in Page(page.text).alert


async def test_what_was_prescribed_stands_where_a_dose_is_written_down_for_staff_alone(world: World) -> None:
    prescriber, desk = await world.seat("prescriber"), await world.desk()
    path = f"/s/{world.booked.session.handle}/steps/dose"
    nothing = Page((await desk.http.get(path)).text)
    assert nothing.having("data-prescribed") == ["dose_planned"]
    assert nothing.faults == []
    await prescriber.say("dose_planned", {"mg_first": 150, "mg_most": 300, "lozenges_most": 2})
    page = (await desk.http.get(path)).text
    section = page.split("data-prescribed")[1].split("</div>")[0]
    assert "150 mg" in section
    assert "300 mg" in section
    assert page.index("data-prescribed") < page.index('name="mg"'), "it is read before the fields"
    await posted(desk, step="dose", mg="150", lozenges="1")
    assert "<h2>Write down another one</h2>" in (await desk.http.get(path)).text
    theirs = await prescriber.http.get(path)
    assert theirs.status_code == 200
    assert "data-prescribed" not in theirs.text


async def test_what_was_prescribed_and_taken_back_is_not_shown_as_prescribed(world: World) -> None:
    prescriber, desk = await world.seat("prescriber"), await world.desk()
    await prescriber.say("dose_planned", {"mg_first": 150, "mg_most": 300, "lozenges_most": 2})
    second = prescriber.entry("dose_planned", {"mg_first": 75, "mg_most": 100, "lozenges_most": 1})
    prescriber.seen = (await prescriber.sync(second)).json()["seq"]

    async def shown() -> str:
        page = (await desk.http.get(f"/s/{world.booked.session.handle}/steps/dose")).text
        return page.split('data-list="prescribed"')[1].split("</ul>")[0]

    assert "75 mg" in await shown()
    assert "150 mg" not in await shown()
    await prescriber.say("dose_planned", None, kind="withdraw", of=second["id"])
    assert "mg" not in await shown(), "the first does not come back with it"


async def test_the_time_out_is_read_from_one_page_by_staff_alone(world: World) -> None:
    prescriber, desk = await world.seat("prescriber"), await world.desk()
    await prescriber.say("dose_planned", {"mg_first": 150, "mg_most": 300, "lozenges_most": 2})
    page = (await desk.http.get(f"/s/{world.booked.session.handle}/steps/time_out")).text
    section = page.split("data-read-aloud")[1].split("</section>")[0]
    assert "<article" not in section, "what the phone paints in the question must not be painted here"
    assert page.index("data-read-aloud") < page.index("<article")
    for read in (
        "Sam",
        "Alex",
        "150 mg",
        'data-gate="dose"',
        "The ride home, in your own words",
        "Blood pressure before",
    ):
        assert read in section, read
    holding = [step["id"] for step in world.checklist.rules["steps"] if step["gate"] == "dose"]
    assert [step for step in holding if f'data-step="{step}"' not in section] == ["time_out"]
    assert "data-read-aloud" not in (await prescriber.http.get(f"/s/{prescriber.handle}/steps/time_out")).text
    assert "data-read-aloud" not in (await desk.http.get(f"/s/{world.booked.session.handle}/steps/identity")).text
