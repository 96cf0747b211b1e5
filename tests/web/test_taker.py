"""Who takes the client home, or stays with them, is named only while nothing in the record speaks against it."""

from typing import Any

import pytest

from sessionday.core.evaluate import evaluate
from sessionday.protocols.checklist import texts_for
from sessionday.protocols.shelf import load
from sessionday.web.telling import taker
from tests.components.seats import HOUR, W, pack_of
from tests.protocols.good_day import START

Fact = tuple[str, str, Any]
ALL_YES = {"coming": "yes", "sober": "yes", "phone_charged": "yes"}
PROMISED: dict[str, list[Fact]] = {
    "kap-lozenge": [
        ("ride_plan", "client", "named_driver"),
        ("ride_confirmed", "support", "yes"),
        ("ride_reconfirmed", "support", ALL_YES),
    ],
    "kap-remote": [("watch_confirmed", "support", "yes"), ("watch_reconfirmed", "support", None)],
}
AGAINST: dict[str, list[Fact]] = {
    "kap-lozenge": [
        ("way_home", "staff", "stays"),
        ("way_home", "staff", "goes_alone"),
        ("way_home", "staff", "back_up"),
        ("way_home", "staff", "clinic_arranged"),
        ("ride_giver_reached", "staff", "cannot_come"),
        ("ride_giver_reached", "staff", "no_reply"),
        ("ride_plan", "client", "none"),
        ("ride_plan", "client", "driving_myself"),
        ("ride_confirmed", "support", "no"),
        ("home_safe", "support", "no"),
    ],
    "kap-remote": [
        ("stays_on", "support", "must_go"),
        ("stays_on", "staff", "must_go"),
        ("stays_on", "staff", "other_stays"),
        ("support_reached", "staff", "cannot_stay"),
        ("watch_confirmed", "support", "no"),
    ],
}
FACTS = [(protocol, fact) for protocol, facts in AGAINST.items() for fact in facts]


def told(protocol: str, facts: list[Fact], now: int = START + 4 * HOUR) -> str:
    """What the client reads, once these were said one after another from an hour before the start."""
    checklist = load(protocol)
    rules = {step["id"]: step for step in checklist.rules["steps"]}
    pack = {**pack_of("client"), "protocol": checklist.rules, "texts": texts_for(checklist.words["en"], "client")}
    entries = [entry(number, rules[step], role, said) for number, (step, role, said) in enumerate(facts, 1)]
    midnights = [START + (24 * day - 10) * HOUR for day in range(-1, 10)]
    days = [{"midnight": one, "morning": one + 6 * HOUR} for one in midnights]
    session = {"id": "example", "start": START, "days": days, "pickup_code": "4071"}
    return taker(pack, evaluate(checklist.rules, session, entries, now), entries)


def entry(number: int, step: dict[str, Any], role: str, answer: Any) -> dict[str, Any]:
    """An entry of the record; None: every line as wanted. Doses come at the start, all else before or after it."""
    if answer is None:
        answer = {item["id"]: item["want"] for item in step["answer"]["items"]}
    before = step["phase"] == "before"
    t = START + ((-HOUR if before else 3 * HOUR) + number) if step["marks"] != "dose" else START
    where = {"id": f"e{number}", "device": f"{role}-{number}", "n": 1, "seen": number - 1, "seq": number}
    fact = {"kind": "answer", "step": step["id"], "answer": answer, "of": None, "reason": None}
    return {**where, "role": role, "name": role, "t": t, **fact}


@pytest.mark.parametrize(
    ("protocol", "says"), [("kap-lozenge", "Alex takes you home."), ("kap-remote", "Alex stays with you.")]
)
def test_the_promise_alone_names_whoever_gave_it(protocol: str, says: str) -> None:
    assert told(protocol, PROMISED[protocol], START - HOUR // 2) == says


@pytest.mark.parametrize("protocol", PROMISED)
def test_nobody_is_named_without_the_promise_of_the_day(protocol: str) -> None:
    assert "Alex" not in told(protocol, [], START - HOUR // 2)
    assert "Alex" not in told(protocol, PROMISED[protocol][:-1], START - HOUR // 2)


@pytest.mark.parametrize(("protocol", "fact"), FACTS, ids=[f"{fact[0]}={fact[2]}" for _, fact in FACTS])
def test_nobody_is_named_once_anything_speaks_against_it(protocol: str, fact: Fact) -> None:
    dose: list[Fact] = [("dose", "staff", {"mg": 100, "pieces": 1})]
    said = told(protocol, [*PROMISED[protocol], *dose, fact])
    assert said
    assert "Alex" not in said


def test_as_planned_names_them_still_and_home_is_home() -> None:
    dose: list[Fact] = [("dose", "staff", {"mg": 100, "pieces": 1})]
    goes: list[Fact] = [*PROMISED["kap-lozenge"], *dose, ("way_home", "staff", "as_planned")]
    assert told("kap-lozenge", goes) == "Alex takes you home."
    left = [*goes, ("leave", "staff", "yes")]
    assert told("kap-lozenge", left) == "Alex takes you home."
    assert told("kap-lozenge", [*left, ("home_safe", "support", "yes")]) == W["taker"]["home"]
    assert told("kap-lozenge", [*left, ("home_safe", "support", "no")]) == W["taker"]["goes_left"]
    assert told("kap-lozenge", left, START + 48 * HOUR) == W["taker"]["goes_left"]


def test_whoever_left_without_a_promise_is_not_told_to_wait_at_the_clinic() -> None:
    left: list[Fact] = [("dose", "staff", {"mg": 100, "pieces": 1}), ("leave", "staff", "yes")]
    assert told("kap-lozenge", left) == W["taker"]["goes_left"]
