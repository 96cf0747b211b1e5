"""Wrong passphrases are slowed by account and place, and nobody is locked out for good."""

from sessionday.web.tries import Tries, prefix
from tests.world import World


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
