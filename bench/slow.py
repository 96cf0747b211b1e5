"""On a disk whose every sync takes a millisecond more (slow_sync.c, preloaded): what batching saves there."""

from collections.abc import Callable, Sequence

from bench import contenders
from bench.contest import Plan, against, contest, rates, told
from bench.load import compiled
from bench.sync import sessionday
from bench.table import Row


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Ours with and without the delay, and Fastify with better-sqlite3 with it, alone and batched."""
    shim = str(compiled("slow_sync.c", plan.folder, "-shared", "-fPIC", "-ldl"))
    fast, mine = sessionday(plan), sessionday(plan, "ours, 1 ms", LD_PRELOAD=shim)
    alone = contenders.fastify(plan, batched=False, LD_PRELOAD=shim)
    batched = contenders.fastify(plan, batched=True, LD_PRELOAD=shim)
    quick = [contenders.fastify(plan, batched=False), contenders.fastify(plan, batched=True)]
    contest(plan, [fast, mine, alone, batched, *quick], say)
    slow, work = rates(mine), "durable `/sync`, every sync 1 ms slower"
    return [
        Row(f"{work}: rate", "ours without the delay", against(slow, rates(fast)), "≥ 0.65", "0.76", told(mine)),
        Row(work, alone.name, against(slow, rates(alone)), "≥ 4", "7.9", told(alone)),
        Row(work, batched.name, against(slow, rates(batched)), "≥ 1", "0.79", told(batched)),
        *(
            Row("durable `/sync`, no delay", one.name, against(rates(fast), rates(one)), "", prototype, told(one))
            for one, prototype in zip(quick, ("3.2", "0.89"), strict=True)
        ),
    ]
