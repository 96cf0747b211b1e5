"""GET /board: every session of the clinic's day, most urgent first."""

from starlette.requests import Request
from starlette.responses import Response

from sessionday.web.access import staff_of
from sessionday.web.site import site_of


async def board(request: Request) -> Response:
    """GET /board: needs a sign-in."""
    site, staff = site_of(request), await staff_of(request)
    cards = await site.cards.of(staff.clinic, site.now())
    before, after = site.pages.around("board/show.html", "cards", staff=staff, empty=not cards)
    return site.pages.given(request, before, *(card.drawn for card in cards), after)
