"""What is recorded again and again is at hand for whoever answers it, with when it is due; at home also for support."""

from sessionday.booking import book
from sessionday.protocols import load
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
    assert "Done, by Tue 1 Dec, 10:15" in page


async def test_at_home_nobody_is_told_of_going_home(world: World) -> None:
    booked = await book(
        world.store, world.clinic, load("kap-remote"), client="Lou", start=START, now=world.clock.now, url=world.url,
        names={"support": "Kim", "prescriber": "Dr. Osei"},
    )  # fmt: skip
    desk = await world.desk()
    for handle, title in ((booked.session.handle, "The end of the watch"), (world.booked.session.handle, "Going home")):
        page = (await desk.http.get(f"/s/{handle}/")).text
        pack = (await desk.http.get(f"/s/{handle}/pack")).json()
        assert pack["words"]["gates"]["leave"]["title"] == title
        assert title in page.split('data-gate="leave"')[1][:300]
        assert pack["words"]["gates"]["dose"]["title"] == "Dose"
