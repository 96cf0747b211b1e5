"""Links and codes: looking changes nothing, a tap opens one seat on one device."""

import hashlib
from pathlib import Path

import httpx2
import pytest
from itsdangerous import Signer

from sessionday.app import create_app
from sessionday.settings import Settings
from sessionday.store import Seat
from tests.databases import databases
from tests.web.pages import Page
from tests.world import HOUR, Phone, World, open_world

KEY = "k" * 48


async def typed(phone: Phone, code: str) -> httpx2.Response:
    """Types a code on the landing page."""
    return await phone.http.post("/j", data={"code": code})


async def seat_of(world: World, role: str) -> Seat:
    """A role's seat in Sam's session."""
    return next(seat for seat in await world.store.seats(world.booked.session) if seat.role == role)


async def role_at(phone: Phone, world: World) -> str | None:
    """Whose page this browser gets, or None."""
    page = await phone.http.get(f"/s/{world.booked.session.handle}/")
    return Page(page.text).having("data-seat")[0] if page.status_code == 200 else None


async def test_looking_at_the_landing_page_changes_and_reveals_nothing(world: World) -> None:
    phone = world.stranger()
    for method in ("GET", "HEAD"):
        answer = await phone.http.request(method, "/j")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "Sam" not in answer.text


async def test_a_link_that_was_looked_at_a_hundred_times_still_opens(world: World) -> None:
    secret = world.booked.links["client"].split("#")[1]
    for _ in range(50):
        for method in ("GET", "HEAD"):
            looked = await world.stranger().http.request(method, "/j", params={"token": secret, "utm_source": "mail"})
            assert "set-cookie" not in looked.headers
            assert secret not in looked.text
    assert await role_at(await world.seat("client"), world) == "client"


@pytest.mark.parametrize("role", ["client", "support", "prescriber"])
async def test_a_tap_on_a_link_opens_its_seat(world: World, role: str) -> None:
    phone = world.stranger()
    answer = await phone.open(world.booked.links[role])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{world.booked.session.handle}/")
    assert await role_at(phone, world) == role


async def test_a_link_opens_again_and_on_a_second_phone(world: World) -> None:
    phone, second = await world.seat("client"), await world.seat("client")
    assert (await phone.open(world.booked.links["client"])).status_code == 303
    assert await role_at(phone, world) == await role_at(second, world) == "client"


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: f" {code[:4]} {code[4:]} ", lambda code: f"{code[:4]}-{code[4:]}"]
)
async def test_a_code_is_taken_however_it_is_typed(world: World, change) -> None:  # type: ignore[no-untyped-def]
    phone = world.stranger()
    assert (await typed(phone, change(world.booked.codes["support"]))).status_code == 303
    assert await role_at(phone, world) == "support"


async def test_letters_that_look_like_digits_are_forgiven(world: World) -> None:
    seat = await seat_of(world, "client")
    await world.store.new_code(seat, hashlib.sha256(b"0110ABCD").hexdigest(), world.clock.now + HOUR)
    assert (await typed(world.stranger(), "oiLO-abcd")).status_code == 303


@pytest.mark.parametrize("code", ["ABCD2345", "", "é", "x" * 20_000, "' OR 1=1 --"])
async def test_a_wrong_code_is_404_in_words(world: World, code: str) -> None:
    answer = await typed(world.stranger(), code)
    assert answer.status_code == 404
    assert "does not open a page" in Page(answer.text).alert
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["x", "é", "x" * 20_000, "%00é"])
async def test_a_wrong_link_is_404_in_the_same_words(world: World, token: str) -> None:
    wrong_code = await typed(world.stranger(), "ABCD2345")
    answer = await world.stranger().http.post("/j", data={"token": token})
    assert (answer.status_code, answer.content) == (404, wrong_code.content)


async def test_after_too_many_wrong_codes_none_is_looked_at_and_links_still_open(world: World) -> None:
    statuses = [(await typed(world.stranger(), f"WR0NG{n:03}")).status_code for n in range(31)]
    assert statuses == [404] * 30 + [429]
    right = await typed(world.stranger(), world.booked.codes["client"])
    assert right.status_code == 429
    assert "Wait ten minutes" in Page(right.text).alert
    assert (await world.stranger().open(world.booked.links["client"])).status_code == 303
    world.clock.now += HOUR
    assert (await typed(world.stranger(), world.booked.codes["client"])).status_code == 303


async def test_wrong_links_do_not_slow_the_codes(world: World) -> None:
    for n in range(40):
        assert (await world.stranger().http.post("/j", data={"token": f"wrong {n}"})).status_code == 404
    assert (await typed(world.stranger(), world.booked.codes["client"])).status_code == 303


async def test_a_code_ends_after_its_time_and_the_link_does_not(world: World) -> None:
    world.clock.now += 24 * HOUR
    assert (await typed(world.stranger(), world.booked.codes["client"])).status_code == 404
    assert (await world.stranger().open(world.booked.links["client"])).status_code == 303


async def test_a_revoked_link_opens_nothing_and_looks_like_a_wrong_one(world: World) -> None:
    phone = await world.seat("client")
    await world.store.revoke_seat(await seat_of(world, "client"), world.clock.now)
    wrong = await world.stranger().http.post("/j", data={"token": "wrong"})
    revoked = await world.stranger().open(world.booked.links["client"])
    assert (revoked.status_code, revoked.content) == (404, wrong.content)
    assert (await typed(world.stranger(), world.booked.codes["client"])).status_code == 404
    assert await role_at(phone, world) is None  # at once


async def test_a_link_ends_with_its_session(world: World) -> None:
    phone = await world.seat("client")
    world.clock.now = world.booked.session.over_at
    assert (await world.stranger().open(world.booked.links["client"])).status_code == 303
    world.clock.now += 1
    assert (await world.stranger().open(world.booked.links["client"])).status_code == 404
    assert await role_at(phone, world) is None


# One device, one seat


async def test_a_phone_that_holds_a_seat_is_asked_before_it_takes_another(world: World) -> None:
    phone = await world.seat("client")
    secret = world.booked.links["support"].split("#")[1]
    asked = await phone.http.post("/j", data={"token": secret})
    assert asked.status_code == 409
    assert await role_at(phone, world) == "client"
    (form,) = [one for one in Page(asked.text).forms if one.action == "/j"]
    assert form.values("change") == ["yes"]
    assert form.typed["token"] == secret
    taken = await phone.http.post("/j", data={**form.typed, "change": "yes"})
    assert taken.status_code == 303
    assert await role_at(phone, world) == "support"


async def test_a_phone_is_asked_by_code_too(world: World) -> None:
    phone = await world.seat("client")
    asked = await typed(phone, world.booked.codes["support"])
    assert asked.status_code == 409
    (form,) = [one for one in Page(asked.text).forms if one.action == "/j"]
    assert (await phone.http.post("/j", data={**form.typed, "change": "yes"})).status_code == 303
    assert await role_at(phone, world) == "support"


async def test_a_phone_holds_seats_of_two_sessions_at_once(world: World) -> None:
    phone, other = await world.seat("client"), await world.book("Jo")
    assert (await phone.open(other.links["support"])).status_code == 303
    assert await role_at(phone, world) == "client"
    assert (await phone.http.get(f"/s/{other.session.handle}/")).status_code == 200


async def test_staff_who_open_a_link_are_asked_and_then_signed_out(world: World) -> None:
    desk = await world.desk()
    cookies = dict(desk.http.cookies)
    secret = world.booked.links["client"].split("#")[1]
    assert (await desk.http.post("/j", data={"token": secret})).status_code == 409
    assert (await desk.http.get("/board")).status_code == 200
    assert (await desk.http.post("/j", data={"token": secret, "change": "yes"})).status_code == 303
    assert await role_at(desk, world) == "client"
    desk.http.cookies.update(cookies)
    assert (await desk.http.get("/board")).status_code == 303  # ended in the database, not only in this browser


async def test_another_clinics_staff_who_open_a_link_sit_in_its_seat_only(world: World) -> None:
    desk = await world.desk("eve@example.org")
    assert (await desk.open(world.booked.links["support"])).status_code in (303, 409)
    secret = world.booked.links["support"].split("#")[1]
    await desk.http.post("/j", data={"token": secret, "change": "yes"})
    assert await role_at(desk, world) == "support"
    assert (await desk.http.get("/board")).status_code == 303


# The cookie


async def test_the_cookie_is_out_of_reach_of_pages_and_other_sites(world: World) -> None:
    answer = await world.stranger().open(world.booked.links["client"])
    name, *attributes = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name.startswith("seat=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)
    assert not any(part.startswith(("Domain", "Secure")) for part in attributes)


async def test_under_https_the_cookies_are_host_only_and_secure(tmp_path: Path) -> None:
    async with open_world(tmp_path, url="https://day.example.org") as world:
        seat = await world.stranger().open(world.booked.links["client"])
        desk = await world.stranger().sign_in("robin@example.org")
        for answer, name in ((seat, "__Host-seat"), (desk, "__Host-sign-in")):
            cookie, *attributes = (part.strip() for part in answer.headers["set-cookie"].split(";"))
            assert cookie.startswith(f"{name}=")
            assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(attributes)
        assert await role_at(await world.seat("client"), world) == "client"


async def test_the_cookie_says_nothing_about_who_holds_it(world: World) -> None:
    phone = await world.seat("client")
    cookie = dict(phone.http.cookies)["seat"]
    assert world.booked.links["client"].split("#")[1] not in cookie
    assert world.booked.session.id not in cookie


async def test_a_changed_cookie_is_no_cookie(world: World) -> None:
    phone = await world.seat("client")
    cookie = dict(phone.http.cookies)["seat"]
    for place in (0, len(cookie) // 2, len(cookie) - 2):
        changed = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        phone.http.cookies.set("seat", changed, domain="127.0.0.1", path="/")
        stranger = world.stranger()
        stranger.http.cookies.set("seat", changed)
        assert await role_at(stranger, world) is None


async def test_one_purposes_cookie_is_none_of_anothers(world: World) -> None:
    desk, client = await world.desk(), await world.seat("client")
    swapped = world.stranger()
    swapped.http.cookies.set("seat", dict(desk.http.cookies)["sign-in"])
    swapped.http.cookies.set("sign-in", dict(client.http.cookies)["seat"])
    assert (await swapped.http.get("/board")).status_code == 303
    assert (await swapped.sync()).status_code == 401  # as though there were none


async def test_a_secret_signed_for_another_purpose_or_by_default_is_refused(world: World) -> None:
    client = await world.seat("client")
    secret = dict(client.http.cookies)["seat"].rsplit(".", 1)[0]
    for salt in (b"itsdangerous.Signer", b"sessionday.sign-in", b"seat"):
        for method in (hashlib.sha1, hashlib.sha256):
            forged = world.stranger()
            forged.http.cookies.set("seat", Signer(KEY, salt=salt, digest_method=method).sign(secret).decode())
            assert await role_at(forged, world) is None


async def test_a_cookie_chosen_by_somebody_else_is_not_taken_over(world: World) -> None:
    victim = world.stranger()
    victim.http.cookies.set("seat", "chosen-by-another.signature")
    answer = await victim.open(world.booked.links["client"])
    assert "chosen-by-another" not in answer.headers["set-cookie"]


async def test_an_old_key_still_verifies_until_it_is_taken_away(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        old = dict((await world.seat("client")).http.cookies)["seat"]
        handle, link = world.booked.session.handle, world.booked.links["client"]
        database = world.app.state.site.settings.database
    new = "n" * 48
    assert await rotated(database, (KEY, new), handle, old) == 200
    made = await made_under(database, (KEY, new), link)
    assert await rotated(database, (new,), handle, made) == 200  # the newest signs
    assert await rotated(database, (new,), handle, old) == 404
    assert await rotated(database, (KEY,), handle, made) == 404


async def rotated(database: str, keys: tuple[str, ...], handle: str, cookie: str) -> int:
    """The status of the day's page with `cookie`, on a server that has `keys`."""
    app = create_app(Settings(database=database, keys=keys), now=lambda: 1_796_137_200_000)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            http.cookies.set("seat", cookie)
            return (await http.get(f"/s/{handle}/")).status_code


async def made_under(database: str, keys: tuple[str, ...], link: str) -> str:
    """The cookie that a tap gets on a server that has `keys`."""
    app = create_app(Settings(database=database, keys=keys), now=lambda: 1_796_137_200_000)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            await http.post("/j", data={"token": link.split("#")[1]})
            return dict(http.cookies)["seat"]


async def test_a_link_can_be_pasted_whatever_stands_around_it(world: World) -> None:
    link = world.booked.links["support"]
    for pasted in (link, f"  Here it is: <{link}>  See you there", link.split("#")[1]):
        phone = world.stranger()
        assert (await phone.http.post("/j", data={"link": pasted})).status_code == 303
        assert await role_at(phone, world) == "support"
    assert (await world.stranger().http.post("/j", data={"link": "https://example.org/"})).status_code == 404


async def test_who_comes_with_a_lost_cookie_finds_every_way_back(world: World) -> None:
    page = (await world.stranger().http.get(f"/s/{world.booked.session.handle}/")).text
    assert 'name="link"' in page
    assert 'name="code"' in page
    assert "Ask the clinic for its number" in page, "there are two clinics here, and which one is nobody's business"


async def test_the_only_clinic_of_a_server_can_be_called_from_every_dead_end(tmp_path: Path) -> None:
    app = create_app(Settings(database=databases.new(tmp_path / "one.db"), keys=(KEY,)))
    async with app.router.lifespan_context(app):
        await app.state.site.store.add_clinic("Maple House", "America/Toronto", "+1 555 0100", 0)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
        ) as http:
            for path in ("/s/nowhere/", "/j"):
                assert 'href="tel:+15550100"' in (await http.get(path)).text


async def test_an_installed_app_takes_a_credential_of_its_own_and_both_go_on(world: World) -> None:
    tab, app = await world.seat("client"), world.stranger()
    app.http.cookies.update(tab.http.cookies)  # copied once, when it is installed
    before = dict(app.http.cookies)
    assert (await app.http.post(f"/s/{tab.handle}/installed")).status_code == 204
    assert dict(app.http.cookies) != before
    for phone in (tab, app):
        assert await role_at(phone, world) == "client"
    for phone in (tab, app):
        assert "emptied" not in (await phone.sync(counted=0)).json(), "two devices, none of which lost anything"
