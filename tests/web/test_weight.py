"""What a phone has to load: budgets, in bytes as they travel (gzip). A slow 3G brings some 50 kB in a second."""

import re

import pytest

from tests.web.test_offline import kept
from tests.world import Phone, World

# All that a seat’s phone keeps: files, pages, pack; 8 kB of it let each page change its language. What is random in
# pages (ids, handles) makes it 0.2 kB more or less.
SESSION = 164_400
PAGE, STYLE, WORKER = 6_000, 10_000, 4_200  # 0.2 kB of the worker let a dimmed page come dim
SCRIPTS = 31_200  # of a seat's page; 20 kB were wanted, and each of its modules travels alone


async def travelled(phone: Phone, path: str) -> int:
    """The bytes of an answer's body as they travel."""
    async with phone.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        return sum([len(part) async for part in answer.aiter_raw()])


async def pages_of(phone: Phone) -> list[str]:
    """The pages that the worker keeps for this seat (worker.js)."""
    pack = (await phone.http.get(f"/s/{phone.handle}/pack")).json()
    below = ["", *(f"steps/{step}" for step in pack["texts"]["steps"]), *pack["about"]]
    return [f"/s/{phone.handle}/{path}" for path in below]


async def imported(phone: Phone, path: str, found: set[str]) -> None:
    """A module and all that it imports before it runs; of start.js, all that it starts on every page."""
    if path in found:
        return
    found.add(path)
    code = (await phone.http.get(path)).text
    first = r'"(\./[^"]+\.js)"' if path.endswith("/start.js") else r'^import (?:[^;]*? from )?"([^"]+)";'
    for name in re.findall(first, code, re.M):
        up = name.startswith("../")
        folder = path.rsplit("/", 2 if up else 1)[0]
        await imported(phone, f"{folder}/{name.removeprefix('./').removeprefix('../')}", found)


@pytest.mark.parametrize("role", ["client", "support", "prescriber"])
async def test_all_that_a_seats_phone_keeps_is_within_its_budget(world: World, role: str) -> None:
    phone = await world.seat(role)
    files = [await travelled(phone, name) for name in kept((await phone.http.get("/sw.js")).text)]
    pages = [await travelled(phone, path) for path in await pages_of(phone)]
    assert max(pages) <= PAGE
    pack = await travelled(phone, f"/s/{phone.handle}/pack")
    assert sum(files) + sum(pages) + pack <= SESSION, (sum(files), sum(pages), pack)


async def test_style_scripts_and_worker_are_within_theirs(world: World) -> None:
    phone = await world.seat("client")
    page = (await phone.http.get(f"/s/{phone.handle}/")).text
    (style,) = re.findall(r'href="(/static/[^"]+\.css)"', page)
    modules: set[str] = set()
    for script in re.findall(r'(?:src|data-then)="(/static/[^"]+\.js)"', page):
        await imported(phone, script, modules)
    assert len(modules) > 20
    assert await travelled(phone, style) <= STYLE
    assert await travelled(phone, "/sw.js") <= WORKER
    assert sum([await travelled(phone, module) for module in modules]) <= SCRIPTS
