"""What holds for every page that anybody gets: it is whole, runs nothing of its own, and says nothing it must not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sessionday.settings import PACKAGE, folder
from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, Phone, World

FORBIDDEN = ("safe to drive", "cleared", "non-addictive")


async def told(phone: Phone, *entries: Any) -> None:
    """Pushes entries that are all stored."""
    reply = (await phone.sync(*entries)).json()
    assert {one["result"] for one in reply["verdicts"]} == {"stored"}


async def every_page(world: World, role: str) -> list[tuple[str, str]]:
    """Every page that this seat can reach now, by address, also those that come back with an error."""
    phone = await world.desk() if role == "staff" else await world.seat(role)
    day = f"/s/{phone.handle}/"
    steps = [step for step, shown in world.checklist.steps.items() if role in shown["visible_to"]]
    paths = [day, *(f"{day}steps/{step}" for step in steps), "/j", "/sign-in", "/no/such/page"]
    answers = [await phone.http.get(path) for path in [*paths, *(["/board"] if role == "staff" else [])]]
    answers += [await phone.http.post(f"{day}entries", data={"step": step, "id": "x"}) for step in steps]
    answers.append(await phone.http.post("/j", data={"code": "x"}))
    answers.append(await phone.http.post("/j", data={"token": world.booked.links["client"].split("#")[1]}))
    answers.append(await phone.http.post("/sign-in", data={"email": '"><x'}))
    if role == "staff":
        seat = (await world.store.seats(world.booked.session))[0].id
        answers.append(await phone.http.post(f"{day}seats", data={"seat": seat, "do": "code"}))
    pages = [(f"{answer.status_code} {answer.request.url.path}", answer.text) for answer in answers if answer.text]
    assert len(pages) > 10
    assert all("<!doctype html>" in text for _, text in pages)
    return pages


async def a_day_with_everything(world: World, stage: str) -> None:
    """A record with a no, a withdrawal, a waive, a call for help, odd answers, held entries, and a dose where asked."""
    client, support, desk = await world.seat("client"), await world.seat("support"), await world.desk()
    taken_back = client.entry("night_company", "nobody")
    await told(
        client,
        taken_back,
        client.entry("night_company", kind="withdraw", of=taken_back["id"]),
        client.entry("ride_plan", "driving_myself"),
        client.entry("intentions", "<b>\"'&{{7*7}}"),
        client.entry("help", "yes"),
    )
    await told(support, support.entry("ride_confirmed", "no"), support.entry("duties_accepted", {}))
    await told(desk, desk.entry("orientation", kind="waive", reason="<i>by phone</i>"))
    await client.sync(client.entry("no_such_step", "<b>"), client.entry("identity", {}))
    if stage != "before":
        world.clock.now = START + HOUR
        await told(desk, desk.entry("dose", {"mg": 100, "lozenges": 1}), desk.entry("watch", {}))
        world.clock.now += 10 * MINUTE
    if stage == "after":
        world.clock.now += 3 * HOUR
        await told(desk, desk.entry("leave", "yes"))


@pytest.mark.parametrize("stage", ["before", "during", "after"])
@pytest.mark.parametrize("role", ["client", "support", "prescriber", "staff"])
async def test_every_page_is_whole_and_runs_nothing_of_its_own(world: World, role: str, stage: str) -> None:
    await a_day_with_everything(world, stage)
    for address, text in await every_page(world, role):
        page = Page(text)
        assert page.faults == [], address
        for tag, attributes in page.tags:
            assert tag not in ("style", "iframe", "object", "embed", "base"), address
            assert tag != "script" or attributes.get("src", "").startswith("/static/"), address
            assert not [name for name in attributes if name.startswith("on") or name == "style"], address
            for name in ("src", "href", "action"):
                assert re.match(r"(/(?!/)|#|tel:|$)", attributes.get(name, "")), (address, attributes[name])
        for word in FORBIDDEN:
            assert word not in " ".join(text.casefold().split()), address
        assert "built-in method" not in text, address  # a word named as something that every dict has
        assert "ketamine" not in page.title.casefold(), address
        assert "Sam" not in page.title, address  # it stands in the phone's list of open pages
        assert page.title not in ("", "Session Day"), address  # says which page it is


@pytest.mark.parametrize("role", ["client", "support", "prescriber", "staff"])
async def test_every_step_and_gate_is_marked_as_the_contract_says(world: World, role: str) -> None:
    phone = await world.desk() if role == "staff" else await world.seat(role)
    day = Page((await phone.http.get(f"/s/{phone.handle}/")).text)
    assert day.having("data-seat") == [role]
    assert "before" in day.having("data-stage")
    assert "data-unsent" in str(day.tags)
    for gate in ("dose", "leave", "drive"):
        assert day.gate(gate) in ("true", "false")
    listed = {attributes["data-step"] for _, attributes in day.tags if "data-step" in attributes}
    hidden = {step for step, shown in world.checklist.steps.items() if role not in shown["visible_to"]}
    assert listed
    assert not listed & hidden
    for step in sorted(listed)[:5]:
        page = Page((await phone.http.get(f"/s/{phone.handle}/steps/{step}")).text)
        assert page.status(step) == day.status(step)


async def test_the_medicines_name_is_in_no_address_title_or_icon(world: World) -> None:
    client = await world.seat("client")
    manifest = await client.http.get(f"/s/{client.handle}/app.webmanifest")
    assert "ketamine" not in manifest.text.casefold()
    worker = await client.http.get("/sw.js")
    assert "ketamine" not in worker.text.casefold()
    for file in [*folder("static").rglob("*"), *folder("manifest").rglob("*")]:
        assert "ketamine" not in file.name.casefold()
    for address, text in await every_page(world, "client"):
        assert "ketamine" not in address.casefold()
        assert not [link for link in Page(text).having("href") if "ketamine" in link.casefold()]


def said() -> Iterator[tuple[str, str]]:
    """Every text of ours that a person could come to read, with where it stands."""
    for name in ("templates", "static", "manifest"):
        for file in folder(name).rglob("*"):
            if file.suffix in (".html", ".js", ".css", ".svg", ".webmanifest") and "vendor" not in file.parts:
                yield str(file), file.read_text("utf-8")
    for file in [*(PACKAGE / "words").glob("*.yaml"), *(PACKAGE / "protocols").glob("*.yaml")]:
        yield str(file), " ".join(words(yaml.safe_load(file.read_text("utf-8"))))


def words(value: Any) -> Iterator[str]:
    """Every text in a YAML document (its comments are for whoever writes it)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    else:
        yield str(value)


def test_nothing_that_we_say_promises_what_nobody_can() -> None:
    texts = list(said())
    assert len(texts) > 20
    for place, text in texts:
        for word in FORBIDDEN:
            assert word not in " ".join(text.casefold().split()), (place, word)
