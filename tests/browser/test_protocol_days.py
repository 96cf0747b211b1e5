"""A day with the nasal spray and a day at home, on everybody's phones, to the record that others read."""

import csv
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from sessionday.core import evaluate
from tests.browser.people import MINUTE, TORONTO, Person, browser, local
from tests.browser.test_looks import PICTURES
from tests.browser.whole_day import Day, opened, prescriber, shut
from tests.record.test_fhir import refused, resources
from tests.record.test_pdf import close, texts
from tests.server import Server

FILES = ("record.json", "record.csv", "record.pdf", "record.fhir.json", "verify_record.py")
MORNING = 21 * 60  # 07:00, an hour after the hold of a day that began at 10:00
SPRAYED = {
    "device_lot": "22KG441, until 2027-05",
    "oximetry": {"spo2": 97, "breaths": 14},
    "vitals_40": {"systolic": 138, "diastolic": 84, "pulse": 82, "spo2": 96},
    "discharge_vitals": {"systolic": 124, "diastolic": 78, "pulse": 74, "spo2": 98, "change": 6},
    "effects_seen": "dissociation",
    "effects_times": "Dissociation from 10:12 to 10:58",
    "rems_minutes": {"total": 125, "ready_at": 95},
    "events": "Nothing",
}
AT_HOME = {
    "lozenge_lot": "L-0912, 100 mg",
    "dose": {"mg": 100, "lozenges": 1},
    "vitals_40": {"systolic": 137, "diastolic": 83, "pulse": 81, "spo2": 95},
    "lozenges_counted": {"pieces": 4},
    "lozenges_locked": {"pieces": 3, "missing": 0},
    "events": "Nothing",
}


async def test_a_day_with_the_nasal_spray_up_to_the_monitoring_form(server: Server, tmp_path: Path) -> None:
    async with browser() as found:
        day = Day(server, protocol="spravato")
        await day.join(found)
        day.staff.says |= SPRAYED
        await the_days_before(day, but="driving_rule_told")
        await up_to_the_dose(day)
        await spraying(day)
        await watched_for_two_hours(day)
        await out_of_the_door(day)
        await evening(day)
        await morning(day)
        await due_within_seven_days(day)
        files = await taken_out(day, tmp_path)
        form = await section(day.staff.page, "monitoring")
        await farewell(day)
    record = holds(day, files)
    assert_everybody_can_read(record, files)
    assert_the_form_is_whole(day, form)
    doses = resources(json.loads(files["record.fhir.json"].read_bytes()), "MedicationAdministration")
    assert [one["dosage"]["dose"]["value"] for one in doses] == [28, 28]


async def test_a_day_at_home_where_the_support_person_keeps_the_watch(server: Server, tmp_path: Path) -> None:
    async with browser() as found:
        day = Day(server, protocol="kap-remote")
        await day.join(found)
        day.staff.says |= {**AT_HOME, "integration_booked": local(day.start + 7 * 1440 * MINUTE)}
        await the_days_before(day, but="card_given")
        await up_to_the_dose(day)
        await day.staff.answer("dose")
        await kept_at_home(day)
        await the_watch_ends(day)
        await evening(day)
        await morning(day)
        await closed(day)
        files = await taken_out(day, tmp_path)
        await farewell(day)
    record = holds(day, files)
    assert_everybody_can_read(record, files)
    looks = [entry["role"] for entry in record["entries"] if entry["step"] == "watch"]
    assert looks == ["support"] * 8


async def the_days_before(day: Day, *, but: str) -> None:
    """Everybody answers what their page asks, the day before and in the morning; staff up to what is for the day."""
    for person in (day.staff, day.client, day.support):
        await person.heard()
        await person.answer_all(but=frozenset({but}))
    await prescriber(day)
    await day.later(-110)
    for person in (day.client, day.support):
        await person.heard()
        await person.answer_all()
        await person.sent()


async def up_to_the_dose(day: Day) -> None:
    """The dose gate opens with the last answer that it waits for, and not before."""
    await day.later(-20)
    await day.staff.enter()  # a sign-in lasts twelve hours
    await day.client.answer_all()
    await day.client.sent()
    await day.staff.heard()
    await day.staff.answer_all(but=frozenset({"time_out"}))
    await shut(day.staff, "dose", "Time-out")
    assert await day.staff.status("dose") == "locked"
    assert "Time-out" in await day.staff.page.inner_text("[data-gate=dose]"), "the question itself says why"
    await picture(day.staff, "dose-shut")
    await day.staff.answer("time_out")
    await opened(day, "dose")
    await day.later(0)


async def spraying(day: Day) -> None:
    """Two devices, five minutes apart, each written down by itself."""
    for number, minute in ((1, 0), (2, 5)):
        await day.later(minute)
        await day.staff.answer("dose", {"device": number, "mg": 28})
    await picture(day.staff, "dose")


async def watched_for_two_hours(day: Day) -> None:
    """A look every 15 minutes, oxygen every 30; what else is asked when its time comes."""
    for minute in (15, 20, 30, 41, 45, 60, 75, 90, 105, 112):
        await day.later(minute)
        if minute % 15 == 0:
            await day.staff.answer("watch")
        if minute % 30 == 0:
            await day.staff.answer("oximetry")
        await day.staff.answer_all(but=frozenset({"discharge_vitals"}))
    await day.support.heard()
    await day.support.answer_all()
    await day.support.sent()


async def out_of_the_door(day: Day) -> None:
    """Everything is said but the time is not over: shut. Then it is."""
    day.staff.says["pickup"] = (await day.support.page.inner_text(".pickup-code")).strip()
    await day.staff.heard()
    await day.staff.answer_all()
    assert await day.staff.status("leave") == "locked"
    assert "The time to stay runs until" in await day.staff.page.inner_text("[data-gate=leave]")
    await shut(day.staff, "leave", "The time to stay runs until")
    await picture(day.staff, "leave-shut")
    await day.later(120)
    await day.staff.answer("watch")
    await day.staff.answer("oximetry")
    await opened(day, "leave")
    await day.staff.answer("leave")
    await day.staff.sent()
    await day.later(150)
    await day.support.heard()
    await day.support.answer_all()  # home


async def kept_at_home(day: Day) -> None:
    """The support person looks about every 15 minutes; what they read out, staff write down. One look comes late."""
    for minute in (12, 20, 30, 41, 52, 60, 75, 90, 105, 112):
        await day.later(minute)
        if minute == 52:
            await late_look(day)
        elif minute % 15 == 0:
            await day.support.answer("watch")
        elif minute in (12, 112):
            await day.support.day()
            await day.support.answer_all()
        await day.support.sent()
        await day.staff.answer_all(but=frozenset({"discharge_vitals"}))
    await day.support.heard()
    assert "137" not in await day.support.page.inner_text("main"), "vital signs are not theirs to read"


async def late_look(day: Day) -> None:
    """A look that is overdue is an alert for staff, until it is made."""
    await day.staff.heard()
    alert = day.staff.page.locator("[data-alert^='overdue:watch']")
    await alert.wait_for()
    await picture(day.staff, "look-overdue")
    await day.support.day()
    await picture(day.support, "look-overdue")
    await day.support.answer("watch")
    await day.support.sent()
    await day.staff.heard()
    assert await alert.count() == 0


async def the_watch_ends(day: Day) -> None:
    """Staff ask what leaving asks for; the time ends it. Nobody goes anywhere, and no page says so."""
    await day.staff.heard()
    await day.staff.answer_all()
    assert await day.staff.status("leave") == "locked"
    assert "The time to stay runs until" in await day.staff.page.inner_text("[data-gate=leave]")
    for person in (day.staff, day.support, day.client):
        await shut(person, "leave", "The time to stay runs until")
        assert "Going home" not in await person.page.inner_text("[data-gate=leave]")
    assert await day.support.page.locator(".pickup-code").count() == 0
    await day.later(120)
    await day.support.day()
    await day.support.answer("watch")
    await day.support.sent()
    await day.staff.heard()
    await opened(day, "leave")
    await day.staff.answer("leave")
    await day.staff.sent()


async def evening(day: Day) -> None:
    """The hold is on every page; the evening's questions are answered."""
    await day.later(300)
    for person in (day.client, day.support):
        await shut(person, "drive", "06:00")
        await person.answer_all()
        await person.sent()
    await picture(day.client, "evening")


async def morning(day: Day) -> None:
    """The hold's end alone does not open the drive gate: the client's own word does. So does it the record's."""
    await day.later(MORNING)
    await day.staff.enter()
    await shut(day.client, "drive", "Your sleep")
    await shut(day.staff, "close", "How you are now")
    await picture(day.client, "morning")
    for person in (day.client, day.support):
        await person.heard()
        await person.answer_all()
        await person.sent()
    await opened(day, "drive", day.client)


async def due_within_seven_days(day: Day) -> None:
    """Until the form is sent in, the record can't be closed, and its page says by when."""
    await day.staff.heard()
    await day.staff.answer_all(but=frozenset({"monitoring_form"}))
    await shut(day.staff, "close", "Monitoring form sent in")
    await record_page(day)
    form = await section(day.staff.page, "monitoring")
    assert form["Sent in by the clinic at"] == "missing"
    assert [name for name, value in form.items() if value == "missing"] == ["Sent in by the clinic at"]
    await day.staff.day()
    await day.later(2 * 1440)
    await day.staff.enter()
    await day.staff.answer("monitoring_form")
    await closed(day)


async def closed(day: Day) -> None:
    """What is left is answered, the close gate is open, and the record is closed by a tap."""
    await day.staff.heard()
    await day.staff.answer_all(but=frozenset({"close"}))
    await opened(day, "close")
    await day.staff.answer("close")
    await day.staff.sent()
    await day.staff.heard()
    assert await day.staff.page.get_attribute("body", "data-stage") == "closed"
    assert await day.staff.next_step() == ""


async def farewell(day: Day) -> None:
    """Everybody puts their phone away."""
    for person in day.people:
        await person.close()


async def record_page(day: Day) -> None:
    """Staff come to the record from the day's page."""
    await day.staff.day()
    await day.staff.page.click(f"a[href='/s/{day.session['handle']}/record']")
    await day.staff.page.wait_for_selector("[data-page=record]")


async def section(page: Page, name: str) -> dict[str, str]:
    """A section of the record's page, whose rows are pairs."""
    rows = await page.locator(f"[data-section={name}] tr").all()
    return {await row.locator("th").inner_text(): await row.locator("td").inner_text() for row in rows}


async def taken_out(day: Day, folder: Path) -> dict[str, Path]:
    """Every file that the record's page offers, tapped and kept."""
    await record_page(day)
    await picture(day.staff, "record")
    files = {}
    for name in FILES:
        async with day.staff.page.expect_download() as coming:
            await day.staff.page.click(f"a[download][href$='/{name}']")
        files[name] = folder / name
        await (await coming.value).save_as(files[name])
    return files


def holds(day: Day, files: dict[str, Path]) -> dict[str, Any]:
    """The record, whose chain holds by both verifiers, and in which nothing is wrong or left over."""
    verifier = [sys.executable, "-I", "-S", str(files["verify_record.py"]), str(files["record.json"])]
    ran = subprocess.run(verifier, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    day.server.command("verify", str(files["record.json"]))
    record: dict[str, Any] = json.loads(files["record.json"].read_bytes())
    state = evaluate(record["protocol"]["rules"], record["session"], record["entries"], day.server.now())
    assert (state["stage"], state["alerts"], record["held"]) == ("closed", [], [])
    assert all(gate["open"] for name, gate in state["gates"].items() if name in ("drive", "close"))
    return record


def assert_everybody_can_read(record: dict[str, Any], files: dict[str, Path]) -> None:
    """On paper, in a spreadsheet, and in another system."""
    printed = close("".join(texts(files["record.pdf"].read_bytes())))
    words = record["protocol"]["words"]["en"]["steps"]
    said = {entry["step"] for entry in record["entries"]}
    titles = [words[step].get("for", {}).get("staff", {}).get("title") or words[step]["title"] for step in said]
    assert [title for title in titles if close(title) not in printed] == []
    readings = [entry["answer"] for entry in record["entries"] if entry["step"] == "vitals_40"]
    assert readings
    assert all(str(number) in printed for number in readings[0].values())
    rows = list(csv.reader(files["record.csv"].read_text("utf-8-sig").splitlines()))
    assert len(rows) == 1 + len(record["entries"])
    made = json.loads(files["record.fhir.json"].read_bytes())
    assert refused(made) == []
    assert len(resources(made, "QuestionnaireResponse")) == len(record["entries"])


def assert_the_form_is_whole(day: Day, form: dict[str, str]) -> None:
    """What the programme asks for, ready to be copied."""
    assert len(form) == 22
    assert "missing" not in form.values()
    assert (form["Dose"], form["Watched by"]) == ("56 mg", "Robin Lee")
    assert form["Lot number"] == SPRAYED["device_lot"]
    assert form["Minutes until ready, had there been no two-hour rule"] == "95"
    assert (form["Sedation seen"], form["Dissociation seen"]) == ("no", "yes")
    given = datetime.fromtimestamp(day.start / 1000, TORONTO)
    assert form["Treatment date"] == shown(given)
    assert form["The form is due by"] == shown(given + timedelta(days=7))


def shown(moment: datetime) -> str:
    """A day as the record writes it."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


async def picture(person: Person, name: str) -> None:
    """What somebody sees, for whoever looks at it."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{person.session['protocol']}-{person.role}-{name}.png"
    await person.page.screenshot(path=path, full_page=True)
