"""A session's pages as they are served, against a bare route that answers with the same bytes."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from bench import busy, clinic, load
from bench.board import looked
from bench.contest import Contestant, Plan, against, rates, told
from bench.phone_talk import Talk
from bench.servers import Server, ours
from bench.sync import echo_server
from bench.table import Row

ASKERS = 16  # connections that ask for a page again and again
STEP = "ride_details"


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """The day's page, one question, and the day's page where an entry came before each look."""
    url = f"sqlite:///{plan.folder / 'pages.db'}"
    opened = asyncio.run(busy.open_busy(url, ASKERS))
    with ExitStack() as stack:
        server = stack.enter_context(ours(url, plan.folder))
        cookies = [clinic.tap(server.port, booked.links["client"]) for booked in opened.booked]
        handles = [booked.session.handle for booked in opened.booked]
        day = Pages(stack, plan, server, cookies, [f"/s/{handle}/" for handle in handles])
        step = Pages(stack, plan, server, cookies, [f"/s/{handle}/steps/{STEP}" for handle in handles])
        phones = clinic.phones(opened, server.port, 1)
        fresh: list[float] = []
        for number in range(plan.rounds):
            day.turn()
            step.turn()
            fresh.append(after_entry(plan, server, phones[0], day))
            say(f"round {number + 1}: day {rates(day.ours)[-1]:,.0f}/s, bare {rates(day.bare)[-1]:,.0f}/s")
    bare, drawn = "bare echo of the same bytes", "0.06 to 0.09 (drawn each time)"
    return [
        Row("session page", bare, against(rates(day.ours), rates(day.bare)), "≥ 0.3", drawn, day.note()),
        Row("page of one question", bare, against(rates(step.ours), rates(step.bare)), note=step.note()),
        Row("session page, an entry came before each look: time", "the same page, nothing new", fresh),
    ]


class Pages:
    """One kind of page and its bare twin, which take turns."""

    def __init__(
        self, stack: ExitStack, plan: Plan, server: Server, cookies: Sequence[str], paths: Sequence[str]
    ) -> None:
        self._plan = plan
        asked = [load.get(path, cookie) for path, cookie in zip(paths, cookies, strict=True)]
        page = Talk(server.port, asked[0]).ask()
        kept = plan.folder / f"page-{len(page)}-{paths[0].count('/')}.html"
        kept.write_bytes(page)
        self.size = len(page)
        bare = stack.enter_context(echo_server(plan, BENCH_PAGE=str(kept)))
        self.ours = Contestant("ours", server, lambda server: asked, expect="", ready=asked)
        plain = [load.get("/page")] * ASKERS
        self.bare = Contestant("bare", bare, lambda server: plain, expect="", ready=plain)

    def turn(self) -> None:
        """One turn for each."""
        for one in (self.ours, self.bare):
            one.turns.append(one.turn(self._plan))

    def note(self) -> str:
        """The plain figures."""
        return f"{self.size:,} bytes; {told(self.ours)}; {told(self.bare)}"


def after_entry(plan: Plan, server: Server, phone: load.Phone, day: Pages) -> float:
    """How much longer a look takes whose session has just grown."""
    talk, reader = Talk(server.port, phone), Talk(server.port, day.ours.ready[0])
    return looked(reader, talk, plan.seconds / 2) / looked(reader, None, plan.seconds / 2)
