"""What the rules ask and no vector tells apart, one claim a test; and what they make of odd entries."""

import json
from typing import Any

import pytest

from sessionday.core import evaluate
from tests.core.checklists import CONFIRM, MINUTE, START, Json, step

DAY = 24 * 60 * MINUTE
MIDNIGHT = START - 10 * 60 * MINUTE
SESSION = {
    "id": "s1",
    "start": START,
    "pickup_code": "4821",
    "days": [{"midnight": MIDNIGHT + i * DAY, "morning": MIDNIGHT + i * DAY + 360 * MINUTE} for i in range(-1, 11)],
}
MG = {"type": "measure", "fields": [{"id": "mg", "unit": "mg", "min": 1, "max": 500}]}
DOSE = step("dose", None, marks="dose", answer=MG)
LEAVE = step("leave", None, marks="leave")
WATCH = step("watch", "leave", who=["staff", "support"], waivable=True, every={"minutes": 15, "grace_minutes": 5})


def ask(steps: list[Json], entries: list[Any], now: int = START, **session: Any) -> Json:
    """The state of a day under these steps; `now` in milliseconds, the entries' times in minutes from the start."""
    protocol = {
        "id": "small",
        "version": "1",
        "observe": {"from": "dose", "minutes": 0},
        "hold": {"day_starts": "06:00", "at_least_minutes": 960},
        "assume": {"from_minutes": 60, "last_minutes": 240},
        "steps": [*steps, DOSE, LEAVE],
    }
    return evaluate(protocol, SESSION | session, entries, now)


def said(step: str, answer: Any, at: float = -60, **rest: Any) -> Json:
    """An entry of staff's one tablet, which the server has numbered as the tablet did."""
    n = rest.get("n", 1)
    entry = {"id": f"{step}-{rest.get('device', 'tablet')}-{n}", "device": "tablet", "n": n, "seen": 0, "seq": n}
    entry |= {"role": "staff", "t": START + int(at * MINUTE), "kind": "answer", "step": step, "answer": answer}
    return entry | rest


def waive(step: str, at: float = -30, **rest: Any) -> Json:
    return said(step, None, at, kind="waive", reason="seen", **rest)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_copies_the_one_with_a_seq_is_preferred_whichever_came_first(turned: bool) -> None:
    asked = step("a", "dose", waivable=True)
    no = said("a", "no", seq=1)
    covering = waive("a", device="other", n=1, seq=2, seen=1)
    copies = [no, no | {"seq": None}]
    state = ask([asked], [*(reversed(copies) if turned else copies), covering])
    assert state["steps"]["a"]["status"] == "waived"


def test_of_two_copies_one_that_lies_ahead_does_not_exist() -> None:
    yes = said("a", "yes", seq=None)
    state = ask([step("a", None)], [yes | {"seq": 1, "t": START + 1}, yes])
    assert state["steps"]["a"]["status"] == "done"


def test_the_client_is_impaired_while_the_end_of_the_hold_is_unknown() -> None:
    asked = step("a", None, who=["client"], capacity=True)
    entries = [said("dose", {"mg": 100}, at=0), said("a", "yes", at=1, role="client", device="phone")]
    state = ask([asked], entries, START + 30 * DAY, days=[])
    assert state["hold_until"] is None
    assert state["steps"]["a"]["status"] == "impaired"


def test_a_standing_waive_comes_before_an_answer_that_expired() -> None:
    asked = step("a", None, fresh_minutes=60, waivable=True)
    state = ask([asked], [said("a", "yes", at=-70), waive("a", at=-10, n=2)])
    assert state["steps"]["a"] == {"status": "waived", "by": "a-tablet-2", "due_at": None}


def test_an_answer_that_expired_comes_before_an_impaired_one() -> None:
    asked = step("a", None, who=["client"], capacity=True, fresh_minutes=60)
    theirs = {"role": "client", "device": "phone"}
    before, after = said("a", "yes", at=-5, n=1, **theirs), said("a", "yes", at=5, n=2, **theirs)
    state = ask([asked], [said("dose", {"mg": 100}, at=0), before, after], START + 90 * MINUTE)
    assert state["steps"]["a"] == {"status": "expired", "by": "a-phone-1", "due_at": None}


def test_silence_is_a_dose_from_the_very_instant_on() -> None:
    assert ask([], [], START + 60 * MINUTE - 1)["hold_until"] is None
    assert ask([], [], START + 60 * MINUTE)["hold_until"] is not None


def test_a_waive_covers_a_reading_that_it_knew_though_it_came_before_the_opening() -> None:
    watched = WATCH | {"opens": {"from": "start", "minutes": 0}}
    no = said("watch", "no", at=1, n=1, seq=1)
    early = waive("watch", at=-1, device="other", n=1, seen=1, seq=2)
    assert ask([watched], [no], START + 2 * MINUTE)["steps"]["watch"]["status"] == "stop"
    state = ask([watched], [no, early], START + 2 * MINUTE)
    assert state["steps"]["watch"] == {
        "status": "done",
        "by": "watch-tablet-1",
        "due_at": START + 16 * MINUTE,
    }


def test_a_step_that_holds_a_gate_and_marks_another_turns_in_no_circle() -> None:
    state = ask([step("out", "dose", marks="leave"), step("given", "leave", marks="dose", answer=MG)], [])
    assert state["steps"]["out"]["status"] == "locked"
    assert [blocker["step"] for blocker in state["gates"]["dose"]["blockers"]] == ["out"]


def test_leaving_is_a_breach_even_where_it_is_contested() -> None:
    entries = [
        said("dose", {"mg": 100}, at=0),
        said("leave", "yes", at=10, n=2),
        said("leave", "no", at=11, device="other", n=1, seq=3),
    ]
    state = ask([step("a", "leave")], entries, START + 20 * MINUTE)
    assert state["left_at"] is None
    assert "breach:leave:leave-tablet-2" in [alert["key"] for alert in state["alerts"]]


def test_what_shut_a_gate_is_judged_by_what_had_been_said_until_then() -> None:
    dose = said("dose", {"mg": 100}, at=0, n=2)
    keys = [alert["key"] for alert in ask([step("a", "dose")], [said("a", "yes"), dose])["alerts"]]
    assert not keys
    withdrawn_later = said("a", None, at=5, n=3, kind="withdraw", of="a-tablet-1")
    state = ask([step("a", "dose")], [said("a", "yes"), dose, withdrawn_later], START + 6 * MINUTE)
    assert not [alert for alert in state["alerts"] if alert["key"].startswith("breach")]


def test_a_step_is_named_as_it_likes() -> None:
    names = ["__proto__", "constructor", "toString", "7"]
    state = ask([step(name, "dose") for name in names], [said(name, "yes") for name in names])
    assert {name: state["steps"][name]["status"] for name in names} == dict.fromkeys(names, "done")


@pytest.mark.parametrize(
    ("answer", "good", "bad"),
    [
        (CONFIRM, ["yes"], [True, 1, "Yes", " yes", None, ["yes"], {"yes": True}]),
        (
            {"type": "checks", "items": [{"id": "a", "want": "no"}]},
            [{"a": "no", "b": 1}],
            [{"a": False}, ["no"], "no", {}],
        ),
        (
            MG,
            [{"mg": 1}, {"mg": 500.0}, {"mg": 0.5e1}],
            [{"mg": True}, {"mg": "5"}, {"mg": 10**400}, {"mg": 501}, [5], 5],
        ),
        (
            {"type": "time", "latest_minutes": None},
            [0, -0.0, 5.0, -5, 2**53 - 1, 1 - 2**53],
            [0.5, True, "5", None, 2**53, -(2**53), 2**53 + 1, 10**400],
        ),
        ({"type": "time", "latest_minutes": -1}, [START - MINUTE], [START - MINUTE + 1]),
        ({"type": "code"}, ["4821"], [4821, "4821 ", "", None, True]),
        ({"type": "text"}, ["x", "\u00a0", "\x0b", "\ufeff"], ["", " \t\n\r", 5, None, ["x"]]),
        ({"type": "photo"}, [], ["yes", None]),
    ],
)
def test_an_answer_is_ok_only_where_it_is_of_the_form(answer: Json, good: list[Any], bad: list[Any]) -> None:
    for given, status in [(each, "done") for each in good] + [(each, "stop") for each in bad]:
        state = ask([step("a", None, answer=answer)], [said("a", given)])
        assert state["steps"]["a"]["status"] == status, repr(given)


def test_a_code_that_this_seat_was_not_told_is_never_right() -> None:
    for given in (None, "", "4821"):
        state = ask([step("a", None, answer={"type": "code"})], [said("a", given)], pickup_code=None)
        assert state["steps"]["a"]["status"] == "stop"


@pytest.mark.parametrize(
    ("verdict", "status"), [(None, "done"), ("ok", "done"), ("OK", "stop"), (True, "stop"), ([], "stop")]
)
def test_a_verdict_that_is_absent_or_null_leaves_the_answer_to_speak(verdict: Any, status: str) -> None:
    assert ask([step("a", None)], [said("a", "yes", verdict=verdict)])["steps"]["a"]["status"] == status


NONSENSE: list[Any] = [None, True, -1, 0.5, 10**400, 1e308, "", "x", "__proto__", "\ud800", [], [[]], {}, {"t": 1}]


@pytest.mark.parametrize(
    "key", ["id", "device", "n", "seen", "seq", "role", "t", "kind", "step", "answer", "of", "reason", "verdict"]
)
@pytest.mark.parametrize("kind", ["answer", "waive", "withdraw", "ack"])
def test_no_entry_is_so_odd_that_the_rules_stop(key: str, kind: str) -> None:
    asked = step("a", "dose", waivable=True)
    good = [said("a", "no"), said("a", "yes", at=-50, n=2), waive("a", n=3), said("dose", {"mg": 1}, at=-1, n=4)]
    for nonsense in NONSENSE:
        odd = said("a", "no", at=-40, n=5, kind=kind, of="a-tablet-1") | {key: nonsense}
        without = {k: v for k, v in odd.items() if k != key}
        state = ask([asked, WATCH], [nonsense, *good, odd, without, without | {"id": key}])
        assert json.loads(json.dumps(state)) == state


@pytest.mark.parametrize(("who", "expected"), [("client", "a"), ("staff", "a"), ("support", None)])
def test_of_a_quorum_only_who_said_yes_and_never_no_is_passed_over(who: str, expected: str | None) -> None:
    """The client said yes and, unheard of that, a no that is waived; the support person only yes; staff nothing."""
    asked = step("a", "dose", who=["client", "support", "staff"], quorum="all", waivable=True)
    entries = [
        said("a", "yes", at=-40, role="client", device="phone", n=1, seq=1),
        said("a", "no", at=-40, role="client", device="other phone", n=1, seq=2),
        said("a", "yes", at=-40, role="support", device="third phone", n=1, seq=3),
        waive("a", at=-50, n=1, seq=4, seen=2),  # before the opening: it covers, but stands for nothing
    ]
    state = ask([asked | {"opens": {"from": "start", "minutes": -45}}], entries, START - 30 * MINUTE)
    assert state["steps"]["a"]["status"] == "todo"
    assert state["next"][who] == expected


def test_a_dose_is_judged_by_who_was_impaired_then_and_not_by_who_is_now() -> None:
    asked = step("a", "dose", who=["client"], capacity=True)
    first, second = said("dose", {"mg": 100}, at=0), said("dose", {"mg": 100}, at=30, n=2)
    yes = said("a", "yes", role="client", device="phone", seq=3)
    # Impaired as it was said, so that the yes stood at the second dose; not impaired once the first dose is taken back.
    no_more = said("a", None, at=10, n=2, kind="withdraw", of=yes["id"], role="client", device="phone", seq=4)
    not_given = said("dose", None, at=60, n=3, seq=5, kind="withdraw", of=first["id"])
    state = ask([asked], [yes, first, no_more, second, not_given], START + 90 * MINUTE)
    assert state["steps"]["a"]["status"] == "todo"
    assert [alert["key"] for alert in state["alerts"]] == [f"withdrawn:dose:{first['id']}"]
