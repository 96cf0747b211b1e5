"""The short answers: honest, short, each claim with where it comes from; each seat's own, under each protocol."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sessionday.booking import book
from sessionday.protocols import Checklist, load
from sessionday.settings import folder
from sessionday.web.short_answers import CALL, READ_BY, answer_view
from sessionday.web.sources import BY_FACT, SOURCES
from sessionday.words import WORDS, calls_for
from tests.web.pages import Page
from tests.web.test_weight import travelled
from tests.world import HOUR, START, Phone, World

PROTOCOLS = ("kap-lozenge", "kap-im", "kap-remote", "spravato")
SEATS = ("client", "support", "prescriber")
ABOUT = WORDS["en"]["about"]
CARD = WORDS["en"]["record"]["card"]
MEDICINES = re.compile(r"ketamine|spravato|lozenge", re.IGNORECASE)
NEVER = re.compile(
    r"\bsafe(?!r, or works better)|\bcleared\b|addictive|\bplease\b|guarantee|\bproven\b|harmless", re.IGNORECASE
)
WEIGHT = 14_500  # all that a seat's phone keeps of these pages, as they travel


def own(name: str) -> Checklist:
    """A built-in protocol, or a clinic's own."""
    return replace(load("kap-lozenge"), id="our-own") if name == "own" else load(name)


def lines(role: str, page: str, protocol: str) -> list[str]:
    """All that a page says, its heading and sources aside."""
    view = answer_view(own(protocol), role, page)
    card = [*CARD["emergencies"], *calls_for("en", own(protocol).steps)] if page == CALL else []
    return [*(line["text"] for line in view["says"]), *card, *view["asks"]]


def every_page() -> Iterator[tuple[str, str, str]]:
    for protocol in (*PROTOCOLS, "own"):
        for role, pages in READ_BY.items():
            for page in (*pages, CALL):
                yield role, page, protocol


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    else:
        yield value


async def phones(world: World, role: str) -> AsyncIterator[tuple[str, Phone]]:
    """This seat's phone in a session under each protocol."""
    for name in PROTOCOLS:
        booked = await book(
            world.store, world.clinic, load(name), client="Sam", start=START, now=world.clock.now, url=world.url,
            names={"support": "Alex", "prescriber": "Dr. Osei"},
        )  # fmt: skip
        phone = world.stranger()
        if role == "staff":
            await phone.sign_in("robin@example.org")
        else:
            await phone.open(booked.links[role])
        phone.handle = booked.session.handle
        yield name, phone


@pytest.mark.parametrize("role", [*SEATS, "staff"])
async def test_every_seat_reads_its_answers_under_every_protocol(world: World, role: str) -> None:
    async for name, phone in phones(world, role):
        index = (await phone.http.get(f"/s/{phone.handle}/about/")).text
        asked = re.findall(r'<li><a href="([a-z]+)">', index)
        assert asked == list(READ_BY[role]), name
        for page in ["", *asked]:
            answer = await phone.http.get(f"/s/{phone.handle}/about/{page}")
            read = Page(answer.text)
            assert (answer.status_code, read.faults) == (200, []), (name, page)
            assert not MEDICINES.search(read.title), (name, page)
            assert "Sam" not in read.title
            assert not MEDICINES.search(re.findall(r"<h1>(.*?)</h1>", answer.text)[0]), (name, page)
            assert ("data-help" in str(read.tags)) == (role != "prescriber"), (name, page)
            assert "tel:+15550100" in read.having("href")
            assert f"/s/{phone.handle}/" in read.having("href"), "the way back"
        assert ("The ride home falls through." in index) == (name != "kap-remote")


async def test_a_source_opens_outside_and_is_not_told_where_it_was_found(world: World) -> None:
    client = await world.seat("client")
    page = Page((await client.http.get(f"/s/{client.handle}/about/risks")).text)
    outside = [attributes for tag, attributes in page.tags if attributes.get("href", "").startswith("http")]
    assert len(outside) > 1
    for attributes in outside:
        assert (attributes["rel"], attributes["target"]) == ("noreferrer", "_blank")
    assert {attributes["href"] for attributes in outside} <= {source.link for source in SOURCES}


async def test_what_is_not_of_this_seat_or_session_is_not_found(world: World) -> None:
    client, support = await world.seat("client"), await world.seat("support")
    other = (await world.book("Ida")).session.handle
    for phone, path in (
        (client, f"/s/{other}/about/"),
        (client, f"/s/{other}/about/what"),
        (client, f"/s/{client.handle}/about/keys"),
        (client, f"/s/{client.handle}/about/no-such"),
        (client, f"/s/{client.handle}/about/%2e%2e"),
        (support, f"/s/{client.handle}/about/driving"),
        (world.stranger(), f"/s/{client.handle}/about/what"),
    ):
        assert (await phone.http.get(path)).status_code == 404, path


async def test_the_day_and_the_question_about_the_rules_lead_there(world: World) -> None:
    for role, why in (("client", "driving"), ("support", "keys"), ("staff", "driving")):
        phone = await world.desk() if role == "staff" else await world.seat(role)
        day = (await phone.http.get(f"/s/{phone.handle}/")).text
        unless_calm = day.split("data-unless-calm")[1]
        assert f'<a href="/s/{phone.handle}/about/">What is this day? Short answers</a>' in unless_calm
        question = (await phone.http.get(f"/s/{phone.handle}/steps/rules_understood")).text
        assert f'<a href="/s/{phone.handle}/about/{why}">Why no driving?</a>' in question
        other = (await phone.http.get(f"/s/{phone.handle}/steps/duties_accepted")).text
        assert "Why no driving?" not in other


async def test_long_after_the_end_they_are_gone_from_the_phone_too(world: World) -> None:
    client, desk = await world.seat("client"), await world.desk()
    cancel = next(step["id"] for step in world.checklist.rules["steps"] if step["marks"] == "cancel")
    assert (await desk.say(cancel, "yes"))["verdicts"][0]["result"] == "stored"
    world.clock.now += 72 * HOUR
    answer = await client.http.get(f"/s/{client.handle}/about/what")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{client.handle}/?over")


async def test_staff_who_read_them_are_noted_as_with_every_page_of_a_session(world: World) -> None:
    desk = await world.desk()
    await desk.http.get(f"/s/{desk.handle}/about/what")
    await world.app.state.site.accesses.flush()
    noted = await world.store.accesses(world.booked.session)
    assert [one.what for one in noted] == ["about"]
    assert "about" in WORDS["en"]["record"]["access"]["kinds"]


@pytest.mark.parametrize("role", SEATS)
async def test_all_answers_of_a_seat_are_light_under_every_protocol(world: World, role: str) -> None:
    async for name, phone in phones(world, role):
        pack = (await phone.http.get(f"/s/{phone.handle}/pack")).json()
        sizes = [await travelled(phone, f"/s/{phone.handle}/{path}") for path in pack["about"]]
        assert sum(sizes) <= WEIGHT, (name, sizes)


async def test_a_phone_keeps_every_answer_of_its_seat(world: World) -> None:
    worker = (folder("static") / "sw.js").read_text()
    pattern = re.search(r"^const PAGE = /(.*)/;$", worker, re.MULTILINE)
    assert pattern
    kept = re.compile(pattern[1].replace(r"\/", "/"))
    assert "...pack.about" in (folder("static") / "js" / "worker.js").read_text()
    for role in SEATS:
        phone = await world.seat(role)
        pack = (await phone.http.get(f"/s/{phone.handle}/pack")).json()
        assert pack["about"] == ["about/", *(f"about/{page}" for page in READ_BY[role])]
        assert all(kept.search(f"/s/{phone.handle}/{path}") for path in pack["about"])
    assert not kept.search("/s/x/about/a/b")


@pytest.mark.parametrize(("role", "page", "protocol"), list(every_page()))
def test_an_answer_is_short_and_its_sentences_too(role: str, page: str, protocol: str) -> None:
    said = lines(role, page, protocol)
    assert 80 <= len(" ".join(said).split()) <= 160
    for sentence in (one for line in said for one in re.split(r"(?<=[.?!:]) ", line)):
        assert len(sentence.split()) <= 20, sentence
        assert not re.search(r"[{}\[\]]| - | – ", sentence), sentence
    assert not NEVER.search(" ".join(said))


def test_every_claim_says_where_it_comes_from() -> None:
    claimed = set()
    for name, page in ABOUT["pages"].items():
        for line in page["says"]:
            for kind, text in line.items() if isinstance(line, dict) else [("always", line)]:
                if kind == "head":
                    continue
                mark = re.search(r" \[([FS]\d+(?: [FS]\d+)*)\]$", text)
                assert mark, f"{name}: no source: {text}"
                claimed |= set(mark[1].split())
    assert claimed == set(BY_FACT), "each fact is claimed somewhere, and none without a source"
    assert set(ABOUT["sources"]) == {source.id for source in SOURCES}


def test_what_was_concluded_here_is_not_told_as_somebody_elses_finding() -> None:
    driving = answer_view(own("kap-lozenge"), "client", "driving")
    (place,) = [place for place, (_, source) in enumerate(driving["sources"], 1) if source.id == "own"]
    (no_test,) = [line for line in driving["says"] if line["text"].startswith("No test was found")]
    assert (no_test["from"], BY_FACT["F48"].link) == (str(place), "")
    assert [source.id for source in SOURCES if not source.link] == ["own"]


@pytest.mark.parametrize("page", ["driving", "keys"])
async def test_what_was_concluded_here_leads_nowhere(world: World, page: str) -> None:
    reader = await world.seat("client" if page == "driving" else "support")
    shown = (await reader.http.get(f"/s/{reader.handle}/about/{page}")).text
    assert f"<li>{ABOUT['sources']['own']}, Session Day, 2026</li>" in shown
    assert 'href=""' not in shown


def test_sleepiness_is_told_for_as_long_as_it_lasts() -> None:
    for role, page in (("client", "risks"), ("client", "day"), ("support", "with")):
        for protocol in PROTOCOLS:
            assert "up to four hours" in " ".join(lines(role, page, protocol)), (page, protocol)


RISKS = r"breath|pressure|pulse|suicid|misuse|bladder|slowed|opioid|danger|approved|study|studies|hour or two"


def test_what_is_asked_of_people_claims_no_risk() -> None:
    for name, page in ABOUT["pages"].items():
        for text in texts(page.get("do", [])):
            assert not re.search(RISKS, text, re.IGNORECASE), f"{name}: say it under ‘says’, with a source: {text}"


def test_all_of_it_is_little_to_read_and_to_translate() -> None:
    assert len(re.sub(r"\[[FS\d ]+\]", "", " ".join(texts(ABOUT))).split()) < 1300
    for page in ABOUT["pages"].values():
        assert not MEDICINES.search(page["title"])


@pytest.mark.parametrize(
    ("protocol", "says", "never"),
    [
        ("kap-lozenge", ["not approved for depression", "off-label"], ["esketamine"]),
        ("kap-im", ["not approved for depression", "off-label"], ["esketamine"]),
        ("kap-remote", ["not approved for depression", "off-label"], ["esketamine"]),
        ("spravato", ["esketamine", "approved for some adults with depression"], ["off-label"]),
        ("own", ["The clinic says which medicine", "off-label", "esketamine"], []),
    ],
)
def test_whether_it_is_approved_depends_on_the_protocol(protocol: str, says: list[str], never: list[str]) -> None:
    for role in ("client", "support"):
        said = " ".join(lines(role, "what", protocol))
        assert all(text in said for text in says)
        assert not any(text in said for text in never)


def test_at_home_nobody_is_driven_home_and_in_the_clinic_nobody_watches_alone() -> None:
    home = " ".join(text for page in ("day", "risks", "with") for text in lines("staff", page, "kap-remote"))
    clinic = " ".join(text for page in ("day", "risks", "with") for text in lines("staff", page, "kap-lozenge"))
    for text in ("take them home", "to the car", "go home alone", "at the door"):
        assert (text in home, text in clinic) == (False, text != "at the door" or "at the door" in clinic)
    assert "15 minutes" in home
    assert "15 minutes" not in clinic


@pytest.mark.parametrize(
    ("protocol", "hours"),
    [("kap-lozenge", "12 hours"), ("kap-im", "24 hours"), ("kap-remote", "12 hours"), ("spravato", None)],
)
def test_the_hours_are_the_protocols_own(protocol: str, hours: str | None) -> None:
    said = " ".join(lines("client", "driving", protocol))
    assert ("Your clinic also waits" in said) == (hours is not None)
    assert hours is None or f"at least {hours} after the last dose" in said
    assert "That time stands on the day’s page" in said


def test_odd_lengths_are_told_in_minutes() -> None:
    checklist = own("kap-lozenge")
    for minutes, told in ((90, "90 minutes"), (60, "60 minutes"), (180, "3 hours")):
        rules = {**checklist.rules, "observe": {"from": "dose", "minutes": minutes}}
        view = answer_view(replace(checklist, rules=rules), "client", "day")
        assert f"That takes at least {told}." in " ".join(line["text"] for line in view["says"])
