"""Whether a clinic's people have worked under the server's date for long enough for it to be believed.

What is erased can't be brought back, and a clock that jumped ahead makes records old that are not. A program can't tell
a jump from days on which nobody worked; people can, for every page would show them a wrong date. So a date counts once
somebody has read sessions under it for two weeks, never more than eight days apart.

Eight days: a clinic that works on one day a week still passes, and so do long weekends. It is also less than the nine
days and more that a clock must jump for a day that is under way to count as over. After longer holidays, erasing waits
until there have been two weeks of work again.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from .engine import Row

DAY_MS = 86_400_000
GAP = 8 * DAY_MS
LONG = 14 * DAY_MS
BEFORE = "SELECT min(at) FROM access WHERE clinic = ? AND at >= ? AND at < ?"
Read = Callable[[str, Sequence[Any]], Awaitable[list[Row]]]


async def is_known(read: Read, clinic: str, now: int, since: int = 0) -> bool:
    """Whether work reaches back from `now` without a gap, for two weeks or to `since`, when the clock is known to have
    been right."""
    reached = now
    while reached > now - LONG:
        if reached - since <= GAP:
            return True
        found = (await read(BEFORE, (clinic, reached - GAP, reached)))[0][0]
        if found is None:
            return False
        reached = found
    return True
