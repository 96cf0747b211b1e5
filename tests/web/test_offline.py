"""What a phone keeps: one release of files, told to it whole, and a manifest that gives nothing away."""

import base64
import hashlib
import json
import re

from sessionday.settings import folder
from sessionday.web.offline import Release, _light
from tests.world import HOUR, World

DAY = 24 * HOUR
TO_INSTALL = ("screens/", "icons/icon-", "icons/maskable")  # asked for once, with signal
ON_LINKS = ("js/landing.js", "js/linked.js")  # of the page that the worker never touches
LICENSE = "vendor/qr/LICENSE-MIT"


def kept(worker: str, name: str = "FILES") -> dict[str, str]:
    """The files that a worker is told to keep, each with its hash; STAFF: those for the clinic alone."""
    found = re.search(rf"^const {name} = (.*);$", worker, re.M)
    assert found
    files: list[tuple[str, str]] = json.loads(found[1])
    return dict(files)


async def test_the_worker_is_asked_for_anew_and_may_keep_the_whole_site(world: World) -> None:
    answer = await world.stranger().http.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"


async def test_the_worker_is_told_of_every_file_of_its_build_and_of_no_other(world: World) -> None:
    http = world.stranger().http
    worker = (await http.get("/sw.js")).text
    build = json.loads(re.search(r"^const BUILD = (.*);$", worker, re.M)[1])  # type: ignore[index]
    files = {**kept(worker), **kept(worker, "STAFF")}
    assert build == (await http.get("/health")).json()["build"]
    static = folder("static")
    there = {file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file()} - {
        "sw.js",
        "escape.js",
    }
    there = {name for name in there if not name.startswith((*TO_INSTALL, *ON_LINKS)) and name != LICENSE}
    assert set(files) == {f"/static/{build}/{name}" for name in there}
    for file, integrity in files.items():
        answer = await http.get(file)
        assert answer.status_code == 200, file
        assert integrity == "sha256-" + base64.b64encode(hashlib.sha256(answer.content).digest()).decode(), file


async def test_our_scripts_travel_without_what_only_readers_of_the_source_need(world: World) -> None:
    http = world.stranger().http
    build = (await http.get("/health")).json()["build"]
    sent = (await http.get(f"/static/{build}/js/log.js")).text.splitlines()
    source = (folder("static") / "js" / "log.js").read_text().splitlines()
    assert sent == ["" if line.strip().startswith("//") else line.lstrip() for line in source]


async def test_a_library_travels_without_its_comments_but_for_whose_work_it_is(world: World) -> None:
    http = world.stranger().http
    build = (await http.get("/health")).json()["build"]
    sent = (await http.get(f"/static/{build}/vendor/qr/index.js")).text
    source = (folder("static") / "vendor" / "qr" / "index.js").read_text()
    assert sent.startswith("/*!\n* Copyright")
    assert "\n/**" not in sent
    assert len(sent.splitlines()) == len(source.splitlines())
    assert len(sent) < 0.7 * len(source)
    assert (await http.get(f"/static/{build}/{LICENSE}")).status_code == 200


def test_only_comments_that_fill_their_lines_are_dropped() -> None:
    kept = 'const a = 1; // why\nconst b = /* @__PURE__ */ f();\n/* x */ g();\nconst c = "/*";\nconst d = "*/";\n'
    assert _light(kept.encode()).decode() == kept
    assert _light(b"a();\n/** one\n * two */\n  b();\n  // c\n/* d */\n").decode() == "a();\n\n\nb();\n\n\n"


def test_no_script_has_text_over_several_lines_that_an_indent_could_be_part_of() -> None:
    for file in (folder("static")).rglob("*.js"):
        if "vendor" not in file.parts:
            assert all(line.count("`") % 2 == 0 for line in file.read_text().splitlines()), file.name
            continue
        code = _light(file.read_bytes()).decode().splitlines()
        assert all(line.count("`") % 2 == 0 for line in code), file.name


def test_what_a_session_page_needs_to_begin_is_kept_by_every_device() -> None:
    begins = (folder("static") / "js" / "session.js").read_text().split("async function start()")[1].split("\n}\n")[0]
    files = Release()._worker.body.decode().split("const STAFF")[0]
    needed = re.findall(r'await import\("\./([^"]+)"\)', begins)
    assert needed == ["unproven.js"]
    assert all(f"/js/{name}" in files for name in needed)


def test_a_worker_that_does_harm_is_replaced_by_one_that_leaves() -> None:
    escape = (folder("static") / "escape.js").read_text()
    assert "unregister()" in escape
    assert "indexedDB" not in escape, "what people wrote stays"
    assert b"unregister()" in Release(escape=True)._worker.body
    assert b"unregister()" not in Release()._worker.body


async def test_every_file_that_a_page_asks_for_is_in_the_release(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    worker = (await client.http.get("/sw.js")).text
    for phone, path in ((client, f"/s/{client.handle}/"), (desk, "/board"), (desk, "/j"), (desk, "/sign-in")):
        for asked in re.findall(r'(?:src|href|data-then)="(/static/[^"]+)"', (await phone.http.get(path)).text):
            found = f'"{asked}"' in worker or asked.split("/", 3)[3].startswith((*TO_INSTALL, *ON_LINKS))
            assert found, (path, asked)


async def test_a_file_is_kept_for_good_under_its_own_build_only(world: World) -> None:
    http = world.stranger().http
    build = (await http.get("/health")).json()["build"]
    own = await http.get(f"/static/{build}/js/session.js")
    old = await http.get("/static/0123456789ab/css/day.css")
    assert "immutable" in own.headers["cache-control"]
    assert old.headers["cache-control"] == "no-cache"
    assert own.headers["content-type"].startswith("text/javascript")
    assert (await http.get(f"/static/{build}/no/such.js")).headers["cache-control"] == "no-store"


async def test_no_script_is_given_out_as_another_builds(world: World) -> None:
    """It would meet scripts of its own build, which are on the page already."""
    assert (await world.stranger().http.get("/static/0123456789ab/js/light.js")).status_code == 404


async def test_a_page_says_of_which_build_it_is(world: World) -> None:
    client = await world.seat("client")
    build = (await client.http.get("/health")).json()["build"]
    assert (await client.http.get(f"/s/{client.handle}/")).headers["x-build"] == build


async def test_a_manifest_is_one_sessions_own_and_holds_no_secret(world: World) -> None:
    client = await world.seat("client")
    answer = await client.http.get(f"/s/{client.handle}/app.webmanifest")
    manifest = answer.json()
    assert answer.headers["content-type"].startswith("application/manifest+json")
    scope = f"/s/{client.handle}/"
    assert (manifest["id"], manifest["scope"], manifest["start_url"]) == (scope, scope, f"{scope}?app")
    assert all(one["url"].startswith(scope) for one in manifest["shortcuts"])
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for secret in (*world.booked.codes.values(), *(link.split("#")[1] for link in world.booked.links.values())):
        assert secret not in answer.text
    for name in ("Sam", "Alex", "Maple House", world.booked.session.id):
        assert name not in answer.text
    for picture in (*manifest["icons"], *manifest["screenshots"]):
        assert (await client.http.get(picture["src"])).status_code == 200
    stranger = await world.stranger().http.get(f"/s/{client.handle}/app.webmanifest")
    assert stranger.content == answer.content


async def test_a_pack_changes_its_version_when_anything_in_it_does(world: World) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    packs = [(await phone.http.get(f"/s/{client.handle}/pack")).json() for phone in (client, client, support)]
    assert packs[0] == packs[1]
    assert packs[0]["version"] != packs[2]["version"]
    assert (await client.sync()).json()["pack"] == packs[0]["version"]


async def test_long_after_the_end_a_seats_page_brings_what_is_unsent_and_forgets(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    desk.handle = client.handle
    cancel = next(step["id"] for step in world.checklist.rules["steps"] if step["marks"] == "cancel")
    assert (await desk.say(cancel, "yes"))["verdicts"][0]["result"] == "stored"
    page = f"/s/{client.handle}/"
    world.clock.now += 3 * DAY - 1
    assert "session.js" in (await client.http.get(page)).text
    world.clock.now += 1
    over = (await client.http.get(page)).text
    assert "over.js" in over
    assert "session.js" not in over
    assert "Called off" in over
    assert "Sam" not in over
    assert re.search(r"<p data-forgotten[^>]* hidden>Nothing of it is on this phone", over), "said only when it is so"
    step = await client.http.get(f"{page}steps/intentions")
    assert (step.status_code, step.headers["location"]) == (303, f"{page}?over")
    await desk.sign_in("robin@example.org")
    assert "session.js" in (await desk.http.get(page)).text, "the clinic keeps the record"
