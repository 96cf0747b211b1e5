"""What a phone keeps: one release of files, told to it whole, and a manifest that gives nothing away."""

import json
import re

from sessionday.settings import folder
from tests.world import World


async def test_the_worker_is_asked_for_anew_and_may_keep_the_whole_site(world: World) -> None:
    answer = await world.stranger().http.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"


async def test_the_worker_is_told_of_every_file_of_its_build_and_of_no_other(world: World) -> None:
    http = world.stranger().http
    worker = (await http.get("/sw.js")).text
    build = json.loads(re.search(r"^const BUILD = (.*);$", worker, re.M)[1])  # type: ignore[index]
    files = json.loads(re.search(r"^const FILES = (.*);$", worker, re.M)[1])  # type: ignore[index]
    assert build == (await http.get("/health")).json()["build"]
    static = folder("static")
    there = {file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file()} - {"sw.js"}
    assert set(files) == {f"/static/{build}/{name}" for name in there}
    for file in files:
        assert (await http.get(file)).status_code == 200, file


async def test_every_file_that_a_page_asks_for_is_in_the_release(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    worker = (await client.http.get("/sw.js")).text
    for phone, path in ((client, f"/s/{client.handle}/"), (desk, "/board"), (desk, "/j"), (desk, "/sign-in")):
        for asked in re.findall(r'(?:src|href)="(/static/[^"]+)"', (await phone.http.get(path)).text):
            assert f'"{asked}"' in worker, (path, asked)


async def test_a_file_is_kept_for_good_under_its_own_build_only(world: World) -> None:
    http = world.stranger().http
    build = (await http.get("/health")).json()["build"]
    own = await http.get(f"/static/{build}/js/session.js")
    old = await http.get("/static/0123456789ab/js/session.js")
    assert "immutable" in own.headers["cache-control"]
    assert old.headers["cache-control"] == "no-cache"
    assert own.headers["content-type"].startswith("text/javascript")
    assert (await http.get(f"/static/{build}/no/such.js")).headers["cache-control"] == "no-store"


async def test_a_page_says_of_which_build_it_is(world: World) -> None:
    client = await world.seat("client")
    build = (await client.http.get("/health")).json()["build"]
    assert (await client.http.get(f"/s/{client.handle}/")).headers["x-build"] == build


async def test_a_manifest_is_one_sessions_own_and_holds_no_secret(world: World) -> None:
    client = await world.seat("client")
    answer = await client.http.get(f"/s/{client.handle}/app.webmanifest")
    manifest = answer.json()
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert {manifest["id"], manifest["scope"], manifest["start_url"]} == {f"/s/{client.handle}/"}
    for secret in (*world.booked.codes.values(), *(link.split("#")[1] for link in world.booked.links.values())):
        assert secret not in answer.text
    for name in ("Sam", "Alex", "Maple House", world.booked.session.id):
        assert name not in answer.text
    for icon in manifest["icons"]:
        assert (await client.http.get(icon["src"])).status_code == 200
    stranger = await world.stranger().http.get(f"/s/{client.handle}/app.webmanifest")
    assert stranger.content == answer.content


async def test_a_pack_changes_its_version_when_anything_in_it_does(world: World) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    packs = [(await phone.http.get(f"/s/{client.handle}/pack")).json() for phone in (client, client, support)]
    assert packs[0] == packs[1]
    assert packs[0]["version"] != packs[2]["version"]
    assert (await client.sync()).json()["pack"] == packs[0]["version"]
