"""`/sync` against the naive ways and against peers that do the same durable work, all under the same 64 phones."""

import re
from collections.abc import Callable, Sequence

from bench import contenders
from bench.contest import Contestant, Plan, against, contest, rates, told
from bench.load import run
from bench.sync import sessionday
from bench.table import Row
from bench.tracing import traced

# Who is run against ours, the target and what the prototype reached.
RIVALS: list[tuple[Callable[[Plan], Contestant], str, str]] = [
    (contenders.naive, "≥ 6", "11"),
    (contenders.alchemy, "", ""),
    (contenders.django_gunicorn, "≥ 10", "17"),
    (contenders.django_uvicorn, "≥ 10", ""),
    (contenders.flask, "≥ 4", "6"),
    (contenders.fastapi, "≥ 20", "36"),
    (contenders.pouchdb, "≥ 10", "16"),
]
PUSHES = 100


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Ours to each of them: the rate."""
    mine = sessionday(plan)
    others = [(make(plan), target, prototype) for make, target, prototype in RIVALS]
    contest(plan, [mine, *(other for other, _, _ in others)], say)
    found = [
        Row("durable `/sync`", other.name, against(rates(mine), rates(other)), target, prototype, told(other))
        for other, target, prototype in others
    ]
    return [*found, syncs(plan, contenders.pouchdb(plan), say), syncs(plan, sessionday(plan, phones=1), say)]


def syncs(plan: Plan, one: Contestant, say: Callable[[str], None]) -> Row:
    """How often it has the disk synced for a hundred pushes of one phone, by a trace of its calls."""
    log = plan.folder / f"trace-{contenders.slug(one.name)}"
    with one.server as server:
        phone = [*one.phones(server)][:1]
        with traced(server.pid, log, "fsync,fdatasync"):
            run(plan.folder, server.port, phone, 60, most=PUSHES)
        count = len(re.findall(r"\b(?:fsync|fdatasync)\(", log.read_text()))
    say(f"{one.name}: {count} syncs of the disk in {PUSHES} pushes")
    note = f"{count} in {PUSHES} pushes" + ("" if count else ": its acknowledgements are not durable")
    return Row(f"syncs of the disk a push, {one.name}", "a push", [count / PUSHES], note=note)
