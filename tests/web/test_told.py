"""What a state says: when it is due again, a dose that was given, a stop that a prescriber may be called about; and
that what is told from the right reads in the order in which it was said."""

import unicodedata
from typing import Any

import pytest

from sessionday.web import telling
from sessionday.words import WORDS
from tests.components.seats import HOUR, pack_of
from tests.protocols.good_day import START

ARABIC = {**pack_of("staff"), "words": WORDS["ar"], "language": "ar"}
ISOLATES = {"LRI", "RLI", "FSI"}


def state(pack: telling.Pack, **steps: str) -> dict[str, Any]:
    """A state in which these steps have these statuses, each due in an hour, and all others are to be answered."""
    standing = {"status": "todo", "due_at": START + HOUR, "by": None}
    every = {one["id"]: {**standing, "status": steps.get(one["id"], "todo")} for one in pack["protocol"]["steps"]}
    gates = {"dose": {"open": False, "blockers": []}}
    return {"stage": "before", "steps": every, "gates": gates, "dosed_at": None}


def test_what_is_asked_again_and_again_is_due_again() -> None:
    pack = pack_of("staff")
    when = telling.when(pack, START + HOUR)
    assert telling.note(pack, state(pack, watch="done"), "watch") == f"Done, again by {when}"
    assert telling.note(pack, state(pack, identity="done"), "identity") == "Done"
    assert telling.note(pack, state(pack, identity="overdue"), "identity") == f"Overdue, since {when}"
    assert telling.note(pack, state(pack), "cancel") == "Only if needed"


def test_once_a_dose_was_given_its_gate_is_that_of_another_one() -> None:
    pack = pack_of("staff")
    before = state(pack)
    given = {**before, "dosed_at": START}
    assert telling.gate(pack, before, "dose")["says"] == "The dose must wait."
    told = f"One was given {telling.when(pack, START)}. For another: "
    assert telling.gate(pack, given, "dose")["says"] == told + "The dose must wait."
    opened = {**given, "gates": {"dose": {"open": True, "blockers": []}}}
    assert telling.gate(pack, opened, "dose")["says"].startswith(told + "Nothing holds")


def test_a_prescriber_reads_of_a_stop() -> None:
    pack = pack_of("prescriber")
    assert "Nothing to do" in telling.idle(pack, state(pack))
    assert telling.idle(pack, state(pack, baseline_bp="stop")).endswith("Stopped. The clinic may call you.")
    assert "disagree" in telling.idle(pack, state(pack, baseline_bp="conflict"))
    assert "Nothing to do" in telling.idle(pack, state(pack, leave="stop"))
    assert "finished" in telling.idle(pack, {**state(pack, baseline_bp="stop"), "stage": "closed"})
    support = pack_of("support")
    assert "stop" not in telling.idle(support, state(support, baseline_bp="stop"))


@pytest.mark.parametrize("step", ["duties_accepted", "baseline_bp"])
def test_an_answer_of_several_lines_begins_from_the_right(step: str) -> None:
    """Its first letter outside of an isolate decides the direction in which all of it is read."""
    answer = {"systolic": 148, "diastolic": 94} if step == "baseline_bp" else dict.fromkeys(("adult", "sober"), "yes")
    texts = ARABIC["texts"]["steps"][step]
    labels = dict.fromkeys(texts["answers"], "كلمة")
    pack = {**ARABIC, "texts": {**ARABIC["texts"], "steps": {step: {**texts, "answers": labels}}}}
    said = telling.answer_text(pack, step, answer)
    assert first_strong(said) == "AL", said
    assert "،" in said or "؛" in said


def first_strong(text: str) -> str:
    """The direction of the first letter that stands in no isolate of its own."""
    depth = 0
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        depth += (kind in ISOLATES) - (kind == "PDI")
        if depth == 0 and kind in ("L", "R", "AL"):
            return kind
    return ""
