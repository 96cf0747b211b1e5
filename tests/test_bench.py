"""The measurements run and say what they found. How fast anything was is nobody's business here."""

import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from bench import beside, beside_tasks, clinic, lighthouse, load, order, sync
from bench.contest import Plan
from bench.table import Row, lines

ROOT = Path(__file__).resolve().parents[1]


def test_the_generator_sends_what_phones_send_and_counts_what_was_stored(tmp_path: Path) -> None:
    mine = sync.sessionday(Plan(tmp_path), phones=4)
    with mine.server as server:
        phones = [*mine.phones(server)]
        found = load.run(tmp_path, server.port, phones, 5, expect='"result":"stored"', most=40)
    assert (found.all, found.errors, found.unanswered, found.expected) == (40, 0, 0, 120)
    assert sum(phone.n for phone in phones) == 120, "each entry has its place in its device's own count"
    assert all(phone.seen > 0 for phone in phones), "each request tells what the last answer told"


def test_due_requests_that_a_slow_server_kept_waiting_are_not_left_out(tmp_path: Path) -> None:
    bare = sync.echo_server(Plan(tmp_path))
    with bare as server:
        found = load.run(tmp_path, server.port, [load.get("/page")], 1, rate=50)
    assert 45 <= found.requests <= 52, "a busy machine may end the second late"


def test_an_answer_that_is_no_success_ends_the_measurement(tmp_path: Path) -> None:
    mine = sync.sessionday(Plan(tmp_path), phones=1)
    with mine.server as server, pytest.raises(load.LoadError, match="were not 200"):
        load.run(tmp_path, server.port, sync.stand_ins(1), 5, most=2)


def test_an_answer_before_its_sync_is_seen_in_a_trace(tmp_path: Path) -> None:
    asked, synced = '7 read(9, "POST /s/h/sync HTTP/1.1"..., 65536) = 99', "8 fdatasync(5) = 0"
    answered = '7 write(9, "HTTP/1.1 200 OK"..., 64) = 64'
    log = tmp_path / "trace"
    log.write_text("\n".join([asked, synced, answered, asked, answered, asked, answered, synced]))
    assert order.counted(log) == (3, 2)


def test_two_measurements_run_from_the_command_line() -> None:
    command = [sys.executable, "-m", "bench", "order", "evaluate", "--rounds", "1", "--seconds", "0.4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "not measured" not in done.stdout
    assert re.search(r"\| answers with no sync of the disk before them \| an order trace \| 0 \| ≤ 0 \|", done.stdout)
    assert re.search(r"\| evaluation of a day.*, Python \|  \| [0-9.]+ ms \| ≤ 1", done.stdout)


def test_a_row_says_the_median_and_whether_it_keeps_its_target() -> None:
    row = Row("work", "peer", [1.0, 3.0, 2.0], "≥ 2.5")
    assert median(row.ratio) == 2
    assert lines([row])[-1] == "| work | peer | 2 [1 to 3] | ≥ 2.5 **missed** |  |  |"
    assert Row("work", "peer", [40.0], "≤ 100 ms").met is True
    assert clinic.push_body("client", "x").count(load.ID) == 3


def test_each_task_has_its_way_in_each_system_and_ends_with_an_answer() -> None:
    both = {"client": "l", "support": "l"}
    session = {"url": "http://a/s/x/", "links": both, "codes": both}
    for task in beside_tasks.TASKS:
        ways = [
            beside_tasks.ours(task, session),
            *(beside_tasks.theirs(system, task, "http://b") for system in beside_tasks.SYSTEMS[1:]),
        ]
        answered = [way.pages[-1][-1][1] is not None for way in ways]
        assert set(answered) == {task != "hold"}, "the hold is only read, everywhere"


def test_a_figure_that_is_missing_or_missed_is_said_so() -> None:
    found = {"taps": 3, "keys": 0, "plain": False}
    told = beside.table({"ours": found})
    assert "| taps (and keys) | 3 |" in told
    assert "| without JavaScript | **no** |" in told
    assert told[-1].endswith("| not measured |")
    run = {"performance": 98, "accessibility": 100, "best-practices": 100, "weak": ["x"]}
    audits = {"largest-contentful-paint": 1300.0, "cumulative-layout-shift": 0.0, "total-blocking-time": 10.0}
    line = lighthouse.line("a page", [{**run, **audits}])
    assert line == "| a page | 98 | 100 | 100 | 1,300 ms **missed** | 0.000 | 10 ms | x |"
