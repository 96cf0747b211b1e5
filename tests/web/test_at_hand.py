"""What is recorded again and again is at hand for whoever answers it, with when it is due; at home also for support."""

import re

import pytest

from sessionday.booking import book
from sessionday.protocols import load
from sessionday.words import WORDS
from tests.protocols.good_day import good
from tests.web.pages import Page
from tests.world import START, World


async def test_at_home_the_support_person_has_the_next_look_at_hand(world: World) -> None:
    remote = load("kap-remote")
    names = {"support": "Kim", "prescriber": "Dr. Osei"}
    booked = await book(
        world.store, world.clinic, remote, client="Lou", start=START, now=world.clock.now, url=world.url, names=names
    )
    support, desk = world.stranger(), await world.desk()
    await support.open(booked.links["support"])
    desk.handle = booked.session.handle
    steps = {step["id"]: step for step in remote.rules["steps"]}
    world.clock.now = START
    assert (await desk.say("dose", good(steps["dose"]["answer"], world.clock.now)))["verdicts"][0]["result"] == "stored"
    assert (await support.say("watch", good(steps["watch"]["answer"], world.clock.now)))["verdicts"][0][
        "result"
    ] == "stored"
    page = (await support.http.get(f"/s/{booked.session.handle}/")).text
    assert Page(page).having("data-at-hand") == ["watch"]
    assert "Done, again by Tue 1 Dec, 10:15" in page
    assert "The watch runs until Tue 1 Dec, 12:00 at least" in page
    assert "Going home" not in page, "nobody goes anywhere"
    assert "pickup-code" not in page, "and nobody comes to a door"


async def test_at_home_nobody_is_told_of_going_home(world: World) -> None:
    booked = await book(
        world.store, world.clinic, load("kap-remote"), client="Lou", start=START, now=world.clock.now, url=world.url,
        names={"support": "Kim", "prescriber": "Dr. Osei"},
    )  # fmt: skip
    desk = await world.desk()
    for handle, title in ((booked.session.handle, "End of the watch"), (world.booked.session.handle, "Going home")):
        page = (await desk.http.get(f"/s/{handle}/")).text
        pack = (await desk.http.get(f"/s/{handle}/pack")).json()
        assert pack["words"]["gates"]["leave"]["title"] == title
        assert title in page.split('data-gate="leave"')[1][:300]
        assert pack["words"]["gates"]["dose"]["title"] == "Dose"


async def test_where_somebody_is_picked_up_the_code_is_on_the_support_persons_phone(world: World) -> None:
    support = await world.seat("support")
    assert "pickup-code" in (await support.http.get(f"/s/{support.handle}/")).text


async def test_the_support_person_reads_every_sign_of_an_emergency_that_the_card_names(world: World) -> None:
    support = await world.seat("support")
    whom = (await support.http.get(f"/s/{support.handle}/")).text.split('class="whom-to-call"')[1].split("</dl>")[0]
    assert re.findall(r"<li>(.*?)</li>", whom) == WORDS["en"]["record"]["card"]["emergencies"]


@pytest.mark.parametrize(("step", "gate"), [("dose", "dose"), ("leave", "leave"), ("close", "close")])
async def test_the_question_that_a_gate_is_about_says_why_it_is_shut(world: World, step: str, gate: str) -> None:
    desk, client = await world.desk(), await world.seat("client")
    text = (await desk.http.get(f"/s/{desk.handle}/steps/{step}")).text
    assert Page(text).gate(gate) == "false"
    assert "Has it happened all the same? Then write it down." in text
    assert f'data-gate="{gate}"' not in (await client.http.get(f"/s/{client.handle}/steps/{step}")).text
    assert "data-gate" not in (await desk.http.get(f"/s/{desk.handle}/steps/identity")).text
