"""A protocol that could not work is refused with a sentence that says what would be right, and one that can is not."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sessionday.core.protocol import refusals
from tests.core.checklists import CONFIRM, Json, step

GIVEN: Json = json.loads((Path(__file__).parents[1] / "vectors" / "named.json").read_text())["protocol"]

MG = {"id": "mg", "unit": "mg", "min": 1, "max": 500}
START = {"from": "start", "minutes": 0}
EVERY = {"minutes": 15, "grace_minutes": 5}


def protocol(*steps: Json, without: str = "", **given: Any) -> Json:
    """A small protocol that works, and these steps."""
    plain = [
        step("dose", None, marks="dose", answer={"type": "measure", "fields": [MG]}),
        step("leave", None, marks="leave"),
        step("close", None, marks="close"),
        step("cancel", None, marks="cancel"),
    ]
    ids = {each["id"] for each in steps} | {without}
    return GIVEN | {"steps": [each for each in plain if each["id"] not in ids] + list(steps)} | given


def said(rules: Any) -> str:
    return "\n".join(f"{id}: {sentence}" for id, sentence in refusals(rules))


def test_the_vectors_protocol_is_taken() -> None:
    assert refusals(GIVEN) == []


def test_a_small_protocol_is_taken() -> None:
    assert refusals(protocol()) == []


def test_refusing_does_not_write_on_what_it_is_given() -> None:
    rules = protocol(step("a", "dose", opens={"from": "leave", "minutes": 0}))
    kept = deepcopy(rules)
    assert refusals(rules)
    assert rules == kept


@pytest.mark.parametrize("event", ["dose", "leave", "close", "cancel"])
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"who": ["staff", "support"]}, "who must be staff alone"),
        ({"who": ["prescriber"]}, "who must be staff alone"),
        ({"every": EVERY}, "every can't stand on a step that marks"),
        ({"capacity": True}, "capacity can't stand on a step that marks"),
        ({"quorum": "all"}, "quorum all can't stand on a step that marks"),
    ],
)
def test_an_event_is_for_staff_alone_and_said_once(event: str, given: Json, sentence: str) -> None:
    answer = {"type": "measure", "fields": [MG]} if event == "dose" else CONFIRM
    assert f"{event}: {sentence}" in said(protocol(step(event, None, marks=event, answer=answer) | given))


@pytest.mark.parametrize("event", ["dose", "leave", "close"])
def test_an_event_does_not_hold_its_own_gate(event: str) -> None:
    answer = {"type": "measure", "fields": [MG]} if event == "dose" else CONFIRM
    assert f"gate can't be {event}" in said(protocol(step(event, event, marks=event, answer=answer)))


def test_a_dose_is_a_measure() -> None:
    assert "dose: answer must be a measure" in said(protocol(step("dose", None, marks="dose")))


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"due": START}, "due"),
        ({"fresh_minutes": 60}, "fresh_minutes"),
        ({"capacity": True}, "capacity"),
        ({"quorum": "all"}, "quorum all"),
    ],
)
def test_what_is_asked_again_and_again_has_no_other_clock(given: Json, key: str) -> None:
    assert f"watch: {key} can't stand beside every" in said(protocol(step("watch", "leave", every=EVERY) | given))


NEVER_OK = {"type": "choice", "options": [{"id": "none", "verdict": "stop"}, {"id": "self", "verdict": "never"}]}
NO_ROOM = {"type": "measure", "fields": [MG | {"stop_below": 200, "never_above": 100}]}


@pytest.mark.parametrize("gate", ["dose", "leave", "drive", "close"])
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"answer": NEVER_OK}, "no answer to this step is ok"),
        ({"answer": NO_ROOM}, "no answer to this step is ok"),
        ({"marks": "help"}, "a step that marks help is never done"),
    ],
)
def test_a_gate_waits_for_no_step_that_can_not_be_done(gate: str, given: Json, sentence: str) -> None:
    assert f"a: The {gate} gate can't be opened: {sentence}" in said(protocol(step("a", gate) | given))


@pytest.mark.parametrize(
    ("gate", "anchor"),
    [("dose", "first_dose"), ("dose", "dose"), ("dose", "leave"), ("dose", "hold"), ("leave", "leave")],
)
def test_a_gate_waits_for_nothing_that_comes_after_it(gate: str, anchor: str) -> None:
    rules = protocol(step("a", gate, opens={"from": anchor, "minutes": -60}))
    assert f"a: The {gate} gate can't be opened: opens is from {anchor}" in said(rules)


@pytest.mark.parametrize(
    ("gate", "anchor"),
    [
        ("dose", "start"),
        ("leave", "first_dose"),
        ("leave", "dose"),
        ("leave", "hold"),
        ("drive", "leave"),
        ("drive", "hold"),
        ("close", "leave"),
        ("close", "hold"),
    ],
)
def test_a_gate_may_wait_for_what_comes_before_it(gate: str, anchor: str) -> None:
    assert refusals(protocol(step("a", gate, opens={"from": anchor, "minutes": 60}))) == []


@pytest.mark.parametrize(
    ("event", "gate"), [("leave", "dose"), ("close", "dose"), ("cancel", "dose"), ("close", "leave")]
)
def test_a_gate_waits_for_no_later_event(event: str, gate: str) -> None:
    assert f"{event}: The {gate} gate can't be opened" in said(protocol(step(event, gate, marks=event)))


def test_without_a_dose_nobody_can_leave() -> None:
    assert "A step must mark dose" in said(protocol(without="dose"))


def test_without_leaving_a_day_can_only_be_closed_by_cancelling() -> None:
    assert refusals(protocol(without="leave")) == []
    rules = protocol(without="leave")
    rules["steps"] = [each for each in rules["steps"] if each["id"] != "cancel"]
    assert "A step must mark leave" in said(rules)


def test_what_opens_on_leaving_needs_a_step_that_marks_it() -> None:
    rules = protocol(step("a", "close", opens={"from": "leave", "minutes": 0}), without="leave")
    assert "a: The close gate can't be opened: opens is from leave, but no step marks leave" in said(rules)


@pytest.mark.parametrize(("who", "quorum"), [(["client"], "any"), (["client", "staff"], "all")])
def test_leaving_waits_for_no_word_that_only_the_impaired_could_give(who: list[str], quorum: str) -> None:
    asked = step("a", "leave", who=who, quorum=quorum, capacity=True)
    assert "only an impaired client could answer" in said(protocol(asked | {"opens": {"from": "dose", "minutes": 60}}))
    assert refusals(protocol(asked | {"opens": {"from": "hold", "minutes": 0}})) == []
    assert refusals(protocol(asked)) == [], "they may say it before the dose"


def test_leaving_may_wait_for_anybody_else_beside_the_client() -> None:
    asked = step("a", "leave", who=["client", "staff"], capacity=True, opens={"from": "dose", "minutes": 60})
    assert refusals(protocol(asked)) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"id": ""}, "id must be letters"),
        ({"id": "é"}, "id must be letters"),
        ({"id": "dose"}, "id must be this step's alone"),
        ({"phase": "later"}, "phase must be before, during or after"),
        ({"who": []}, "who must list"),
        ({"who": ["driver"]}, "who must list"),
        ({"who": ["staff", "staff"]}, "who must list"),
        ({"quorum": "most"}, "quorum must be any or all"),
        ({"gate": "door"}, "gate must be dose, leave, drive, close or nothing"),
        ({"marks": "sleep"}, "marks must be"),
        ({"waivable": 1}, "waivable must be true or false"),
        ({"capacity": None}, "capacity must be true or false"),
        ({"fresh_minutes": 0}, "fresh_minutes must be a number above 0"),
        ({"fresh_minutes": True}, "fresh_minutes must be a number above 0"),
        ({"opens": {"from": "noon", "minutes": 0}}, "opens must be {from: "),
        ({"due": {"from": "start"}}, "due must be {from: "),
        ({"every": {"minutes": 0, "grace_minutes": 0}}, "every must be"),
        ({"every": {"minutes": 15}}, "every must be"),
        ({"answer": None}, "answer.type must be"),
        ({"answer": {"type": "photo"}}, "answer.type must be"),
        ({"answer": {"type": "time", "latest_minutes": "noon"}}, "answer.latest_minutes must be"),
        ({"answer": {"type": "choice", "options": []}}, "answer.options must be a list of at least one"),
        ({"answer": {"type": "choice", "options": [{"id": "a", "verdict": "fine"}]}}, "‘a’ must have a verdict"),
        ({"answer": {"type": "checks", "items": [{"id": "a", "want": True}]}}, "‘a’ must have want: yes or no"),
        ({"answer": {"type": "checks", "items": [{"id": "a", "want": "no"}] * 2}}, "‘a’ must stand there once"),
        ({"answer": {"type": "measure", "fields": [MG | {"max": None}]}}, "‘mg’ must have a unit"),
        ({"answer": {"type": "measure", "fields": [MG | {"max": 0}]}}, "‘mg’ must have a unit"),
        ({"answer": {"type": "measure", "fields": [MG | {"never_above": "5"}]}}, "‘mg’ must have a unit"),
    ],
)
def test_a_step_is_of_the_form(given: Json, sentence: str) -> None:
    rules = protocol()
    rules["steps"].append(step("a", None) | given)
    assert sentence in said(rules)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"id": " "}, "id must be text"),
        ({"version": 1}, "version must be text"),
        ({"observe": {"from": "leave", "minutes": 5}}, "observe.from must be first_dose or dose"),
        ({"observe": {"from": "dose", "minutes": -5}}, "observe.minutes must be a number"),
        ({"hold": {"day_starts": "25:00", "at_least_minutes": 5}}, "hold.day_starts must be a time of day"),
        ({"hold": {"day_starts": "06:00"}}, "hold.at_least_minutes must be a number"),
        ({"assume": None}, "assume.from_minutes must be a number"),
        ({"steps": []}, "steps must be a list of at least one step"),
        ({"steps": [5]}, "A step must be an object"),
    ],
)
def test_a_protocol_is_of_the_form(given: Json, sentence: str) -> None:
    assert f"None: {sentence}" in said(protocol() | given)


@pytest.mark.parametrize("nonsense", [None, [], "steps", {"steps": [None, {"who": [[]], "id": {}, "answer": []}]}])
def test_nonsense_is_refused_with_words_and_no_crash(nonsense: Any) -> None:
    assert refusals(nonsense)
