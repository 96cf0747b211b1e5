"""What every handler works with, made once at start and hung on the app: no module globals, no environment."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from sessionday.protocols import Checklist
from sessionday.settings import Settings
from sessionday.store import Session, Store
from sessionday.web.news import News
from sessionday.web.offline import Release
from sessionday.web.pack import Packs
from sessionday.web.passphrases import Turns
from sessionday.web.rendering import Pages
from sessionday.web.security import Cookie
from sessionday.web.states import States

SEAT_DAYS = 60
SIGN_IN_HOURS = 12


@dataclass(slots=True)
class Site:
    """The running site. `now` gives the server's clock in ms; tests put their own in."""

    settings: Settings
    store: Store
    now: Callable[[], int]
    news: News
    states: States
    release: Release
    packs: Packs
    pages: Pages
    seat_cookie: Cookie
    sign_in_cookie: Cookie
    turns: Turns
    wrong_codes: list[int]
    closing: bool = False

    async def checklist(self, session: Session) -> Checklist:
        """The protocol that this session is pinned to, with its words."""
        return await self.states.checklist(session)


def site_of(request: Request) -> Site:
    """The site that serves this request."""
    site: Site = request.app.state.site
    return site
