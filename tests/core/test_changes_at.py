"""`changes_at` is never too late: until then, with no new entry, nothing else of the state moves."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionday.core import evaluate
from tests.core.checklists import MINUTE
from tests.core.histories import HOUR, case

FAR = 5_000 * HOUR


@settings(max_examples=600, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**63), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_nothing_changes_before_it(seed: int, parts: list[float]) -> None:
    asked = case(seed)
    now = asked["now"]
    # An entry that lies ahead is new when its time comes.
    asked["entries"] = [entry for entry in asked["entries"] if not lies_ahead(entry, now)]
    state = evaluate(**asked)
    ends = state.pop("changes_at")
    last = now + FAR if ends is None else ends - 1
    assert last >= now
    for then in {last, min(now + 1, last), *(now + int((last - now) * part) for part in parts)}:
        later = evaluate(**asked | {"now": then})
        assert later.pop("changes_at") == ends, f"seed {seed}, asked again at {then}"
        assert canonical(later) == canonical(state), f"seed {seed}, {then - now} ms later"


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**63))
def test_following_it_misses_no_minute_of_the_day(seed: int) -> None:
    asked = case(seed)
    asked["entries"] = [entry for entry in asked["entries"] if not lies_ahead(entry, asked["now"])]
    kept = evaluate(**asked)
    for then in range(asked["now"], asked["now"] + 6 * HOUR, 7 * MINUTE):
        if kept["changes_at"] is not None and kept["changes_at"] <= then:
            kept = evaluate(**asked | {"now": then})
        assert canonical(evaluate(**asked | {"now": then})) == canonical(kept), f"seed {seed}, at {then}"


def test_a_day_that_is_over_changes_no_more() -> None:
    asked = case(1)
    asked["session"]["days"] = asked["session"]["days"] or [{"midnight": asked["now"], "morning": asked["now"]}]
    assert evaluate(**asked | {"now": asked["now"] + FAR})["changes_at"] is None


def lies_ahead(entry: Any, now: int) -> bool:
    t = entry.get("t") if isinstance(entry, dict) else None
    return isinstance(t, int | float) and t > now


def canonical(state: Any) -> str:
    return json.dumps(state, sort_keys=True)
