"""A session's whole day: its people, and the one clock that moves for all of them."""

from datetime import datetime, timedelta
from typing import Any

from tests.browser.people import MINUTE, TORONTO, Person, local
from tests.server import Server

HOUR = 60 * MINUTE


class Day:
    """One session's day: who is there, and the clock that moves for all of them."""

    def __init__(self, server: Server, *, scripts: bool = True, protocol: str = "kap-lozenge") -> None:
        self.server = server
        self.scripts = scripts
        self.start = ten_in_the_morning(server.now() + 26 * HOUR)
        self.session = server.session(server.clinic(), local(self.start), protocol=protocol)
        self.session["start_ms"] = self.start
        self.people: list[Person] = []

    async def join(self, found: Any) -> None:
        """Client, support person and staff open their pages."""
        for role in ("client", "support", "staff"):
            self.people.append(await Person.at(found, self.server, self.session, role, scripts=self.scripts))
        self.client, self.support, self.staff = self.people

    async def at(self, minutes: float) -> None:
        """It is so many minutes after the planned start, on every clock there is."""
        now = self.start + round(minutes * MINUTE)
        self.server.ahead(self.server_ahead(now))
        for person in self.people:
            await person.at_time(now)

    async def later(self, minutes: float) -> None:
        """The same, once the clinic has everything: what is on its way while clocks are set seems a clock's error."""
        for person in self.people:
            await person.sent()
        await self.at(minutes)

    def server_ahead(self, now: int) -> int:
        """By how much the machine's clock is behind `now`."""
        return now - (self.server.now() - self._ahead())

    def _ahead(self) -> int:
        return int((self.server.folder / "clock").read_text())


def ten_in_the_morning(after: int) -> int:
    """The first 10:00 in the clinic's zone from `after` on: a day that begins at midnight has another hold."""
    shown = datetime.fromtimestamp(after / 1000, TORONTO)
    ten = shown.replace(hour=10, minute=0, second=0, microsecond=0)
    return round((ten if ten >= shown else ten + timedelta(days=1)).timestamp() * 1000)


async def opened(day: Day, gate: str, person: Person | None = None) -> None:
    """Somebody's page (staff's) says that a gate is open; if not, its reasons are the failure's message."""
    person = person or day.staff
    await person.day()
    place = person.page.locator(f"[data-gate={gate}]")
    assert await place.get_attribute("data-open") == "true", await place.inner_text()


async def shut(person: Person, gate: str, why: str) -> None:
    """Somebody's page says that a gate is shut, and names this reason among its reasons."""
    await person.heard()
    place = person.page.locator(f"[data-gate={gate}]")
    said = await place.inner_text()
    assert await place.get_attribute("data-open") == "false", said
    assert why in said, said


async def prescriber(day: Day) -> None:
    """Dr. Osei answers from outside, by phone."""
    found = day.client.context.browser
    assert found is not None
    person = await Person.at(found, day.server, day.session, "prescriber", scripts=day.scripts)
    await person.at_time(day.server.now())
    await person.answer_all()
    await person.sent()
    await person.close()
