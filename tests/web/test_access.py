"""Who may do what: every route, as everybody, at every session. A route that has no row here fails."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from sessionday.app import ROUTES
from sessionday.booking import Booked
from sessionday.store import Session
from tests.world import HOUR, Phone, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINKS = {"client", "support", "prescriber"}
# Of each session: who may read it, and who may still push to it although they read no more.
READERS = {"own": {*LINKS, "staff"}, "sister": {"staff"}, "elsewhere": {"eve"}, "nowhere": set()}
PUSHERS = {"own": {"revoked", "expired"}, "sister": {"expired"}, "elsewhere": set(), "nowhere": set()}
NOBODY = {"stranger"}
EVERYBODY = [*sorted(LINKS), "staff", "eve", "revoked", "expired", "signed out", "stranger"]


@dataclass(frozen=True)
class Row:
    """What a route answers: to readers (where it differs: by role), to who may only push, to the known, to nobody."""

    reader: int | dict[str, int]
    pusher: int = 404
    known: int = 404
    nobody: int = 404

    def expects(self, who: str, session: str) -> int:
        """The status for somebody at a session."""
        if who in READERS[session]:
            role = "staff" if who == "eve" else who
            return self.reader if isinstance(self.reader, int) else self.reader.get(role, 404)
        if who in PUSHERS[session]:
            return self.pusher
        return self.nobody if who in NOBODY else self.known


SESSION_ROWS = {
    ("GET", "/s/{handle}/"): Row(200),
    ("GET", "/s/{handle}/steps/{step}"): Row({"client": 200, "staff": 200}),  # intentions
    ("GET", "/s/{handle}/about/"): Row(200),
    ("GET", "/s/{handle}/about/{page}"): Row({"client": 200, "prescriber": 200, "staff": 200}),  # the client's own
    ("POST", "/s/{handle}/entries"): Row({"client": 303, "staff": 422}),  # the client's own step
    ("POST", "/s/{handle}/seats"): Row({"staff": 200}),
    ("GET", "/s/{handle}/arrange"): Row({"staff": 200}),
    ("POST", "/s/{handle}/arrange"): Row({"staff": 303}),  # taken over
    ("GET", "/s/{handle}/ride"): Row({"staff": 200}),
    ("POST", "/s/{handle}/ride"): Row({"staff": 422}),  # without a word of what was done
    ("GET", "/s/{handle}/limits"): Row({"staff": 200, "prescriber": 200}),
    ("POST", "/s/{handle}/limits"): Row({"staff": 303, "prescriber": 303}),
    ("GET", "/s/{handle}/record"): Row({"staff": 200}),
    ("GET", "/s/{handle}/record.json"): Row({"staff": 200}),
    ("GET", "/s/{handle}/record.fhir.json"): Row({"staff": 200}),
    ("GET", "/s/{handle}/record.pdf"): Row({"staff": 200}),
    ("GET", "/s/{handle}/record.csv"): Row({"staff": 200}),
    ("GET", "/s/{handle}/erase"): Row({"staff": 403}),  # leads alone
    ("POST", "/s/{handle}/erase"): Row({"staff": 403}),
    ("GET", "/s/{handle}/sheet"): Row({"staff": 200}),
    ("GET", "/s/{handle}/card"): Row({"staff": 200}),
    ("GET", "/s/{handle}/duties"): Row({"staff": 200, "support": 200}),
    ("POST", "/s/{handle}/installed"): Row(dict.fromkeys(LINKS, 204)),
    ("POST", "/s/{handle}/sync"): Row(200, pusher=200, nobody=401),
    ("GET", "/s/{handle}/pack"): Row(200),
    ("GET", "/s/{handle}/light"): Row(dict.fromkeys(LINKS, 200)),  # a seat's own device alone
    ("GET", "/s/{handle}/live"): Row(200),
    ("GET", "/s/{handle}/app.webmanifest"): Row(200, pusher=200, known=200, nobody=200),
}
# What is about no session: what staff get, and what all others (last, where it differs: whose sign-in expired).
OTHER_ROWS: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/"): (303, 303),
    ("GET", "/health"): (200, 200),
    ("POST", "/language"): (422, 422),  # it names none
    ("GET", "/j"): (200, 200),
    ("POST", "/j"): (404, 404),  # a link that opens nothing
    ("GET", "/sign-in"): (200, 200),
    ("POST", "/sign-in"): (422, 422),  # a wrong passphrase
    ("GET", "/set-up"): (404, 404),  # there is a clinic
    ("POST", "/set-up"): (404, 404),
    ("GET", "/join"): (200, 200),
    ("POST", "/join"): (404, 404),  # an invitation that opens nothing
    ("GET", "/locked"): (303, 303),  # no shared tablet
    ("POST", "/locked"): (404, 404),  # it says not what to do
    ("POST", "/lock"): (303, 401, 303),
    ("POST", "/awake"): (204, 401),
    ("POST", "/prove"): (401, 401),  # no shared tablet
    ("GET", "/me"): (200, 303),
    ("POST", "/me"): (422, 401),  # without the present passphrase
    ("GET", "/staff"): (403, 303),
    ("POST", "/staff"): (403, 401),  # leads only, as the clinic itself
    ("GET", "/clinic"): (403, 303),
    ("POST", "/clinic"): (403, 401),
    ("GET", "/clinic/records"): (403, 303),
    ("POST", "/clinic/records"): (403, 401),
    ("GET", "/board"): (200, 303),
    ("GET", "/board/wall"): (200, 303),
    ("GET", "/board/live"): (200, 401),
    ("GET", "/figures"): (200, 303),
    ("GET", "/figures.csv"): (200, 303),
    ("GET", "/sessions"): (200, 303),
    ("GET", "/sessions/new"): (200, 303),
    ("POST", "/sessions/new"): (422, 401),
    ("GET", "/carry"): (200, 303),
    ("POST", "/carry"): (200, 401, 200),  # who may only push
    ("GET", "/protocols"): (200, 303),
    ("GET", "/protocols/{protocol}/{version}"): (200, 303),
    ("GET", "/protocols/{protocol}/compare"): (200, 303),
    ("POST", "/protocols/{protocol}/{version}/copy"): (403, 401),  # leads only, as all that follow
    ("GET", "/protocols/drafts/{draft}"): (403, 303),
    ("POST", "/protocols/drafts/{draft}"): (403, 401),
    ("POST", "/protocols/drafts/{draft}/check"): (403, 401),
    ("GET", "/record/verify_record.py"): (200, 200),
    ("GET", "/access"): (403, 303),  # leads alone
    ("GET", "/sw.js"): (200, 200),
    ("GET", "/static/{build}/{path:path}"): (200, 200),
    ("POST", "/sign-in/passkey/options"): (200, 200),
    ("POST", "/sign-in/passkey"): (415, 415),  # no JSON
    ("POST", "/passkeys/options"): (415, 401),
    ("POST", "/passkeys"): (415, 401),
    ("POST", "/sign-out"): (303, 303),  # last: it ends who asks
}


@dataclass
class Scene:
    """Everybody's browser, and the sessions by name."""

    world: World
    people: dict[str, Phone]
    sessions: dict[str, Session]

    def handle(self, who: str, name: str) -> str:
        """The handle of a session; whoever was revoked has one of their own."""
        name = "ended" if (who, name) == ("revoked", "own") else name
        return self.sessions[name].handle if name in self.sessions else "nowhere-at-all"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """Each seat; staff of both clinics; whose link was revoked, whose sign-in expired or ended; and nobody."""
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        expired = await world.desk()
        world.clock.now += 12 * HOUR + 1
        booked = {"sister": await world.book("Jo"), "elsewhere": await world.book("Kai", world.other)}
        booked |= {"own": world.booked, "ended": await world.book("Ann")}
        people = {role: await world.seat(role) for role in sorted(LINKS)}
        people |= {"staff": await world.desk(), "eve": await world.desk("eve@example.org")}
        people |= {"expired": expired, "stranger": world.stranger(), "signed out": await signed_out(world)}
        people["revoked"] = await revoked(world, booked["ended"])
        world.app.state.site.closing = True  # a stream ends after its first news, so that it can be read here
        yield Scene(world, people, {name: one.session for name, one in booked.items()})


async def signed_out(world: World) -> Phone:
    """Staff who signed out, with the cookie put back by hand."""
    phone = await world.desk()
    cookies = dict(phone.http.cookies)
    await phone.http.post("/sign-out")
    assert not dict(phone.http.cookies)
    phone.http.cookies.update(cookies)
    return phone


async def revoked(world: World, booked: Booked) -> Phone:
    """A client whose link was ended."""
    phone = world.stranger()
    await phone.open(booked.links["client"])
    for seat in await world.store.seats(booked.session):
        await world.store.revoke_seat(seat, world.clock.now)
    return phone


async def asked(scene: Scene, who: str, method: str, route: str, name: str = "own") -> httpx2.Response:
    """One request, of the kind that the route takes."""
    phone, handle = scene.people[who], scene.handle(who, name)
    path = route.replace("{handle}", handle).replace("{step}", "intentions").replace("{path:path}", "css/day.css")
    path = path.replace("{build}", scene.world.app.state.site.release.build)
    path = path.replace("{page}", "driving")
    path = path.replace("{protocol}", "kap-lozenge").replace("{version}", "1").replace("{draft}", "none")
    path += "?from=1&to=1" if route.endswith("/compare") else ""
    if route.endswith("/sync"):
        phone.handle = handle
        return await phone.sync()
    if method == "POST" and route == "/carry":
        return await phone.http.post(path, json={"v": 1, "device": "d", "sent_at": 0, "entries": []})
    if method != "POST":
        return await phone.http.request(method, path, params={"device": "d"} if route.endswith("/light") else None)
    form = {"id": str(uuid4()), "step": "intentions", "answer": "rest", "do": "code"}
    form["email"] = f"{who.replace(' ', '-')}@example.org"  # wrong tries slow the account that they name
    form["do"] = "take" if route.endswith("/arrange") else form["do"]
    if route.endswith("/ride"):
        form["branch"] = "stays"
    if route.endswith("/seats") and name in scene.sessions:
        form["seat"] = (await scene.world.store.seats(scene.sessions[name]))[0].id
    return await phone.http.post(path, data=form)


async def test_every_route_has_a_row() -> None:
    routes = {(method, route.path) for route in ROUTES for method in (route.methods or set()) - {"HEAD"}}
    assert routes == SESSION_ROWS.keys() | OTHER_ROWS.keys()


@pytest.mark.parametrize(("method", "route"), SESSION_ROWS, ids=str)
async def test_a_session_answers_each_as_its_row_says(scene: Scene, method: str, route: str) -> None:
    expected, found = {}, {}
    for who in EVERYBODY:
        for name in READERS:
            expected[who, name] = SESSION_ROWS[method, route].expects(who, name)
            found[who, name] = (await asked(scene, who, method, route, name)).status_code
    assert found == expected


@pytest.mark.parametrize(("method", "route"), OTHER_ROWS, ids=str)
async def test_the_rest_answers_each_as_its_row_says(scene: Scene, method: str, route: str) -> None:
    staff, others, *late = OTHER_ROWS[method, route]
    people = dict(scene.people)
    if route == "/sign-out":
        # Who signs out here still sits at the desk elsewhere.
        scene.people |= {"staff": await scene.world.desk(), "eve": await scene.world.desk("eve@example.org")}
    found = {who: (await asked(scene, who, method, route)).status_code for who in EVERYBODY}
    scene.people.update(people)
    expected = {who: staff if who in ("staff", "eve") else others for who in EVERYBODY}
    assert found == {**expected, "expired": late[0] if late else others}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_not_yours_and_not_there_can_not_be_told_apart(scene: Scene, accept: str) -> None:
    for (method, route), row in SESSION_ROWS.items():
        for who in EVERYBODY:
            scene.people[who].http.headers["accept"] = accept
            closed = [name for name in READERS if row.expects(who, name) >= 400]
            answers = [await asked(scene, who, method, route, name) for name in closed]
            told = {(answer.status_code, answer.content, str(sorted(answer.headers.items()))) for answer in answers}
            assert len({one for one in told if one[0] in (401, 404)}) <= 1, (who, method, route)


@pytest.mark.parametrize("who", ["client", "support", "prescriber"])
async def test_a_step_that_a_seat_may_not_see_is_not_there_for_it(scene: Scene, who: str) -> None:
    phone, handle = scene.people[who], scene.handle(who, "own")
    nowhere = await phone.http.get(f"/s/{handle}/steps/no_such_step")
    assert nowhere.status_code == 404
    for step, shown in scene.world.checklist.steps.items():
        page = await phone.http.get(f"/s/{handle}/steps/{step}")
        if who in shown["visible_to"]:
            assert page.status_code == 200, step
            continue
        assert (page.status_code, page.content) == (404, nowhere.content), step
        form = await phone.http.post(f"/s/{handle}/entries", data={"step": step, "answer": "yes", "id": str(uuid4())})
        assert form.status_code == 404, step


async def test_the_board_and_the_desk_never_name_another_clinics_session(scene: Scene) -> None:
    board = (await scene.people["eve"].http.get("/board")).text
    assert "Kai" in board
    for name in ("Sam", "Jo", "Ann", "Maple House", scene.sessions["own"].handle):
        assert name not in board


# Where a request comes from

SITES: dict[tuple[str | None, str | None], bool] = {
    ("same-origin", None): True,
    ("same-origin", "http://127.0.0.1:8000"): True,
    ("same-origin", "null"): True,  # Referrer-Policy: no-referrer makes browsers say so
    ("none", None): True,
    ("same-site", None): False,
    ("same-site", "http://127.0.0.1:8000"): False,
    ("cross-site", None): False,
    ("cross-site", "http://127.0.0.1:8000"): False,
    ("", None): False,
    ("garbage", "http://127.0.0.1:8000"): False,
    ("SAME-ORIGIN", None): False,
    (None, None): True,
    (None, "http://127.0.0.1:8000"): True,
    (None, "HTTP://127.0.0.1:8000"): True,
    (None, "http://127.0.0.1"): False,
    (None, "http://127.0.0.1:8001"): False,
    (None, "https://127.0.0.1:8000"): False,
    (None, "http://127.0.0.1:8000.evil.example"): False,
    (None, "http://evil.example"): False,
    (None, "null"): False,
    (None, ""): False,
    (None, "http://[not an address"): False,
    (None, "http://127.0.0.1:port"): False,
}


@pytest.mark.parametrize("path", ["/sign-out", "/j", "/s/{handle}/entries", "/s/{handle}/sync", "/no/such/page"])
async def test_a_post_is_taken_from_our_own_pages_only(scene: Scene, path: str) -> None:
    phone = scene.world.stranger()
    path = path.replace("{handle}", scene.handle("client", "own"))
    found = {}
    for site, origin in SITES:
        named = {"sec-fetch-site": site, "origin": origin}
        headers = {name: value for name, value in named.items() if value is not None}
        answer = await phone.http.post(path, headers=headers)
        assert answer.status_code < 500, (site, origin)
        found[site, origin] = answer.status_code != 403
    assert found == SITES


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
async def test_a_method_that_no_route_has_is_405_and_from_elsewhere_403(scene: Scene, method: str) -> None:
    phone = scene.people["staff"]
    for route in {route.path for route in ROUTES}:
        path = route.replace("{handle}", "x").replace("{step}", "y")
        assert (await phone.http.request(method, path)).status_code == 405, path
        foreign = await phone.http.request(method, path, headers={"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403, path


async def test_head_answers_as_get_without_a_body(scene: Scene) -> None:
    for method, route in [*SESSION_ROWS, *OTHER_ROWS]:
        if method == "GET":
            got = await asked(scene, "staff", "GET", route)
            head = await asked(scene, "staff", "HEAD", route)
            assert (head.status_code, head.content) == (got.status_code, b""), route


async def test_a_method_can_not_be_overridden(scene: Scene) -> None:
    phone = scene.world.stranger()
    answer = await phone.http.get("/sign-out", headers={"x-http-method-override": "POST"})
    assert answer.status_code == 405


# What every response carries

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
}


async def every_kind_of_answer(world: World) -> dict[int, httpx2.Response]:
    """One response of each status that there is."""
    client, stranger = await world.seat("client"), world.stranger()
    day = f"/s/{client.handle}/"
    answers = [
        await client.http.get(day),
        await stranger.http.get("/"),
        await client.http.post(f"{day}sync", content=b"{", headers={"content-type": "application/json"}),
        await stranger.http.post(f"{day}sync", json={}),
        await stranger.http.post("/j", headers={"origin": "http://evil.example"}),
        await stranger.http.get("/no/such/page"),
        await stranger.http.put("/j"),
        await client.http.post(f"{day}entries", data={"answer": "x" * 40_000}),
        await client.http.post(f"{day}entries", json={}),
        await client.http.post(f"{day}entries", data={"step": "intentions"}),
    ]
    states = world.app.state.site.states
    world.app.state.site.states = None
    answers.append(await client.http.get(day))
    world.app.state.site.states = states
    return {answer.status_code: answer for answer in answers}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://day.example.org"])
async def test_every_response_carries_the_security_headers(tmp_path: Path, url: str) -> None:
    async with open_world(tmp_path, url=url) as world:
        answers = await every_kind_of_answer(world)
    assert answers.keys() == {200, 303, 400, 401, 403, 404, 405, 413, 415, 422, 500}
    for status, answer in answers.items():
        assert HEADERS.items() <= dict(answer.headers).items(), status
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, status
        assert "unsafe" not in policy, status
        assert answer.headers["cache-control"] == "no-store", status
        assert ("strict-transport-security" in answer.headers) == url.startswith("https"), status


async def test_a_fault_of_ours_is_told_without_detail(scene: Scene) -> None:
    world = scene.world
    states, phone = world.app.state.site.states, scene.people["client"]
    world.app.state.site.states = None
    page = await phone.http.get(f"/s/{scene.handle('client', 'own')}/")
    told = await phone.http.get(f"/s/{scene.handle('client', 'own')}/", headers={"accept": "application/json"})
    world.app.state.site.states = states
    assert (page.status_code, told.status_code) == (500, 500)
    assert told.json()["error"]["code"] == "broken"
    for answer in (page, told):
        assert "NoneType" not in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "a@b", "127.0.0.1:99999", ""])
async def test_a_hosts_name_never_gets_into_an_answer(scene: Scene, host: str) -> None:
    for path in ("/board/", "/s/x", "/j/", "/", "/sign-in", "/no/such/page"):
        answer = await scene.world.stranger().http.get(path, headers={"host": host})
        assert answer.status_code < 500
        assert not host or host not in answer.text + str(answer.headers), path
        assert answer.headers.get("location", "/").startswith("/")


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../pyproject.toml",
        "/static/x/..%2f..%2fpyproject.toml",
        "/static/x/%2e%2e/%2e%2e/pyproject.toml",
        "/static/x//etc/passwd",
        "/static/x/css/day.css%00",
        "/static/x/css\\day.css",
        "/static/x/sw.js",
        "/./board/x",
        "/" + "x" * 5000,
        "/s/" + "x" * 5000 + "/",
        "/s/%00/",
        "/s/%ff/",
    ],
)
async def test_an_odd_path_is_not_found(scene: Scene, path: str) -> None:
    assert (await scene.people["staff"].http.get(path)).status_code == 404


@pytest.mark.parametrize("cookie", ["é", "x" * 60_000, "a.b.c", '"', "seat", "a;seat=b", "\u0000"])
async def test_an_odd_cookie_is_no_cookie(scene: Scene, cookie: str) -> None:
    phone = scene.world.stranger()
    raw = f"seat={cookie}; sign-in={cookie}".encode()
    answer = await phone.http.get(f"/s/{scene.handle('client', 'own')}/", headers={b"cookie": raw})
    assert answer.status_code == 404
    assert (await phone.http.get("/board", headers={b"cookie": raw})).status_code == 303
