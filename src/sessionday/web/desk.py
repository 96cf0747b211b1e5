"""What staff do about a session beside its steps: a new code for a seat, the end of a link."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.web.access import reader_of
from sessionday.web.errors import NotYours
from sessionday.web.pages import day_context
from sessionday.web.reading import form_of
from sessionday.web.security import digest, new_code
from sessionday.web.site import site_of
from sessionday.web.telling import when

CODE_MS = 24 * 3_600_000


async def seats(request: Request) -> Response:
    """POST /s/{handle}/seats: `do=code` shows a fresh code once; `do=revoke` ends the seat's link and pages."""
    site, here = site_of(request), await reader_of(request)
    form = await form_of(request)
    seat = next((one for one in here.seats if one.id == form.get("seat")), None)
    if here.role != "staff" or seat is None:
        raise NotYours
    if form.get("do") == "revoke":
        await site.store.revoke_seat(seat, site.now())
        # With a query, so that the phone's worker asks the server and not its memory.
        return RedirectResponse(f"/s/{here.session.handle}/?links", status_code=303)
    code, until = new_code(), site.now() + CODE_MS
    await site.store.new_code(seat, digest(code), until)
    context = await day_context(site, here)
    return site.pages.response(
        "session/show.html", **{**context, "made_code": (seat.id, code, when(context["pack"], until))}
    )
