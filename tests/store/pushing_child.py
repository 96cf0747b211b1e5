"""Twenty phones that push overlapping entries into one store, and tell what was acknowledged. Made to be killed."""

import asyncio
import random
import sys

from sessionday.store import Push, Session, Store
from tests.store.world import NOW

PHONES = 20


def entry(device: str, n: int) -> dict[str, object]:
    """The same each time it is offered."""
    made = {"id": f"{device}-{n}", "n": n, "seen": 0, "at": NOW, "kind": "answer", "step": "text"}
    return {**made, "answer": f"{device} {n} " + "x" * 100}


async def phone(store: Store, session: Session, device: str, rng: random.Random) -> None:
    first = 1
    while True:
        count = rng.randint(1, 5)
        entries = [entry(device, n) for n in range(max(1, first - rng.randint(0, 4)), first + count)]
        verdicts = await store.push(Push(session.clinic, session.id, device, "client", device, NOW, NOW, entries))
        sys.stdout.write("".join(f"{v.id} {v.seq} {v.result}\n" for v in verdicts))
        sys.stdout.flush()
        first += count


async def main(url: str, cycle: int) -> None:
    store = await Store.open(url, now=NOW)
    session = await store.session("one")
    assert session
    rng = random.Random(cycle)
    # Half of them are back after the last kill and offer all again; the other half are new.
    names = [f"p{k if k % 2 else f'{cycle}-{k}'}" for k in range(PHONES)]
    await asyncio.gather(*(phone(store, session, name, rng) for name in names))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
