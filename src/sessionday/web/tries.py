"""How long to wait after wrong passphrases: longer each time, for one account from one place, and never for good.

Nobody can so lock another out who sits elsewhere; and an account that doesn't exist is slowed like one that does.
"""

import ipaddress
from collections import OrderedDict

FREE = 5
LONGEST_MS = 60_000
KEPT = 10_000


class Tries:
    """Counts in this process's memory: a restart forgives."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def wait(self, account: str, place: str, now: int) -> int:
        """How many ms to wait yet; 0: try."""
        count, at = self._wrong.get((account, prefix(place)), (0, 0))
        delay = min(1000 << min(count - FREE, 10), LONGEST_MS) if count >= FREE else 0
        return max(0, at + delay - now)

    def wrong(self, account: str, place: str, now: int) -> None:
        """One more."""
        key = (account, prefix(place))
        self._wrong[key] = (self._wrong.get(key, (0, 0))[0] + 1, now)
        self._wrong.move_to_end(key)
        while len(self._wrong) > KEPT:
            self._wrong.popitem(last=False)

    def right(self, account: str, place: str) -> None:
        """Forgotten."""
        self._wrong.pop((account, prefix(place)), None)


def prefix(place: str) -> str:
    """The network that an address is of: /24, or /64 where one household has all of it."""
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return place
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False))
