"""The ride falls through: told on the support person's phone, seen on the board, and walked to its end at the desk."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.people import MINUTE, Person, browser, local
from tests.browser.test_looks import CHECK, PICTURES
from tests.browser.whole_day import ten_in_the_morning
from tests.protocols.built_in import built_in
from tests.protocols.good_day import START, watched
from tests.server import PASSPHRASE, Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
READY = 125  # minutes after the start: the time to stay is over, the discharge questions are answered
ASKED_AT_THE_DOOR = ("way_home", "pickup")


class Clinic:
    """One server, one browser and one desk for all branches; each has a session of its own."""

    def __init__(self, server: Server, found: Browser) -> None:
        self.server = server
        self.found = found
        self.id = server.clinic()
        self.desk: Person  # Robin, at the board

    async def session(self, client: str) -> dict[str, Any]:
        """A client who is ready to leave: a good day, but for what is asked at the door."""
        start = self.server.now() // MINUTE * MINUTE - READY * MINUTE
        session = {**self.server.session(self.id, local(start), client), "start_ms": start}
        by_role: dict[str, list[dict[str, Any]]] = {}
        for said in watched(built_in("kap-lozenge")).entries:
            if said["step"] not in ASKED_AT_THE_DOOR:
                by_role.setdefault(said["role"], []).append(moved(said, start - START))
        for role, entries in by_role.items():
            await self.told(session, role, entries)
        return session

    async def told(self, session: dict[str, Any], role: str, entries: list[dict[str, Any]]) -> None:
        """What one role said up to now, as one device pushes it."""
        numbered = [{**one, "n": n} for n, one in enumerate(entries, 1)]
        body = {"v": 1, "device": str(uuid.uuid4()), "seen": 0, "sent_at": self.server.now(), "entries": numbered}
        async with httpx2.AsyncClient(base_url=self.server.url) as line:
            if role == "staff":
                opened = await line.post("/sign-in", data={"email": "robin@example.org", "password": PASSPHRASE})
            else:
                opened = await line.post("/j", data={"token": session["links"][role].split("#")[1]})
            assert opened.status_code == 303
            reply = (await line.post(f"/s/{session['handle']}/sync", json=body)).json()
        assert {one["result"] for one in reply["verdicts"]} == {"stored"}, reply["verdicts"]


def moved(said: dict[str, Any], by: int) -> dict[str, Any]:
    """An entry of the written day, on another day."""
    answer = said["answer"] + by if isinstance(said["answer"], int) else said["answer"]
    kept = {key: said[key] for key in ("kind", "step", "of", "reason")}
    return {**kept, "id": str(uuid.uuid4()), "seen": 0, "at": said["t"] + by, "answer": answer}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    server = Server(tmp_path_factory.mktemp("ride"))
    server.ahead(ten_in_the_morning(server.now()) - server.now() + READY * MINUTE)  # no branch crosses midnight
    server.start()
    try:
        async with browser() as found:
            made = Clinic(server, found)
            made.desk = await Person.at(found, server, await made.session("Nobody"), "staff")
            await made.desk.at_time(server.now())
            yield made
            await made.desk.close()
    finally:
        server.stop()


class Fallen:
    """A session whose ride has just been taken back, with staff on the page that says what to do."""

    def __init__(self, clinic: Clinic, session: dict[str, Any]) -> None:
        self.clinic = clinic
        self.session = session
        self.desk = clinic.desk
        self.desk.session = session
        self.page: Page = clinic.desk.page

    @property
    def card(self) -> str:
        """Its place on the board."""
        return f"[data-session='{self.session['handle']}']"

    async def board(self) -> None:
        await self.page.goto(f"{self.clinic.server.url}/board")
        await self.page.wait_for_selector(self.card)

    async def ride(self) -> None:
        """From the day's page, as staff find it."""
        await self.desk.day()
        await self.page.click(f"a[href='/s/{self.session['handle']}/ride']")
        await self.page.wait_for_selector("[data-page=ride]")

    async def does(self, branch: str, words: str) -> None:
        """One branch, with its words; then the page says what was done."""
        place = self.page.locator(f"[data-branch={branch}]")
        await place.locator("textarea").fill(words)
        await place.locator("button").click()
        await self.page.wait_for_url("**/ride#done")
        await self.page.locator("[data-done] li", has_text=words).first.wait_for()

    async def gate(self, name: str, *, is_open: bool, why: str = "") -> None:
        """What the day's page says of a gate."""
        await self.desk.heard()
        place = self.page.locator(f"[data-gate={name}]")
        said = await place.inner_text()
        assert await place.get_attribute("data-open") == str(is_open).lower(), said
        assert why in said, said

    async def someone_else_at_the_door(self, who: str) -> None:
        """The pick-up code is on the phone of the one who does not come: it is set aside, by the page's own way."""
        await self.ride()
        await self.page.click("[data-done] a[href$='/steps/pickup']")
        await self.desk.ready()
        await self.page.click("details.waive summary")
        await self.page.fill("#reason", who)
        await self.page.click("details.waive button")
        await self.page.wait_for_selector("article[data-status=waived]")
        await self.desk.sent()

    async def hands_over(self) -> None:
        """The way on that the page shows, to the end: the client is on the way home."""
        await self.gate("leave", is_open=True)
        await self.ride()
        await self.page.click("[data-done] a[href$='/steps/leave']")
        await self.desk.ready()
        await self.page.click("article button[name=answer][value=yes]")
        await self.page.wait_for_selector("article[data-status=done]")
        await self.desk.sent()
        await self.left()

    async def left(self) -> None:
        """The session goes on where the client is gone: after, with the hold standing, and home to be heard of."""
        await self.gate("drive", is_open=False, why="The hold runs until")
        assert await self.page.get_attribute("body", "data-stage") == "after"
        await self.gate("close", is_open=False, why="Back home")

    async def record(self) -> str:
        """What the record's page tells."""
        await self.page.goto(f"{self.session['url']}record")
        return await self.page.inner_text("main")

    async def picture(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"ride-{name}.png", full_page=True)


async def fallen(clinic: Clinic, client: str) -> Fallen:
    """The support person says on their own phone that they don't come; staff see it and open the way on."""
    session = await clinic.session(client)
    found = Fallen(clinic, session)
    await found.board()
    assert await found.page.get_attribute(f"{found.card} [data-ride]", "data-ride") == "confirmed"
    alex = await Person.at(clinic.found, clinic.server, session, "support")
    await alex.at_time(clinic.server.now())
    await alex.page.click("[data-step=ride_confirmed] a")
    await alex.ready()
    await alex.page.click("article button[name=answer][value=no]")
    await alex.page.wait_for_selector("article[data-status=stop]")
    await alex.page.wait_for_selector("[data-truth=clinic]")
    await alex.sent()
    await alex.close()
    card = found.page.locator(found.card)
    await card.locator("[data-ride=no]").wait_for()  # by itself: nobody reloads a board
    await card.locator("[data-alert^='stop:ride_confirmed']").wait_for()
    await card.locator("[data-ride=no] a").click()
    await found.page.wait_for_selector("[data-page=ride]")
    return found


async def test_the_back_up_comes(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Ana")
    assert await ride.page.evaluate(CHECK) == []
    await ride.picture("start")
    await ride.does("back_up_comes", "Max, at 12:40, sober")
    await ride.picture("back-up")
    await ride.gate("leave", is_open=False, why="Pick-up code")
    await ride.board()
    assert await ride.page.get_attribute(f"{ride.card} [data-ride]", "data-ride") == "found"
    await ride.someone_else_at_the_door("Max showed his licence; Ana knows him")
    await ride.hands_over()
    told = await ride.record()
    for said in ("The back-up comes: Max, at 12:40, sober", "The back-up that was named", "Max showed his licence"):
        assert said in told


async def test_the_back_up_does_not_answer_and_the_clinic_is_next(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Ben")
    await ride.does("back_up_not", "Max, 12:10 and 12:20, no reply")
    await ride.gate("leave", is_open=False, why="How the client gets home")
    await ride.board()
    assert await ride.page.get_attribute(f"{ride.card} [data-ride]", "data-ride") == "no", "nothing is solved yet"
    await ride.ride()
    await ride.does("clinic_arranged", "Kim rides along, city taxi 12")
    await ride.someone_else_at_the_door("Kim is of the clinic")
    await ride.hands_over()
    told = await ride.record()
    assert "The back-up was called and does not come: Max, 12:10 and 12:20, no reply" in told
    assert "A ride by the clinic, with a named companion" in told


async def test_the_clinics_own_transport(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Cem")
    await ride.does("clinic_arranged", "Kim, with the clinic's car")
    await ride.gate("leave", is_open=False, why="Pick-up code")
    await ride.someone_else_at_the_door("Kim is of the clinic")
    await ride.hands_over()
    assert "The clinic arranges the ride: Kim, with the clinic's car" in await ride.record()


async def test_the_client_stays_until_somebody_comes(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Dee")
    await ride.does("stays", "Robin stays in the room, until six")
    await ride.gate("leave", is_open=False, why="How the client gets home")
    await ride.board()
    await ride.page.wait_for_selector(f"{ride.card} [data-alert^='stop:way_home']")
    await ride.ride()
    await ride.picture("stays")
    await ride.does("back_up_comes", "Max after all, at one")
    await ride.someone_else_at_the_door("Max, known to the clinic")
    await ride.hands_over()
    told = await ride.record()
    assert "The client stays: Robin stays in the room, until six" in told
    assert "The back-up comes: Max after all, at one" in told


async def test_leaving_against_advice_opens_nothing_and_is_told_as_it_was(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Eli")
    await ride.does("against_advice", "Offered a taxi twice. Signed.")
    await ride.gate("leave", is_open=False, why="How the client gets home")
    await ride.desk.open("way_home")
    assert await ride.page.locator("details.waive").count() == 0, "nobody sets this aside"
    await ride.ride()
    await ride.picture("against-advice")
    await ride.does("gone", "Walked out at 12:31, alone")
    await ride.picture("gone")
    assert await ride.page.locator("[data-branch=gone]").count() == 0, "nobody leaves twice"
    await ride.board()
    await ride.page.locator(f"{ride.card} [data-alert^='breach:leave']").wait_for()
    await ride.picture("board")
    await ride.page.locator(f"{ride.card} [data-alert^='breach:leave'] button").click()
    await ride.page.locator(f"{ride.card} [data-alert^='breach:leave']").wait_for(state="detached")
    await ride.left()
    told = await ride.record()
    assert "Leaves against advice: Offered a taxi twice. Signed." in told
    assert "Has left, not handed over: Walked out at 12:31, alone" in told


async def test_emergency_services_are_called_and_the_danger_may_still_pass(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Fay")
    await ride.does("against_advice", "Took the keys from the desk")
    await ride.does("emergency", "12:35, they send a car")
    await ride.gate("leave", is_open=False, why="How the client gets home")
    await ride.ride()
    await ride.does("clinic_arranged", "Gave the keys back; Kim rides along")
    await ride.gate("leave", is_open=False, why="Pick-up code")
    await ride.someone_else_at_the_door("Kim is of the clinic")
    await ride.hands_over()
    told = await ride.record()
    for said in ("Took the keys from the desk", "12:35, they send a car", "Gave the keys back; Kim rides along"):
        assert said in told


async def test_emergency_services_take_the_client(clinic: Clinic) -> None:
    ride = await fallen(clinic, "Gil")
    await ride.does("emergency", "12:35, they come")
    await ride.does("gone", "12:50 with the ambulance, to City Hospital")
    await ride.left()
    told = await ride.record()
    assert "Has left, not handed over: 12:50 with the ambulance, to City Hospital" in told
