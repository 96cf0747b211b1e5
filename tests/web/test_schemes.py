"""A page is drawn dim for a browser that asked for it, and for no other."""

import pytest

from tests.world import World


@pytest.mark.parametrize(
    ("cookie", "scheme"),
    [
        ("scheme=dim", "dim"),
        ("__Host-scheme=dim", "dim"),
        ("a=b; scheme=dim; c=d", "dim"),
        ("scheme=own", "own"),
        ("scheme=dimmer", "own"),
        ("myscheme=dim", "own"),
        ('scheme="><script>', "own"),
        ("", "own"),
    ],
)
async def test_a_page_is_drawn_as_its_browser_chose(world: World, cookie: str, scheme: str) -> None:
    page = await world.stranger().http.get("/sign-in", headers={"cookie": cookie})
    assert page.status_code == 200
    assert f'data-scheme="{scheme}"' in page.text


async def test_two_browsers_of_one_seat_have_each_their_own(world: World) -> None:
    phone = await world.seat("client")
    day = f"/s/{phone.handle}/"
    for _ in range(2):  # drawn, and then as it was kept
        phone.http.cookies.set("scheme", "dim", domain="127.0.0.1", path="/")
        assert 'data-scheme="dim"' in (await phone.http.get(day)).text
        phone.http.cookies.delete("scheme")
        assert 'data-scheme="own"' in (await phone.http.get(day)).text
