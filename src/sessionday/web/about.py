"""The pages of short answers about the day: part of the session, so that they open without signal too."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.web.access import reader_of
from sessionday.web.compression import Parts
from sessionday.web.errors import NotYours
from sessionday.web.pages import drawn_from, is_long_over, noted, view_of
from sessionday.web.short_answers import CALL, answer_view, listed, pages_of
from sessionday.web.site import site_of
from sessionday.words import calls_for, language


async def index(request: Request) -> Response:
    """GET /s/{handle}/about/: the answers that this seat reads, and when to call."""
    return await _page(request, "")


async def answer(request: Request) -> Response:
    """GET /s/{handle}/about/{page}: one of them."""
    return await _page(request, request.path_params["page"])


async def _page(request: Request, name: str) -> Response:
    site, here = site_of(request), await reader_of(request)
    if name and name not in pages_of(here.role):
        raise NotYours
    current = await site.states.of(here.session, site.now())
    if is_long_over(here, current, site.now()):
        return RedirectResponse(f"/s/{here.session.handle}/?over", status_code=303)
    noted(request, here, "about")

    async def draw() -> Parts:
        view = await view_of(site, here, None)
        if not name:
            call = answer_view(here.checklist, here.role, CALL)
            shown = {"answers": listed(here.role), "shown": call, "calls": calls_for(language(), here.checklist.steps)}
            return site.pages.piece("about/index.html", **view, **shown)
        return site.pages.piece("about/show.html", **view, shown=answer_view(here.checklist, here.role, name))

    page = await site.pages.kept(*drawn_from(site, here, current, f"about/{name}"), draw)
    return site.pages.given(request, page)
