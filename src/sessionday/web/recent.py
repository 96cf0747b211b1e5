"""The entries that this process stored lately, so that whoever waits for them is answered without reading the disk."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

MOST = 50_000  # entries of all sessions together
A_RUN = 400  # of one session: a phone that was away for longer reads the record
SESSIONS = 100_000

Entry = dict[str, Any]


class Recent:
    """For each session its newest entries without a gap, and the newest `seq` that this process knows of."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, list[Entry]] = OrderedDict()
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def grew(self, fresh: Mapping[tuple[str, str], Sequence[Entry]]) -> None:
        """Takes in what a commit stored; a gap (another process stored something between) begins a new run."""
        for (_, session), entries in fresh.items():
            run = self._runs.pop(session, [])
            self._count -= len(run)
            if run and run[-1]["seq"] + 1 != entries[0]["seq"]:
                run = []
            run += entries
            self._runs[session] = run[-A_RUN:] if len(run) > 2 * A_RUN else run
            self._count += len(self._runs[session])
            self._newest[session] = entries[-1]["seq"]
            self._newest.move_to_end(session)
        self._trim()

    def newest(self, session: str) -> int:
        """The highest `seq` known here, 0 for none."""
        return self._newest.get(session, 0)

    def after(self, session: str, seq: int) -> list[Entry] | None:
        """The entries after `seq`, oldest first; None where this memory does not reach back so far."""
        run = self._runs.get(session)
        if not run or run[0]["seq"] > seq + 1:
            return None
        return run[seq + 1 - run[0]["seq"] :]

    def forget(self) -> None:
        """Everything."""
        self._runs.clear()
        self._newest.clear()
        self._count = 0

    def forget_session(self, session: str) -> None:
        """What was stored of this one."""
        self._count -= len(self._runs.pop(session, ()))
        self._newest.pop(session, None)

    def _trim(self) -> None:
        while self._count > MOST:
            self._count -= len(self._runs.popitem(last=False)[1])
        while len(self._newest) > SESSIONS:
            self._newest.popitem(last=False)
