"""Who asks is answered in their own language: the seat's, their own at the clinic, or their browser's."""

import re
from pathlib import Path

import pytest
from starlette.routing import Route

from sessionday.words import LANGUAGES, WORDS, protocol_words
from tests.world import HASH, START, Phone, World, open_world

ES = {"accept-language": "es-MX,es;q=0.9,en;q=0.8"}


def said(page: str) -> str:
    (found,) = re.findall(r'<html lang="([a-z]+)"', page)
    return str(found)


async def chosen(phone: Phone, language: str, back: str = "/board") -> None:
    answer = await phone.http.post("/language", data={"language": language, "back": back})
    assert answer.status_code == 303
    assert answer.headers["location"] == back


async def test_a_stranger_is_answered_as_the_browser_asks(world: World) -> None:
    http = world.stranger().http
    assert said((await http.get("/sign-in")).text) == "en"
    page = (await http.get("/sign-in", headers=ES)).text
    assert said(page) == "es"
    assert WORDS["es"]["sign_in"]["title"] in page
    assert said((await http.get("/sign-in", headers={"accept-language": "xx, ar;q=0.5, de;q=0"})).text) == "ar"
    assert 'dir="rtl"' in (await http.get("/sign-in", headers={"accept-language": "ar"})).text


@pytest.mark.parametrize("header", ["", ";;;", "es;q=x", "*", ",".join(["zz"] * 400), "es;q=9", "\xe9"])
async def test_whatever_a_browser_accepts_is_no_fault(world: World, header: str) -> None:
    http = world.stranger().http
    assert (await http.get("/sign-in", headers={b"accept-language": header.encode("latin-1")})).status_code == 200


async def test_what_a_stranger_chose_is_kept_by_the_browser(world: World) -> None:
    http = world.stranger().http
    answer = await http.post("/language", data={"language": "fr", "back": "/sign-in"})
    assert answer.status_code == 303
    assert said((await http.get("/sign-in", headers=ES)).text) == "fr"


@pytest.mark.parametrize("who", ["client", "staff"])
async def test_whoever_never_chose_does_not_get_the_last_ones_language(world: World, who: str) -> None:
    phone = await (world.desk() if who == "staff" else world.seat(who))
    day = f"/s/{phone.handle}/"
    await chosen(phone, "ar", day)
    assert said((await phone.http.get(day)).text) == "ar"
    assert "language" not in phone.http.cookies
    phone.http.cookies.delete("sign-in" if who == "staff" else "seat")  # as they leave it
    await phone.open(world.booked.links["support"])
    assert said((await phone.http.get(day)).text) == "en"


async def test_over_https_the_browsers_choice_is_this_hosts_alone(tmp_path: Path) -> None:
    async with open_world(tmp_path, url="https://day.example.org") as world:
        http = world.stranger().http
        answer = await http.post("/language", data={"language": "fr", "back": "/sign-in"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-language=fr;")
        assert all(part in cookie for part in ("Secure", "Path=/", "HttpOnly"))
        assert "Domain" not in cookie
        assert said((await http.get("/sign-in", headers=ES)).text) == "fr"
        planted = {"cookie": "language=de"}
        assert said((await world.stranger().http.get("/sign-in", headers={**ES, **planted})).text) == "es"


async def test_on_a_seats_page_the_seat_is_told_and_not_the_staff_of_another_clinic(world: World) -> None:
    phone = await world.desk("eve@example.org")
    await phone.open(world.booked.links["client"])
    await chosen(phone, "fr", f"/s/{phone.handle}/")
    assert said((await phone.http.get(f"/s/{phone.handle}/")).text) == "fr"
    assert said((await phone.http.get("/board")).text) == "en"


async def test_on_a_page_of_their_own_clinic_staff_are_told_and_not_the_seat(world: World) -> None:
    phone = await world.desk()
    await phone.open(world.booked.links["client"])
    client = await world.seat("client")
    await chosen(phone, "fr", f"/s/{phone.handle}/")
    assert said((await phone.http.get("/board")).text) == "fr"
    assert said((await client.http.get(f"/s/{phone.handle}/")).text) == "en"


async def test_a_seats_language_is_its_own_on_every_phone_of_it(world: World) -> None:
    client, other = await world.seat("client"), await world.seat("client")
    day = f"/s/{client.handle}/"
    support = await world.seat("support")
    await chosen(client, "es", day)
    for phone, language in ((client, "es"), (other, "es"), (support, "en")):
        page = (await phone.http.get(day)).text
        assert said(page) == language
        assert WORDS[language]["page"]["all_steps"] in page


async def test_the_pack_and_its_version_are_in_the_seats_language(world: World) -> None:
    client = await world.seat("client")
    before = (await client.http.get(f"/s/{client.handle}/pack")).json()
    await chosen(client, "de", f"/s/{client.handle}/")
    after = (await client.http.get(f"/s/{client.handle}/pack")).json()
    assert (before["language"], after["language"]) == ("en", "de")
    assert before["version"] != after["version"]
    assert after["words"]["stages"] == WORDS["de"]["stages"]
    assert after["words"]["weekdays"][0] == "Mo."
    step = "ride_plan"
    assert after["texts"]["steps"][step]["title"] != before["texts"]["steps"][step]["title"]
    assert before["protocol"] == after["protocol"]


async def test_two_of_the_clinics_staff_read_one_board_in_two_languages(world: World) -> None:
    await world.store.add_staff(world.clinic.id, "ana@example.org", "Ana Diaz", HASH, START)
    robin, ana = await world.desk(), await world.desk("ana@example.org")
    await chosen(ana, "es")
    for _ in range(2):  # drawn, and then given out again
        for phone, language in ((robin, "en"), (ana, "es")):
            page = (await phone.http.get("/board")).text
            assert said(page) == language
            assert WORDS[language]["stages"]["before"] in page
            assert WORDS["es" if language == "en" else "en"]["stages"]["before"] not in page
            day = (await phone.http.get(f"/s/{phone.handle}/")).text
            assert WORDS[language]["page"]["gates"] in day


async def test_what_is_kept_aside_is_told_in_the_phones_language(world: World) -> None:
    client = await world.seat("client")
    await chosen(client, "pt", f"/s/{client.handle}/")
    reply = await client.say("no_such_step", "yes")
    assert reply["verdicts"][0]["message"] == WORDS["pt"]["why_held"]["unknown_step"]


async def test_a_form_with_a_mistake_is_told_in_the_seats_language(world: World) -> None:
    client = await world.seat("client")
    await chosen(client, "fr", f"/s/{client.handle}/")
    answer = await client.http.post(f"/s/{client.handle}/entries", data={"kind": "answer", "step": "ride_plan"})
    assert answer.status_code == 422
    assert WORDS["fr"]["errors"]["choose"] in answer.text


async def test_a_language_that_is_none_is_refused_in_words(world: World) -> None:
    client = await world.seat("client")
    for wrong in ("", "xx", "en-GB", "../en", "EN"):
        answer = await client.http.post("/language", data={"language": wrong, "back": "/"})
        assert answer.status_code == 422
        assert WORDS["en"]["languages"]["unknown"] in answer.text


@pytest.mark.parametrize(
    "back", ["", "//evil.example", "https://evil.example", "/\\\\evil.example", "javascript:1", "/a\nb"]
)
async def test_it_leads_to_no_other_site(world: World, back: str) -> None:
    http = world.stranger().http
    answer = await http.post("/language", data={"language": "es", "back": back})
    assert answer.headers["location"] == "/"


async def test_nobody_changes_the_language_of_a_seat_that_they_do_not_hold(world: World) -> None:
    client = await world.seat("client")
    http = world.stranger().http
    await http.post("/language", data={"language": "es", "back": f"/s/{client.handle}/"})
    assert said((await client.http.get(f"/s/{client.handle}/")).text) == "en"


async def test_staff_are_told_that_nobody_has_checked_a_translation(world: World) -> None:
    staff, client = await world.desk(), await world.seat("client")
    day = f"/s/{client.handle}/"
    await chosen(client, "es", day)
    words = WORDS["en"]["languages"]
    page = (await staff.http.get(day)).text
    assert words["unreviewed"].replace("{language}", LANGUAGES["es"]) in page
    assert words["unreviewed"].split("(")[0] not in (await client.http.get(day)).text
    await chosen(staff, "ar")
    theirs = WORDS["ar"]["languages"]["unreviewed"].replace("{language}", LANGUAGES["ar"])
    assert theirs in (await staff.http.get("/board")).text


def test_a_clinics_own_text_stays_as_it_wrote_it() -> None:
    words = {"en": {"title": "Our own day", "steps": {"ride_plan": {"title": "Your ride home"}}}}
    told = protocol_words(words, "es")
    assert told["title"] == "Our own day"
    assert told["steps"]["ride_plan"]["title"] != "Your ride home"
    assert protocol_words({**words, "es": {"title": "Nuestro día"}}, "es") == {"title": "Nuestro día"}


async def test_what_is_shown_once_has_no_row_that_could_take_it_away(world: World) -> None:
    await world.store.add_staff(world.clinic.id, "lee@example.org", "Lee Park", HASH, START, role="lead")
    desk = await world.desk("lee@example.org")
    seat = (await world.store.seats(world.booked.session))[0].id
    seats = f"/s/{desk.handle}/seats"
    invite = {"do": "invite", "name": "Noor", "email": "noor@example.org", "role": "staff"}
    for path, form, shown in (
        (seats, {"do": "link", "seat": seat}, "/j#"),
        (seats, {"do": "code", "seat": seat}, "code-line"),
        ("/staff", invite, "/join#"),
    ):
        answer = await desk.http.post(path, data=form)
        assert answer.status_code == 200
        assert shown in answer.text
        assert "data-languages" not in answer.text
    for path in (f"/s/{desk.handle}/", "/staff"):
        assert "data-languages" in (await desk.http.get(path)).text


async def test_a_form_with_a_mistake_leads_back_to_its_own_question(world: World) -> None:
    client = await world.seat("client")
    answer = await client.http.post(f"/s/{client.handle}/entries", data={"kind": "answer", "step": "ride_plan"})
    assert f'name="back" value="/s/{client.handle}/steps/ride_plan"' in answer.text


def test_every_address_that_only_takes_forms_is_known_to_the_page(world: World) -> None:
    routes = [route for route in world.app.routes if isinstance(route, Route)]
    shown = {route.path for route in routes if "GET" in (route.methods or ())}
    never_pages = ("/sync", "/options", "/passkey", "/passkeys", "/awake")
    (known,) = re.findall(r"const ANSWERS = /(.+)/;", Path("static/js/languages.js").read_text())
    posted = {route.path for route in routes} - shown
    assert posted
    for path in posted:
        assert path.endswith(never_pages) or re.search(known.replace(r"\/", "/"), path), path
    assert not [path for path in shown if re.search(known.replace(r"\/", "/"), path)]
