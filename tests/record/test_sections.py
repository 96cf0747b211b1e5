"""What the page and the print say of a day: each thing with when, and who."""

import copy
import time
from typing import Any

import pytest

from sessionday.record.sections import sections
from sessionday.record.speech import Speech

Json = dict[str, Any]


def rows(record: Json, id: str) -> list[list[str]]:
    return next(one.rows for one in sections(record) if one.id == id)


def test_a_gate_names_who_opened_it_or_that_time_did(spravato: Json) -> None:
    assert rows(spravato, "gates")[:4] == [
        ["Tue 1 Dec 2026, 09:00", "Driving", "shut", "time alone"],
        ["Tue 1 Dec 2026, 09:50", "Dose", "opened", "Zofia Wójcik: Time-out"],
        ["Tue 1 Dec 2026, 10:15", "Dose", "shut", "time alone"],
        ["Tue 1 Dec 2026, 12:00", "Going home", "opened", "time alone"],
    ]
    assert rows(spravato, "gates")[4] == ["Wed 2 Dec 2026, 06:30", "Driving", "opened", "Győző: Your head this morning"]


def test_an_alert_names_who_answered_it(spravato: Json) -> None:
    assert rows(spravato, "alerts") == [
        ["Tue 1 Dec 2026, 10:21", "critical", "Győző asked for help", "Zofia Wójcik, Tue 1 Dec 2026, 10:22", ""]
    ]


def test_an_alert_that_passed_by_itself_is_told_with_its_end(record: Json) -> None:
    late = copy.deepcopy(record)
    watch = next(entry for entry in late["entries"] if entry["step"] == "dose")
    step = next(id for id, rule in Speech(record).rules.items() if rule["every"])
    late["entries"] = [one for one in late["entries"] if one["step"] != step or one["t"] > watch["t"] + 55 * 60_000]
    found = [row for row in rows(late, "alerts") if "is overdue" in row[2]]
    assert found
    assert all(row[3] == "nobody" and row[4] for row in found)


def test_what_came_after_closing_is_an_addendum(spravato: Json) -> None:
    (addendum,) = rows(spravato, "addenda")
    assert addendum[:3] == ["Wed 2 Dec 2026, 07:40", "Zofia Wójcik", "What happened"]


def test_each_answer_stands_in_the_words_that_its_author_read(spravato: Json) -> None:
    said = {(row[1], row[2]): row[3] for row in rows(spravato, "timeline")}
    assert said["Łucja", "Back home"] == "Yes, we are there"


def test_a_waive_carries_its_reason_and_what_was_kept_aside_why(spravato: Json) -> None:
    assert [row[1:] for row in rows(spravato, "waives")] == [["Zofia Wójcik", "The evening", "Read by ear, 128/80."]]
    assert "someone else" in rows(spravato, "aside")[0][2]


@pytest.mark.parametrize("t", [0, -(2**50), 2**60, -31_000_000_000_000, 250_000_000_000_000])
def test_any_instant_can_be_told(spravato: Json, t: int) -> None:
    assert Speech(spravato).when(t)


def test_a_record_of_thousands_is_told_in_time_and_says_that_it_was_thinned(spravato: Json) -> None:
    many = [
        {**entry, "id": f"{entry['id']}-{again}", "t": entry["t"] + again * 61_000, "seq": 0}
        for again in range(13)
        for entry in spravato["entries"]
    ]
    assert not any(row[0] == "Note" for row in rows(spravato, "summary"))
    began = time.monotonic()
    assert "now and then" in rows({**spravato, "entries": many}, "summary")[-1][1]
    assert time.monotonic() - began < 20
