"""The clinic's shelf in the browser: staff read it, leads write on it, and what was published never changes."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from sessionday.booking import book
from sessionday.protocols import built_in, load, names
from sessionday.store import Clinic
from sessionday.web.protocol_compare import compared
from sessionday.web.protocol_words import length
from sessionday.web.shelf import on_shelf, shelf_of
from tests.protocols.broken import BROKEN
from tests.web.pages import Page
from tests.world import HASH, MINUTE, START, Phone, World

LOZENGE = next(text for (id, _), (_, text) in built_in().items() if id == "kap-lozenge")


async def lead_at(world: World, email: str = "lee@example.org", clinic: Clinic | None = None) -> Phone:
    """A browser where a lead of the clinic is signed in: Lee, or somebody of another clinic."""
    if await world.store.staff_by_email(email) is None:
        at = (clinic or world.clinic).id
        await world.store.add_staff(at, email, "Lee Park", HASH, world.clock.now, role="lead")
    return await world.desk(email)


async def page(phone: Phone, path: str, status: int = 200) -> Page:
    answer = await phone.http.get(path)
    assert answer.status_code == status
    found = Page(answer.text)
    assert found.faults == []
    return found


async def draft_of(phone: Phone, path: str = "kap-lozenge/1") -> str:
    """The address of a new draft, copied from a version."""
    answer = await phone.http.post(f"/protocols/{path}/copy")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def text_of(answer_text: str) -> str:
    """What stands in the page's text box, as a browser would send it."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer_text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


async def form(phone: Phone, path: str) -> dict[str, str]:
    text = (await phone.http.get(path)).text
    seen = re.search(r'name="seen" value="(\d+)"', text)
    assert seen is not None
    return {"seen": seen[1], "source": text_of(text), "do": "save"}


async def published(phone: Phone, path: str = "kap-lozenge/1", change: tuple[str, str] = ("", "")) -> str:
    """The address of a new version."""
    draft = await draft_of(phone, path)
    given = await form(phone, draft)
    assert change[0] in given["source"]
    given["source"] = given["source"].replace(*change, 1)
    answer = await phone.http.post(draft, data={**given, "do": "publish"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_the_shelf_shows_the_built_in_ones_and_how_many_sessions_run(world: World) -> None:
    answer = await (await world.desk()).http.get("/protocols")
    shown = Page(answer.text)
    assert shown.faults == []
    assert [one.split("/")[0] for one in shown.having("data-protocol")] == names()
    assert answer.text.count("1 session runs under it now.") == 1


@pytest.mark.parametrize("name", names())
async def test_a_protocol_reads_as_its_gates_and_every_step(world: World, name: str) -> None:
    checklist = next(one for (id, _), (one, _) in built_in().items() if id == name)
    answer = await (await world.desk()).http.get(f"/protocols/{name}/{checklist.version}")
    shown = Page(answer.text)
    assert (answer.status_code, shown.faults) == (200, [])
    order = ["before", "dose", "during", "leave", "after", "drive", "close"]
    assert shown.having("data-station") == order
    assert [id for id in shown.having("id") if id.startswith("step-")] == [f"step-{id}" for id in checklist.steps]
    holding = [step["gate"] for step in checklist.rules["steps"] if step["gate"]]
    assert shown.having("data-holds") == holding
    text = unescape(answer.text)
    for words in checklist.words["en"]["steps"].values():
        assert words["what"] in text


async def test_a_copy_is_a_draft_of_the_clinics_own_first_version(world: World) -> None:
    lead = await lead_at(world)
    source = (await form(lead, await draft_of(lead)))["source"]
    assert "\nid: our-kap-lozenge\n" in source
    assert source.replace("id: our-kap-lozenge", "id: kap-lozenge") == LOZENGE


async def test_a_published_copy_is_on_the_shelf_and_sessions_can_run_under_it(world: World) -> None:
    lead = await lead_at(world)
    assert await published(lead, change=("observe: 2 h", "observe: 3 h")) == "/protocols/our-kap-lozenge/1"
    assert "Published by Lee Park" in (await lead.http.get("/protocols")).text
    one = await on_shelf(world.store, world.clinic.id, "our-kap-lozenge", "1", world.clock.now)
    assert one is not None
    booked = await book(
        world.store, world.clinic, one.checklist, client="Jo", start=START, now=world.clock.now, url=world.url, names={}
    )
    assert booked.session.protocol_id == "our-kap-lozenge"
    found = await shelf_of(world.store, world.clinic.id, world.clock.now)
    assert found["our-kap-lozenge", "1"].running == 1
    assert "3 h after the last dose" in (await lead.http.get("/protocols/our-kap-lozenge/1")).text


async def test_another_clinic_sees_nothing_of_it(world: World) -> None:
    lead, eve = await lead_at(world), await lead_at(world, "eva@example.org", world.other)
    draft, version = await draft_of(lead), await published(lead)
    for path in (draft, version, f"{version}/copy"):
        answer = await (eve.http.post(path) if path.endswith("copy") else eve.http.get(path))
        assert answer.status_code == 404
    assert (await eve.http.post(draft, data={"do": "save", "source": "x", "seen": "1"})).status_code == 404
    assert "our-kap" not in (await eve.http.get("/protocols")).text


async def test_staff_who_lead_nothing_read_and_change_nothing(world: World) -> None:
    lead, ada = await lead_at(world), await world.desk()
    draft = await draft_of(lead)
    assert (await ada.http.get("/protocols/kap-lozenge/1")).status_code == 200
    refused = await ada.http.post("/protocols/kap-lozenge/1/copy")
    assert refused.status_code == 403
    assert "Only those who lead" in refused.text
    for answer in (
        await ada.http.get(draft),
        await ada.http.post(draft, data={"do": "publish", "seen": "1", "source": "x"}),
        await ada.http.post(f"{draft}/check", json={"source": ""}),
    ):
        assert answer.status_code == 403


async def test_a_draft_is_saved_with_mistakes_and_says_them_beside_their_lines(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    given = await form(lead, draft)
    broken = given["source"].replace("observe: 2 h after dose", "observe: soon") + "</textarea><b>\n\n"
    answer = await lead.http.post(draft, data={**given, "source": broken.replace("\n", "\r\n")})
    assert answer.status_code == 303
    answer = await lead.http.get(answer.headers["location"])
    assert text_of(answer.text) == broken
    assert Page(answer.text).faults == []
    line = broken.splitlines().index("observe: soon") + 1
    assert f'href="#line-{line}"' in answer.text or "this is not YAML" in answer.text


async def test_a_draft_that_does_not_compile_is_not_published_and_its_text_stays(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    given = await form(lead, draft)
    broken = given["source"].replace("observe: 2 h after dose", "observe: soon")
    answer = await lead.http.post(draft, data={**given, "source": broken, "do": "publish"})
    shown = Page(answer.text)
    assert (answer.status_code, shown.faults, text_of(answer.text)) == (422, [], broken)
    assert "can't be published yet" in shown.alert
    line = broken.splitlines().index("observe: soon") + 1
    assert shown.having("data-line") == [str(line)]
    assert f"line-{line}" in shown.having("id")


async def test_a_version_that_is_stored_never_changes(world: World) -> None:
    lead = await lead_at(world)
    version = await published(lead)
    body = await world.store.protocol(world.clinic.id, "our-kap-lozenge", "1")
    draft = await draft_of(lead, "our-kap-lozenge/1")
    given = await form(lead, draft)
    assert '\nversion: "2"\n' in given["source"]
    again = given["source"].replace('version: "2"', 'version: "1"').replace("observe: 2 h", "observe: 1 h")
    answer = await lead.http.post(draft, data={**given, "source": again, "do": "publish"})
    assert (answer.status_code, text_of(answer.text)) == (409, again)
    assert "a version never changes" in Page(answer.text).alert
    assert await world.store.protocol(world.clinic.id, "our-kap-lozenge", "1") == body
    saved = await world.store.draft(world.clinic.id, draft.rsplit("/", 1)[1])
    assert saved is not None
    assert saved.source == given["source"]  # nothing of a refused publishing was stored
    assert (await lead.http.get(version)).status_code == 200


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("id: our-kap-lozenge", "id: kap-lozenge", "the id ‘kap-lozenge’ is taken"),
        ("id: our-kap-lozenge", "id: drafts", "the id ‘drafts’ is taken"),
        ('version: "1"', "version: compare", "‘version’ can't be ‘compare’"),
        ('version: "1"', "version: 1/2", "‘version’ can't be ‘1/2’"),
    ],
)
async def test_an_id_or_version_that_could_not_be_told_apart_is_refused(
    world: World, there: str, instead: str, said: str
) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    given = await form(lead, draft)
    changed = given["source"].replace(there, instead, 1)
    answer = await lead.http.post(draft, data={**given, "source": changed, "do": "publish"})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    line = changed.splitlines().index(instead) + 1
    assert Page(answer.text).having("data-line") == [str(line)]


async def test_the_second_of_two_editors_is_told_and_keeps_their_text(world: World) -> None:
    one, other = await lead_at(world), await lead_at(world)
    draft = await draft_of(one)
    first, second = await form(one, draft), await form(other, draft)
    assert (await one.http.post(draft, data={**first, "source": "id: one\n"})).status_code == 303
    for do in ("save", "publish", "discard"):
        mine = {**second, "source": LOZENGE.replace("id: kap-lozenge", "id: two"), "do": do}
        answer = await other.http.post(draft, data=mine)
        assert (answer.status_code, text_of(answer.text)) == (409, mine["source"]), do
        assert "Lee Park saved this draft meanwhile" in Page(answer.text).alert
        assert "id: one" in answer.text
    assert (await form(one, draft))["source"] == "id: one\n"
    # Told what the other wrote, they can save theirs over it.
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen is not None
    answer = await other.http.post(draft, data={"do": "save", "seen": seen[1], "source": "id: two\n"})
    assert answer.status_code == 303
    assert (await form(one, draft))["source"] == "id: two\n"


async def test_a_text_that_is_too_long_stays_on_the_page(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    given = await form(lead, draft)
    long = "# é\n" * 80_000
    answer = await lead.http.post(draft, data={**given, "source": long})
    assert (answer.status_code, text_of(answer.text)) == (422, long)
    assert "at most 256 KB" in Page(answer.text).alert
    assert (await form(lead, draft))["source"] == given["source"]
    assert (await lead.http.post(draft, data={**given, "source": "x" * 1_100_000})).status_code == 413


async def test_a_draft_is_checked_as_it_is_typed_and_nothing_is_stored(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    before = await form(lead, draft)
    answer = await lead.http.post(f"{draft}/check", json={"source": "a: &x [1]\nb: *x\n"})
    assert answer.json()["problems"] == [
        {"line": 2, "step": None, "message": "this is not YAML: aliases (‘*name’) are not used here; write it out"}
    ]
    right = await lead.http.post(f"{draft}/check", json={"source": before["source"]})
    assert right.json() == {"says": "It can be published.", "problems": []}
    for wrong in ("[]", '{"source": 1}', "{}"):
        bad = await lead.http.post(f"{draft}/check", content=wrong, headers={"content-type": "application/json"})
        assert bad.status_code == 422
    assert await form(lead, draft) == before


async def test_a_draft_can_be_thrown_away(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    given = await form(lead, draft)
    assert (await lead.http.post(draft, data={**given, "do": "discard"})).headers["location"] == "/protocols"
    await page(lead, draft, 404)


async def test_versions_are_compared_by_what_they_mean(world: World) -> None:
    lead = await lead_at(world)
    await published(lead)
    draft = await draft_of(lead, "our-kap-lozenge/1")
    given = await form(lead, draft)
    text = given["source"].replace("observe: 2 h after dose", "observe: 3 h after dose")
    text = text.replace(
        "max_systolic: {unit: mmHg, min: 90, max: 200}", "max_systolic: {unit: mmHg, min: 90, max: 190}"
    )
    assert (await lead.http.post(draft, data={**given, "source": text, "do": "publish"})).status_code == 303
    answer = await lead.http.get("/protocols/our-kap-lozenge/compare?from=1&to=2")
    shown = Page(answer.text)
    assert (shown.faults, shown.having("data-change")) == ([], ["whole", "changed"])
    assert re.search(r"2 h after the last dose</del>.*3 h after the last dose</ins>", answer.text)
    assert re.search(r"90 – 200 mmHg</del>.*90 – 190 mmHg</ins>", answer.text)
    assert "-observe: 2 h after dose" in answer.text
    same = await lead.http.get("/protocols/our-kap-lozenge/compare?from=1&to=1")
    assert "They say the same." in same.text
    await page(lead, "/protocols/our-kap-lozenge/compare?from=1&to=9", 404)
    await page(lead, "/protocols/our-kap-lozenge/compare", 404)


async def test_a_running_session_keeps_its_version(world: World) -> None:
    lead = await lead_at(world)
    before = await world.store.protocol(world.clinic.id, "kap-lozenge", "1")
    await published(lead, change=("observe: 2 h", "observe: 4 h"))
    world.clock.now += MINUTE
    assert world.booked.session.protocol_id == "kap-lozenge"
    assert await world.store.protocol(world.clinic.id, "kap-lozenge", "1") == before
    assert json.loads(before or "")["rules"]["observe"]["minutes"] == 120


async def test_every_mistake_is_told_on_the_page_beside_its_line(world: World) -> None:
    lead = await lead_at(world)
    draft = await draft_of(lead)
    for case in BROKEN:
        given = await form(lead, draft)
        assert (await lead.http.post(draft, data={**given, "source": case.text})).status_code == 303
        answer = await lead.http.get(draft)
        shown, text = Page(answer.text), unescape(answer.text)
        assert (shown.faults, text_of(answer.text)) == ([], case.text), case.name
        assert shown.having("data-line") == [str(line) for line, _, _ in case.said], case.name
        assert {f"line-{line}" for line, _, _ in case.said} <= set(shown.having("id")), case.name
        # (A browser drops a line break that stands first in a <pre>.)
        beside = text.split("data-said")[1].split("</pre>")[0].split(">", 1)[1].removeprefix("\n").split("\n")
        for line, _, message in case.said:
            assert message in text, case.name
            assert message in beside[line - 1], case.name


async def test_what_a_protocol_calls_its_gates_is_shown_and_compared(world: World) -> None:
    page = unescape((await (await world.desk()).http.get("/protocols/kap-remote/2")).text)
    assert "The end of the watch Nothing holds the watch open in this record. The watch goes on." in page
    remote = load("kap-remote")
    plain = replace(remote, words={"en": {key: one for key, one in remote.words["en"].items() if key != "gates"}})
    (change,) = compared(plain, remote).whole
    assert (change.what, change.before) == ("Words for: Leave gate, en", "")
    assert length(4320.2) == "3 d"
    assert length(90.00001) == "1 h 30 min"
