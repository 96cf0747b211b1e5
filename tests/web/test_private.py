"""What a seat may know: a verdict where the answer is not theirs, and no byte of what is private."""

from typing import Any

import pytest

from tests.web.test_sync import pushed, verdict
from tests.world import START, World

SECRET = "violet canary 7351"
BASELINE = {"systolic": 173, "diastolic": 91}


async def test_a_role_is_never_taken_from_the_phones_word(world: World) -> None:
    phone = await world.seat("client")
    lie = {"role": "staff", "by": world.staff.id, "t": 1, "seq": 99, "received_at": 1, "verdict": "ok"}
    (shown,) = (await pushed(phone, phone.entry("touch", "no_touch", **lie)))["entries"]
    assert (shown["role"], shown["seq"], shown["t"]) == ("client", 1, world.clock.now)
    assert "verdict" not in shown
    assert verdict(await pushed(phone, phone.entry("identity", {}, role="staff")))["why"] == "not_your_step"


@pytest.mark.parametrize(
    ("step", "answer", "stands"),
    [
        ("intentions", SECRET, "ok"),
        ("touch", "no_touch", "stop"),
        ("stayed_with_you", " ", "stop"),
        ("health_change", {"ill": "yes"}, "stop"),
        ("evening_mood", "hurt_myself", "never"),
    ],
)
async def test_the_clients_private_words_reach_the_support_as_a_verdict(
    world: World, step: str, answer: Any, stands: str
) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    await pushed(client, client.entry(step, answer, reason=SECRET))
    (shown,) = (await pushed(support))["entries"]
    assert (shown["answer"], shown["reason"], shown["verdict"]) == (None, None, stands)


async def test_intentions_never_reach_the_prescriber(world: World) -> None:
    client, prescriber = await world.seat("client"), await world.seat("prescriber")
    await pushed(client, client.entry("intentions", SECRET))
    answer = await prescriber.sync()
    assert SECRET not in answer.text
    assert answer.json()["entries"][0]["verdict"] == "ok"


async def test_vitals_and_the_doses_size_reach_the_support_as_verdicts(world: World) -> None:
    desk, support = await world.desk(), await world.seat("support")
    await pushed(desk, desk.entry("baseline_bp", BASELINE), desk.entry("dose", {"mg": 137, "lozenges": 2}))
    vitals, dose = (await pushed(support))["entries"]
    assert (vitals["answer"], dose["answer"]) == (None, None)
    assert vitals["verdict"] == "never"
    assert dose["verdict"] == "ok"


async def test_a_pickup_code_is_judged_for_those_who_may_not_see_it(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    await pushed(desk, desk.entry("pickup", world.booked.session.pickup_code), desk.entry("pickup", "0"))
    assert [entry["verdict"] for entry in (await pushed(client))["entries"]] == ["ok", "stop"]


async def test_a_seat_sees_its_own_steps_with_their_answers(world: World) -> None:
    support = await world.seat("support")
    (shown,) = (await pushed(support, support.entry("ride_confirmed", "no")))["entries"]
    assert shown["answer"] == "no"
    assert "verdict" not in shown


async def test_words_in_places_that_mean_nothing_stay_hidden_too(world: World) -> None:
    """A withdrawal has no answer: what a phone puts there is kept, and told to nobody who may not see the step."""
    client, support = await world.seat("client"), await world.seat("support")
    first = client.entry("intentions", "rest")
    withdrawals = [
        client.entry(step, SECRET, kind="withdraw", of=first["id"], reason=SECRET) for step in ("intentions", None)
    ]
    results = {one["result"] for one in (await pushed(client, first, *withdrawals))["verdicts"]}
    assert results == {"stored"}
    assert SECRET not in (await support.sync()).text


async def test_a_waive_of_a_hidden_step_counts_without_telling_its_reason(world: World) -> None:
    desk, support = await world.desk(), await world.seat("support")
    await pushed(desk, *(desk.entry("orientation", kind="waive", reason=reason) for reason in (SECRET, " \n")))
    reasons = [entry["reason"] for entry in (await pushed(support))["entries"]]
    assert reasons[0].strip()
    assert reasons[0] != SECRET
    assert not (reasons[1] or "").strip()


async def canaries(world: World) -> None:
    """Everything private that a day can hold, with SECRET in each text and odd numbers in each reading."""
    client, desk, prescriber = await world.seat("client"), await world.desk(), await world.seat("prescriber")
    await pushed(
        client,
        *(client.entry(step, SECRET) for step in ("intentions", "stayed_with_you", "touch", "health_change")),
        client.entry("night_company", "someone_stays", note=SECRET),
        client.entry("no_such_step", SECRET),
    )
    await pushed(
        desk,
        *(desk.entry(step, SECRET) for step in ("lozenge_lot", "time_out", "events", "medication_plan", "pickup")),
        desk.entry("baseline_bp", BASELINE),
        desk.entry("dose", {"mg": 137.25, "lozenges": 1.75}),
        desk.entry("orientation", kind="waive", reason=SECRET),
        desk.entry("mood_risk", SECRET),
    )
    await pushed(prescriber, prescriber.entry("dose_planned", {"mg_first": 137.25, "mg_most": 411, "lozenges_most": 3}))


async def test_no_byte_of_what_is_private_reaches_the_support(world: World) -> None:
    await canaries(world)
    support = await world.seat("support")
    paths = ["", "pack", "app.webmanifest"] + [f"steps/{step}" for step in world.checklist.steps]
    answers = [await support.http.get(f"/s/{support.handle}/{path}") for path in paths]
    answers += [await support.sync(), await support.sync(support.entry("ride_confirmed", "yes"))]
    answers.append(await support.http.post(f"/s/{support.handle}/entries", data={"step": "ride_confirmed"}))
    assert sum(answer.status_code == 200 for answer in answers) > 15
    for answer in answers:
        for private in (SECRET, "7351", "137.25", "137,25", '"systolic":173', "173 mmHg"):
            assert private not in answer.text, answer.url


async def test_the_clinics_notes_reach_neither_client_nor_support(world: World) -> None:
    await canaries(world)
    client = await world.seat("client")
    for path in ("", "pack", *(f"steps/{step}" for step in ("dose", "lozenge_lot", "time_out", "help"))):
        answer = await client.http.get(f"/s/{client.handle}/{path}")
        assert "137.25" not in answer.text, path
    shown = {entry["step"]: entry for entry in (await pushed(client))["entries"]}
    assert shown["intentions"]["answer"] == SECRET  # their own
    assert shown["medication_plan"]["answer"] == SECRET  # meant for them
    assert {shown[step]["answer"] for step in ("lozenge_lot", "time_out", "events", "dose", "baseline_bp")} == {None}


@pytest.mark.parametrize(
    ("role", "has"), [("client", False), ("prescriber", False), ("support", True), ("staff", True)]
)
async def test_only_who_shows_or_checks_the_pickup_code_has_it(world: World, role: str, has: bool) -> None:
    phone = await world.desk() if role == "staff" else await world.seat(role)
    session = (await pushed(phone))["session"]
    assert session.keys() == {"id", "start", "pickup_code", "days"}
    assert session["pickup_code"] == (world.booked.session.pickup_code if has else None)
    assert session["start"] == START


async def test_everybody_hears_who_of_the_clinic_has_looked(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    await pushed(client, client.entry("intentions", "rest"))
    await pushed(desk, seen=0)
    assert (await pushed(client))["seen_by"] == []  # a pull is nobody looking
    await desk.http.get(f"/s/{client.handle}/", headers={"X-Refresh": "1"})
    assert (await pushed(client))["seen_by"] == []  # nor is the worker's refresh
    await desk.http.get(f"/s/{client.handle}/")
    assert (await pushed(client))["seen_by"] == [{"name": "Robin Lee", "seq": 1, "at": world.clock.now}]


async def test_staffs_phone_tells_how_far_it_was_looked_at(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    await pushed(client, client.entry("intentions", "rest"), client.entry("support_named", "Alex"))
    await pushed(desk, looked=1)
    assert [one["seq"] for one in (await pushed(client))["seen_by"]] == [1]


@pytest.mark.parametrize("looked", [-3, 2, 2**52])
async def test_nobody_has_looked_at_what_is_not_there_yet(world: World, looked: int) -> None:
    client, desk = await world.seat("client"), await world.desk()
    await pushed(client, client.entry("intentions", "rest"))
    await pushed(desk, looked=looked)
    assert all(1 <= one["seq"] <= 1 for one in (await pushed(client))["seen_by"])


async def test_a_clients_looking_is_not_told(world: World) -> None:
    client = await world.seat("client")
    await pushed(client, client.entry("intentions", "rest"), looked=1)
    assert (await pushed(client))["seen_by"] == []
