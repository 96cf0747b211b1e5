"""Staff sign in and out: one answer for every way of being wrong, and an end that the database knows."""

import asyncio

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sessionday.web.passphrases import NOBODY, hash_passphrase
from tests.web.pages import Page
from tests.world import HOUR, PASSPHRASE, World


async def test_the_right_passphrase_leads_to_the_board(world: World) -> None:
    phone = world.stranger()
    answer = await phone.sign_in("robin@example.org")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")
    assert (await phone.http.get("/board")).status_code == 200


async def test_an_address_is_the_same_in_capitals_and_with_spaces_around(world: World) -> None:
    assert (await world.stranger().sign_in(" Robin@Example.ORG ")).status_code == 303


async def test_wrong_and_unknown_get_the_same_answer(world: World) -> None:
    answers = []
    for email, passphrase in (
        ("robin@example.org", "not the passphrase"),
        ("robin@example.org", PASSPHRASE + " "),
        ("nobody@example.org", PASSPHRASE),
        ("eve@example.org", ""),
        ("robin@example.org", PASSPHRASE + "x" * 10_000),
        ("nobody@example.org", "é\u202e" * 30),
    ):
        answer = await world.stranger().sign_in(email, passphrase)
        assert "set-cookie" not in answer.headers
        assert "do not match" in Page(answer.text).alert
        answers.append((answer.status_code, answer.text.replace(email, "E-MAIL")))
    assert len(set(answers)) == 1
    assert answers[0][0] == 422


def test_an_unknown_e_mail_takes_as_long_to_check_as_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(hash_passphrase("x"))
    assert NOBODY.split("$")[:4] == hash_passphrase("x").split("$")[:4]
    with pytest.raises(VerifyMismatchError):  # it is worked out to the end
        PasswordHasher().verify(NOBODY, "x")


async def test_the_passphrase_is_not_shown_again(world: World) -> None:
    answer = await world.stranger().sign_in("robin@example.org", "wrong horse battery")
    assert "wrong horse battery" not in answer.text
    assert 'value="robin@example.org"' in answer.text


async def test_signing_in_gives_a_new_secret_each_time(world: World) -> None:
    one, other = await world.desk(), await world.desk()
    assert dict(one.http.cookies)["sign-in"] != dict(other.http.cookies)["sign-in"]


async def test_a_cookie_set_before_does_not_become_the_sign_in(world: World) -> None:
    attacker = await world.desk("eve@example.org")
    victim = world.stranger()
    victim.http.cookies.update(dict(attacker.http.cookies))
    answer = await victim.sign_in("robin@example.org")
    assert dict(attacker.http.cookies)["sign-in"] not in answer.headers["set-cookie"]
    assert "Robin" not in (await attacker.http.get("/board")).text


async def test_signing_out_ends_it_in_the_database(world: World) -> None:
    desk = await world.desk()
    cookies = dict(desk.http.cookies)
    answer = await desk.http.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not dict(desk.http.cookies)
    desk.http.cookies.update(cookies)  # a copy that somebody kept
    assert (await desk.http.get("/board")).status_code == 303
    assert (await desk.http.get(f"/s/{desk.handle}/")).status_code == 404
    assert (await desk.sync(desk.entry("card_given", {"client": "yes", "support": "yes"}))).status_code == 404
    assert await world.store.entries(world.booked.session) == []


async def test_signing_out_ends_no_other_sign_in(world: World) -> None:
    one, other = await world.desk(), await world.desk()
    await one.http.post("/sign-out")
    assert (await other.http.get("/board")).status_code == 200


async def test_an_expired_sign_in_can_push_and_not_read(world: World) -> None:
    desk = await world.desk()
    world.clock.now += 12 * HOUR - 1
    assert (await desk.http.get("/board")).status_code == 200
    world.clock.now += 1
    assert (await desk.http.get("/board")).headers["location"] == "/sign-in"
    for path in ("", "steps/dose", "pack", "live"):
        assert (await desk.http.get(f"/s/{desk.handle}/{path}")).status_code == 404
    reply = (await desk.sync(desk.entry("card_given", {"client": "yes", "support": "yes"}))).json()
    assert (reply["verdicts"][0]["result"], reply["entries"], reply["signed_out"]) == ("stored", [], True)


async def test_somebody_who_left_the_clinic_is_in_no_more(world: World) -> None:
    desk = await world.desk()
    await world.store._run("UPDATE staff SET ended_at = ? WHERE id = ?", (world.clock.now, world.staff.id))
    assert (await desk.http.get("/board")).status_code == 303
    assert (await desk.sync()).status_code == 404
    assert (await world.stranger().sign_in("robin@example.org")).status_code == 422


async def test_a_flood_of_sign_ins_is_told_to_wait_and_stops_nobody_else(world: World) -> None:
    client = await world.seat("client")
    flood = [asyncio.create_task(world.stranger().sign_in(f"{n}@example.org", "wrong")) for n in range(40)]
    await asyncio.sleep(0.05)
    pushed = await asyncio.wait_for(client.sync(client.entry("intentions", "rest")), 5)
    assert pushed.json()["verdicts"][0]["result"] == "stored"
    statuses = [answer.status_code for answer in await asyncio.gather(*flood)]
    assert set(statuses) == {422, 503}
    assert statuses.count(422) <= 24


@pytest.mark.parametrize("form", [{"other": "x"}, {"email": "robin@example.org"}, {"password": PASSPHRASE}])
async def test_half_a_form_is_as_wrong_as_a_wrong_one(world: World, form: dict[str, str]) -> None:
    assert (await world.stranger().http.post("/sign-in", data=form)).status_code == 422
