"""Wrong passphrases are slowed by account and place, and nobody is locked out for good."""

import ipaddress

import httpx2
import pytest
from starlette.requests import Request

from sessionday.settings import SettingError, read_settings
from sessionday.web.proxies import place_of
from sessionday.web.tries import Tries, prefix
from tests.world import PASSPHRASE, World

PROXIES = read_settings({"proxies": "127.0.0.1, 10.1.0.0/16, 2001:db8:1::/48"}, {}).proxies


async def test_after_five_wrong_tries_even_the_right_one_waits_and_then_opens(world: World) -> None:
    for email in ("robin@example.org", "nobody@example.org"):
        for _ in range(5):
            assert (await world.stranger().sign_in(email, "wrong horse battery")).status_code == 422
        assert (await world.stranger().sign_in(email)).status_code == 429
    assert (await world.stranger().sign_in("eve@example.org")).status_code == 303
    world.clock.now += 60_000
    assert (await world.stranger().sign_in("robin@example.org")).status_code == 303


def test_each_wrong_try_waits_longer_up_to_a_minute_and_only_there() -> None:
    tries, waits = Tries(), []
    for _ in range(14):
        tries.wrong("robin", "192.0.2.7", 0)
        waits.append(tries.wait("robin", "192.0.2.200", 0))
    assert waits == [0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]
    assert tries.wait("robin", "198.51.100.7", 0) == tries.wait("kim", "192.0.2.7", 0) == 0
    tries.right("robin", "192.0.2.7")
    assert tries.wait("robin", "192.0.2.7", 0) == 0


def test_a_household_is_one_place() -> None:
    assert prefix("2001:db8:1:2:3::4") == prefix("2001:db8:1:2::9") != prefix("2001:db8:1:3::9")


def asked(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode("latin-1")) for one in forwarded]
    return Request({"type": "http", "client": (peer, 5), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "place"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["192.0.2.1", "198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("127.0.0.1", ["192.0.2.1, 10.1.2.3, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["made up"], "127.0.0.1"),
        ("127.0.0.1", ["192.0.2.1, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8:2::1]:4711"], "2001:db8:2::1"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("2001:db8:1::5", ["2001:db8:2::1"], "2001:db8:2::1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["10.1.2.3," * 5000 + "10.1.2.3"], "10.1.2.3"),
        ("", ["198.51.100.7"], ""),
    ],
)
def test_only_a_proxy_of_ours_says_from_where_somebody_asks(peer: str, forwarded: list[str], place: str) -> None:
    assert place_of(asked(peer, *forwarded), PROXIES) == place


def test_whose_word_is_taken_is_a_setting_and_loopback_alone_where_there_is_none() -> None:
    assert [str(one) for one in read_settings({}, {}).proxies] == ["127.0.0.1/32", "::1/128"]
    assert read_settings({}, {"SESSIONDAY_PROXIES": "none"}).proxies == ()
    assert read_settings({}, {"SESSIONDAY_PROXIES": "10.0.0.5"}).proxies == (ipaddress.ip_network("10.0.0.5"),)
    for text in ("proxy.example.org", "10.0.0.5/8", "*", "10.0.0.5,"):
        with pytest.raises(SettingError, match="The proxies must be"):
            read_settings({}, {"SESSIONDAY_PROXIES": text})


async def test_somebody_behind_the_proxy_slows_nobody_else_behind_it_and_nobody_makes_up_a_place(
    world: World,
) -> None:
    world.app.state.site.settings = read_settings({}, {})
    form = {"email": "robin@example.org", "password": "wrong horse battery"}
    right = {**form, "password": PASSPHRASE}

    async def sign_in(peer: str, forwarded: str, typed: dict[str, str]) -> int:
        transport = httpx2.ASGITransport(app=world.app, client=(peer, 5))
        async with httpx2.AsyncClient(transport=transport, base_url=world.url) as browser:
            answer = await browser.post("/sign-in", data=typed, headers={"X-Forwarded-For": forwarded})
        return int(answer.status_code)

    for _ in range(5):
        await sign_in("127.0.0.1", "198.51.100.7", form)
    assert await sign_in("127.0.0.1", "198.51.100.8", right) == 429, "the same network"
    assert await sign_in("127.0.0.1", "192.0.2.1, 198.51.100.7", right) == 429, "what the browser itself wrote"
    assert await sign_in("127.0.0.1", "192.0.2.1", right) == 303, "another place behind the same proxy"
    for n in range(5):
        await sign_in("203.0.113.9", f"192.0.{n}.1", form)
    assert await sign_in("203.0.113.9", "192.0.77.1", right) == 429, "no proxy of ours: it is one place"
