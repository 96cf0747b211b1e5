"""GET /board: every session of the clinic's day, most urgent first."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.web.access import staff_at
from sessionday.web.site import site_of


async def board(request: Request) -> Response:
    """GET /board: needs a sign-in."""
    site = site_of(request)
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.expired:
        return RedirectResponse("/sign-in", status_code=303)
    cards = await site.cards.of(signed_in.staff.clinic, site.now())
    before, after = site.pages.around("board/show.html", "cards", staff=signed_in.staff, empty=not cards)
    return site.pages.given(request, before, *(card.drawn for card in cards), after)
