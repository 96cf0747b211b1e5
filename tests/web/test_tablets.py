"""A tablet that several share: it locks, opens by PIN, and asks who is there before a gate opens."""

from typing import Any

import pytest

from sessionday.web.me import pin_refusal
from tests.web.pages import Page
from tests.world import CHECKLIST, MINUTE, PASSPHRASE, START, Phone, World

PIN, OTHER = "274916", "830571"
STEP = "mood_risk"  # of staff alone, and the dose waits for it
RISK = next(one for one in CHECKLIST.rules["steps"] if one["id"] == STEP)["answer"]["options"]
YES, NO = (next(one["id"] for one in RISK if one["verdict"] == said) for said in ("ok", "stop"))


async def with_pin(phone: Phone, pin: str = PIN) -> None:
    answer = await phone.http.post("/me", data={"do": "pin", "present": PASSPHRASE, "pin": pin})
    assert (answer.status_code, answer.headers.get("location")) == (303, "/me?saved=pin"), answer.text


async def tablet(world: World) -> Phone:
    """Robin's browser, shared as ‘Room 2’."""
    phone = await world.desk()
    await with_pin(phone)
    answer = await phone.http.post("/me", data={"do": "tablet", "present": PASSPHRASE, "name": "Room 2"})
    assert answer.status_code == 303, answer.text
    return phone


async def open_as(phone: Phone, who: str, pin: str, **more: str) -> Any:
    return await phone.http.post("/locked", data={"do": "open", "who": who, "pin": pin, **more})


async def second(world: World) -> Any:
    """Ana, who works there too and has a PIN."""
    ana = await world.store.add_staff(
        world.clinic.id, "ana@example.org", "Ana Diaz", world.staff.password_hash, world.clock.now
    )
    await with_pin(await world.desk("ana@example.org"), OTHER)
    return ana


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("274916", None), ("27491", "pin_digits"), ("27491６", "pin_digits"), ("abcdef", "pin_digits"),
        *((easy, "pin_easy") for easy in ("111111", "121212", "123456", "654321", "890123", "112233", "024680")),
    ],
)  # fmt: skip
def test_a_pin_is_six_digits_that_not_everybody_tries(pin: str, why: str | None) -> None:
    assert pin_refusal(pin) == why


async def test_a_pin_and_a_shared_tablet_need_the_passphrase_and_a_pin_first(world: World) -> None:
    phone = await world.desk()
    for data in ({"do": "pin", "pin": PIN}, {"do": "tablet", "name": "Room 2"}):
        answer = await phone.http.post("/me", data={**data, "present": "not this one"})
        assert (answer.status_code, "not your passphrase" in answer.text) == (422, True)
    answer = await phone.http.post("/me", data={"do": "tablet", "present": PASSPHRASE, "name": "Room 2"})
    assert (answer.status_code, "Make a PIN first" in answer.text) == (422, True)
    assert (await phone.http.get("/locked")).headers["location"] == "/sign-in"


async def test_a_locked_tablet_reads_nothing_and_opens_by_pin_where_it_was(world: World) -> None:
    phone, handle = await tablet(world), world.booked.session.handle
    assert (await phone.http.post("/lock")).headers["location"] == "/locked"
    for path in ("/board", f"/s/{handle}/", f"/s/{handle}/record", "/sessions", "/me"):
        answer = await phone.http.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/locked"), path
    reply = (await phone.sync()).json()
    assert (reply["locked"], reply["signed_out"], reply["entries"]) == (True, True, [])
    page = (await phone.http.get("/locked")).text
    assert "Robin Lee" in page
    assert "Sam" not in page, "initials alone: others see this screen"
    answer = await open_as(phone, world.staff.id, "000000")
    assert (answer.status_code, "This is wrong" in answer.text) == (422, True)
    answer = await open_as(phone, world.staff.id, PIN, back=f"/s/{handle}/")
    assert answer.headers["location"] == f"/s/{handle}/?opened"
    assert (await phone.http.get(f"/s/{handle}/")).status_code == 200
    for back in ("//evil.example/", "https://evil.example/", f"/s/{handle}/record.json"):
        await phone.http.post("/lock")
        assert (await open_as(phone, world.staff.id, PIN, back=back)).headers["location"] == "/board?opened"


async def test_a_tablet_that_nobody_touches_locks_by_itself_whatever_its_pages_ask(world: World) -> None:
    phone = await tablet(world)
    for _ in range(5):
        world.clock.now += 3 * MINUTE
        assert (await phone.http.post("/awake")).status_code == 204
    for _ in range(4):
        world.clock.now += MINUTE
        await phone.sync()
        await phone.http.get("/board", headers={"sec-fetch-mode": "cors"})
        await phone.http.get("/board", headers={"x-refresh": "1"})
    assert (await phone.http.post("/awake")).status_code == 401
    assert (await phone.http.get("/board")).headers["location"] == "/locked"
    world.clock.now -= 2 * MINUTE  # a clock that is set back opens nothing that was locked by hand
    await phone.http.post("/lock")
    assert (await phone.http.get("/board")).headers["location"] == "/locked"


async def test_a_desk_never_locks(world: World) -> None:
    phone = await world.desk()
    world.clock.now += 60 * MINUTE
    assert (await phone.http.get("/board")).status_code == 200
    assert (await phone.http.post("/lock")).headers["location"] == "/me"
    assert (await phone.http.get("/board")).status_code == 200


async def test_two_of_the_staff_change_over_and_each_ones_words_are_theirs(world: World) -> None:
    phone, ana = await tablet(world), await second(world)
    phone.handle = world.booked.session.handle
    await phone.say(STEP, YES)
    await phone.http.post("/lock")
    assert (await open_as(phone, ana.id, PIN)).status_code == 422, "Robin's PIN is not Ana's"
    assert (await open_as(phone, ana.id, OTHER, back=f"/s/{phone.handle}/")).headers["location"] == "/board?opened"
    assert "Ana Diaz" in (await phone.http.get("/board")).text
    theirs = world.stranger()
    theirs.http.cookies = phone.http.cookies
    await theirs.say(STEP, YES)
    entries = await world.store.entries(world.booked.session)
    assert [entry["by"] for entry in entries] == [world.staff.id, ana.id]


async def test_what_could_open_a_gate_waits_for_proof_and_the_rest_does_not(world: World) -> None:
    world.clock.now = START - 20 * MINUTE
    phone = await tablet(world)
    for ms in (3 * MINUTE, 2 * MINUTE - 1000):
        world.clock.now += ms
        assert (await phone.http.post("/awake")).status_code == 204
    assert (await phone.sync(phone.entry(STEP, YES))).json()["verdicts"][0]["result"] == "stored"
    world.clock.now += 2000
    yes, no, help_ = phone.entry(STEP, YES), phone.entry(STEP, NO), phone.entry("help", "yes")
    bp, waive = (
        phone.entry("baseline_bp", {"systolic": 190, "diastolic": 120}),
        phone.entry(STEP, kind="waive", reason="x"),
    )
    reply = (await phone.sync(yes, no, help_, bp, waive)).json()
    assert reply["prove"] == [yes["id"], waive["id"]]
    assert [(one["id"], one["result"]) for one in reply["verdicts"]] == [
        (one["id"], "stored") for one in (no, help_, bp)
    ]
    wrong = await phone.http.post("/prove", json={"pin": OTHER})
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (422, "This is wrong. Try again.")
    assert (await phone.http.post("/prove", json={"pin": PIN})).json() == {"until": world.clock.now + 5 * MINUTE}
    reply = (await phone.sync(yes, waive)).json()
    assert "prove" not in reply
    assert [one["result"] for one in reply["verdicts"]] == ["stored", "stored"]


@pytest.mark.parametrize("body", [[], {"pin": 5}, {"pin": None}, {"passphrase": [PASSPHRASE]}, {}, "x"])
async def test_a_proof_that_is_none_is_refused(world: World, body: Any) -> None:
    phone = await tablet(world)
    assert (await phone.http.post("/prove", json=body)).status_code == 422


async def test_a_proof_by_passphrase_is_one_too(world: World) -> None:
    phone = await tablet(world)
    world.clock.now += 2 * MINUTE
    assert (await phone.http.post("/prove", json={"passphrase": PASSPHRASE})).json() == {
        "until": world.clock.now + 5 * MINUTE
    }


async def test_malformed_entries_meet_the_record_and_not_the_question_who_is_there(world: World) -> None:
    phone = await tablet(world)
    world.clock.now += 3 * MINUTE
    await phone.http.post("/awake")
    world.clock.now += 3 * MINUTE
    odd: list[Any] = [5, None, [], {"id": "a", "kind": "waive"}, {"id": "b", "kind": "answer", "step": ["x"]},
           {"id": "c", "kind": {}, "step": STEP}, phone.entry(STEP, [YES])]  # fmt: skip
    reply = (await phone.sync(*odd)).json()
    assert "prove" not in reply
    assert len(reply["verdicts"]) == len(odd)


async def test_a_plain_form_asks_who_is_there_and_brings_all_that_was_typed(world: World) -> None:
    phone = await tablet(world)
    world.clock.now += 3 * MINUTE
    await phone.http.post("/awake")
    world.clock.now += 2 * MINUTE + 1
    form = {"id": "one", "kind": "waive", "step": STEP, "reason": "Seen by “two” of us <b>"}
    answer = await phone.http.post(f"/s/{phone.handle}/entries", data=form)
    assert (answer.status_code, "Show that it is you" in answer.text) == (403, True)
    brought = Page(answer.text).forms[0].typed
    assert {key: brought[key] for key in form} == form
    wrong = await phone.http.post(f"/s/{phone.handle}/entries", data={**brought, "pin": OTHER})
    assert (wrong.status_code, OTHER in wrong.text) == (403, False)
    assert (await phone.http.post(f"/s/{phone.handle}/entries", data={**brought, "pin": PIN})).status_code == 303
    (entry,) = await world.store.entries(world.booked.session)
    assert (entry["kind"], entry["reason"]) == ("waive", form["reason"])


async def test_what_was_typed_while_the_tablet_locked_is_not_lost(world: World) -> None:
    phone = await tablet(world)
    world.clock.now += 10 * MINUTE
    form = {"id": "one", "kind": "answer", "step": STEP, "answer": NO}
    answer = await phone.http.post(f"/s/{phone.handle}/entries", data=form)
    assert answer.status_code == 403, "it is locked, so nobody is known to sit here"
    assert (await phone.http.post(f"/s/{phone.handle}/entries", data={**form, "pin": PIN})).status_code == 303
    assert (await phone.http.get("/board")).status_code == 200, "the PIN has opened it too"


async def test_help_is_called_from_the_lock_screen_in_the_tablets_name(world: World) -> None:
    world.clock.now = START + 5 * MINUTE
    phone, handle = await tablet(world), world.booked.session.handle
    await phone.http.post("/lock")
    answer = await phone.http.post("/locked", data={"do": "help", "session": handle, "id": "call-1"})
    assert (answer.status_code, "Help was called for S" in answer.text) == (200, True)
    await phone.http.post("/locked", data={"do": "help", "session": handle, "id": "call-1"})
    (entry,) = await world.store.entries(world.booked.session)
    assert (entry["step"], entry["answer"]) == ("help", "yes")
    board = (await (await world.desk()).http.get("/board")).text
    assert "data-alert=" in board
    assert "Room 2" in (await (await world.desk()).http.get(f"/s/{handle}/")).text


async def test_a_fact_from_the_lock_screen_is_kept_aside_and_opens_nothing(world: World) -> None:
    world.clock.now = START + 5 * MINUTE
    phone, handle = await tablet(world), world.booked.session.handle
    await phone.http.post("/lock")
    fact = {"do": "fact", "session": handle, "id": "f-1", "fact": "Dose at <10:02>, 100 mg", "name": "Ana"}
    for _ in range(2):
        answer = await phone.http.post("/locked", data=fact, headers={"accept": "application/json"})
        assert answer.json()["said"].startswith("The clinic has it. Written down for S")
    assert await world.store.entries(world.booked.session) == []
    (held,) = await world.store.held(world.booked.session)
    assert held.why == "locked"
    page = (await (await world.desk()).http.get(f"/s/{handle}/")).text
    assert "somebody who says to be Ana" in page
    assert "Dose at &lt;10:02&gt;, 100 mg" in page


async def test_the_lock_screen_says_what_is_missing(world: World) -> None:
    phone, handle = await tablet(world), world.booked.session.handle
    for form, words in (
        ({"do": "help"}, "Say for whom."),
        ({"do": "help", "session": "nowhere"}, "Say for whom."),
        ({"do": "fact", "session": handle, "fact": "  "}, "Write what happened."),
        ({"do": "open", "who": "nobody", "pin": PIN}, "Say who you are."),
    ):
        answer = await phone.http.post("/locked", data=form)
        assert (answer.status_code, words in answer.text) == (422, True), form
    other = await world.book("Kai", world.other)
    answer = await phone.http.post("/locked", data={"do": "help", "session": other.session.handle})
    assert (answer.status_code, "Say for whom." in answer.text) == (422, True)
    assert (await phone.http.post("/locked", data={"do": "erase"})).status_code == 404


async def test_ten_wrong_pins_end_it_and_the_passphrase_still_opens(world: World) -> None:
    phone = await tablet(world)
    await phone.http.post("/lock")
    for _ in range(10):
        assert (await open_as(phone, world.staff.id, "000000")).status_code == 422
        world.clock.now += 2 * MINUTE
    assert (await open_as(phone, world.staff.id, PIN)).status_code == 422
    assert "Robin Lee" not in (await phone.http.get("/locked")).text, "no PIN opens for Robin any more"
    assert (await phone.sign_in("robin@example.org")).headers["location"] == "/board?opened"
    await with_pin(phone)
    await phone.http.post("/lock")
    assert (await open_as(phone, world.staff.id, PIN)).status_code == 303


async def test_wrong_pins_are_slowed(world: World) -> None:
    phone = await tablet(world)
    for _ in range(5):
        await phone.http.post("/prove", json={"pin": "000000"})
    answer = await phone.http.post("/prove", json={"pin": PIN})
    assert (answer.status_code, "Wait a minute" in answer.json()["error"]["message"]) == (422, True)


async def test_a_pin_opens_only_tablets_of_its_clinic_that_are_in_use(world: World) -> None:
    phone = await tablet(world)
    eve = await world.store.staff_by_email("eve@example.org")
    assert eve is not None
    assert (await open_as(phone, eve.id, PIN)).status_code == 422
    stranger = world.stranger()
    assert (
        await stranger.http.post("/locked", data={"do": "open", "who": world.staff.id, "pin": PIN})
    ).status_code == 401
    await world.store.set_role(world.clinic.id, world.staff.id, "lead", world.clock.now)
    lead = await world.desk()
    (one,) = await world.store.tablets(world.clinic.id)
    assert "Room 2" in (await lead.http.get("/staff")).text
    assert (await lead.http.post("/staff", data={"do": "end_tablet", "who": one.id})).status_code == 303
    assert (await phone.http.get("/board")).headers["location"] == "/sign-in"
    assert (await open_as(phone, world.staff.id, PIN)).status_code == 401


async def test_whoever_has_left_opens_nothing(world: World) -> None:
    phone, ana = await tablet(world), await second(world)
    await phone.http.post("/lock")
    await world.store.set_role(world.clinic.id, world.staff.id, "lead", world.clock.now)
    await world.store.end_staff(world.clinic.id, ana.id, world.clock.now)
    assert "Ana" not in (await phone.http.get("/locked")).text
    assert (await open_as(phone, ana.id, OTHER)).status_code == 422
