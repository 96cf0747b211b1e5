"""That `stored` means on disk: for each answer, in the order in which the system saw it, the sync that came before."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.contest import Plan
from bench.load import run
from bench.sync import sessionday
from bench.table import Row
from bench.tracing import traced

PUSHES = 200
CALLS = "fdatasync,fsync,read,recvfrom,write,writev,sendto,sendmsg"
ASKED = re.compile(r"(?:read|recvfrom)(?:\(| resumed>).*POST /s/")
SYNCED = re.compile(r"(?:fdatasync|fsync)(?:\(| resumed>).*= 0")
ANSWERED = re.compile(r"(?:write|writev|sendto|sendmsg)\(.*HTTP/1\.1 200")


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """One phone pushes; between its request and the answer a sync must have come back."""
    log, mine = plan.folder / "order.trace", sessionday(plan, phones=1)
    with mine.server as server:
        phone = [*mine.phones(server)]
        with traced(server.pid, log, CALLS, "-s", "64"):
            load = run(plan.folder, server.port, phone, 60, most=PUSHES)
    answers, unsynced = counted(log)
    say(f"{answers} answers in the trace, {unsynced} with no sync of the disk before them")
    if answers != load.all:
        raise RuntimeError(f"the trace shows {answers} of {load.all} answers")
    note = f"{answers} answers traced, a sync of the disk came back before {answers - unsynced} of them"
    return [Row("answers with no sync of the disk before them", "an order trace", [float(unsynced)], "≤ 0", note=note)]


def counted(log: Path) -> tuple[int, int]:
    """How many answers there are, and how many went out with no sync having come back since their request came in."""
    answers = unsynced = 0
    synced = False
    for line in log.read_text(errors="replace").splitlines():
        if ASKED.search(line):
            synced = False
        elif SYNCED.search(line):
            synced = True
        elif ANSWERED.search(line):
            answers += 1
            unsynced += not synced
    return answers, unsynced
