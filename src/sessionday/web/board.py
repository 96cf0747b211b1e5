"""GET /board: every session of the clinic's day, most urgent first."""

from markupsafe import Markup
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
    drawn = Markup("").join(Markup(card.html) for card in cards)  # noqa: S704 - each was escaped when it was drawn
    return site.pages.response("board/show.html", cards=drawn, staff=signed_in.staff)
