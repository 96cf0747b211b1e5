"""Links and codes: looking changes nothing, a tap opens one seat on one device."""

from tests.world import World


async def test_looking_at_the_landing_page_changes_and_reveals_nothing(world: World) -> None:
    phone = world.stranger()
    for method in ("GET", "HEAD"):
        answer = await phone.http.request(method, "/j")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "Sam" not in answer.text
