"""The rules in Python against every example in tests/vectors/. JavaScript's: tests/js/core/vectors.test.js."""

import json
from pathlib import Path
from typing import Any

import pytest

from sessionday.core import evaluate

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
GIVEN = ROOT.parent / "shared" / "vectors"


def cases() -> list[Any]:
    found = []
    for file in sorted(VECTORS.glob("*.json")):
        vectors = json.loads(file.read_text())
        for case in vectors["cases"]:
            found.append(pytest.param({"protocol": vectors.get("protocol")} | case, id=f"{file.stem}: {case['name']}"))
    return found


def test_there_are_vectors_to_be_held_against() -> None:
    assert {"named.json", "histories.json", "trouble.json"} <= {file.name for file in VECTORS.glob("*.json")}
    assert len(cases()) >= 211


@pytest.mark.parametrize("case", cases())
def test_the_rules_say_what_the_vector_expects(case: dict[str, Any]) -> None:
    asked = {key: case[key] for key in ("protocol", "session", "entries", "now")}
    as_given = canonical(asked)
    state = evaluate(**asked)
    changes_at = state.pop("changes_at")
    assert canonical(state) == canonical(case["expect"]), case["why"]
    assert changes_at is None or changes_at > case["now"]
    assert canonical(asked) == as_given, "what was asked is not to be written on"


def test_the_vectors_are_those_that_were_given() -> None:
    # They are copies. Where the originals are not at hand there is nothing to compare.
    for original in GIVEN.glob("*"):
        assert (VECTORS / original.name).read_bytes() == original.read_bytes(), original.name


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
