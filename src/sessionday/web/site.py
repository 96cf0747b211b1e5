"""What every handler works with, made once at start and hung on the app: no module globals, no environment."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from starlette.requests import Request

from sessionday.settings import Settings
from sessionday.store import ERASED, News, Store
from sessionday.web.accesses import Accesses
from sessionday.web.cards import Cards
from sessionday.web.known import Known
from sessionday.web.news import Newsroom
from sessionday.web.offline import Release
from sessionday.web.pack import Packs
from sessionday.web.passphrases import Turns
from sessionday.web.recent import Recent
from sessionday.web.rendering import Pages
from sessionday.web.security import Cookie
from sessionday.web.states import States
from sessionday.web.tries import Tries
from sessionday.web.watch import Watch

SEAT_DAYS = 60
SIGN_IN_HOURS = 12
TABLET_DAYS = 400  # as long as a browser keeps any; a lead can end it before


@dataclass(slots=True)
class Site:
    """The running site. `now` gives the server's clock in ms; tests put their own in."""

    settings: Settings
    store: Store
    now: Callable[[], int]
    news: Newsroom
    known: Known
    recent: Recent
    states: States
    cards: Cards
    release: Release
    packs: Packs
    pages: Pages
    watch: Watch
    accesses: Accesses
    seat_cookie: Cookie
    sign_in_cookie: Cookie
    challenge_cookie: Cookie
    tablet_cookie: Cookie
    turns: Turns
    tries: Tries
    wrong_codes: list[int]
    open_pages: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # by session and browser: this server's listeners
    has_clinic: bool = False  # at the start
    closing: bool = False

    def hear(self, news: News | None) -> None:
        """What a commit changed, here or in another process; None: something was missed."""
        if news is None:
            self.states.forget()
            self._forget_drawn()
        elif gone := {session for _, session, seq in news if seq == ERASED}:
            self.states.forget_session(gone)
            self._forget_drawn(gone)
            news = {(clinic, session, max(seq, 0)) for clinic, session, seq in news}
        self.known.hear(news, lambda session, seq: self.recent.newest(session) >= seq)
        self.cards.hear(news)
        self.watch.hear(news)
        self.news.hear(news)

    def _forget_drawn(self, gone: Iterable[str] = ()) -> None:
        """Of whatever was drawn nothing of an erased record stays, in no process."""
        self.packs.forget(gone)
        self.pages.forget(gone)


def site_of(request: Request) -> Site:
    """The site that serves this request."""
    site: Site = request.app.state.site
    return site
