"""What staff do about who sits where: a new code or link for a seat, the end of a link or of one browser's pages."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Seat
from sessionday.web.access import reader_of
from sessionday.web.errors import NotYours
from sessionday.web.here import Here
from sessionday.web.pages import day_context
from sessionday.web.proving import unless_proven
from sessionday.web.reading import form_of
from sessionday.web.security import digest, new_code, new_secret
from sessionday.web.sharing import share
from sessionday.web.site import Site, site_of
from sessionday.web.telling import when

CODE_MS = 24 * 3_600_000
ENDING = ("revoke", "end")


async def seats(request: Request) -> Response:
    """POST /s/{handle}/seats: `do` is `code` or `link` (a new one, shown once), `revoke` (the seat's link and pages) or
    `end` (the pages of one browser; with `new_link`, what it came by opens nothing any more)."""
    site, here = site_of(request), await reader_of(request)
    form = await form_of(request)
    seat = next((one for one in here.seats if one.id == form.get("seat")), None)
    if here.role != "staff" or seat is None:
        raise NotYours
    do = form.get("do")
    # A link or code opens somebody's seat, who may answer what a gate waits for
    shows = do not in ENDING or form.get("new_link") == "yes"
    if asks := await unless_proven(request, here, form, always=shows, back=f"/s/{here.session.handle}/"):
        return asks
    if do == "link":
        return await new_link(site, here, seat)
    if do == "end" and form.get("new_link") == "yes":
        shown = await new_link(site, here, seat)  # first: between the two, the old one would let it in again
        await _ended(site, here, seat, form.get("browser", ""))
        return shown
    if do in ENDING:
        return await _ended(site, here, seat, form.get("browser", "") if do == "end" else None)
    code, until = new_code(), site.now() + CODE_MS
    await site.store.new_code(seat, digest(code), until)
    context = await day_context(site, here)
    return site.pages.response(
        "session/show.html", **{**context, "made_code": (seat.id, code, when(context["pack"], until))}
    )


async def new_link(site: Site, here: Here, seat: Seat) -> Response:
    """A fresh link and code for a seat; the old ones open nothing any more, pages that are open stay open."""
    link, code, now = new_secret(), new_code(), site.now()
    await site.store.new_link(seat, digest(link))
    await site.store.new_code(seat, digest(code), now + CODE_MS)
    body = {"seat": seat.id, "role": seat.role}
    await site.store.arrange(here.session, "new_link", here.person, here.name, now, body=body)
    shared = share(
        site, here.clinic, here.session, {seat.role: f"{site.settings.public_url}/j#{link}"}, {seat.role: code}
    )
    return site.pages.response("arrange/links.html", here=here, session=here.session, shared=shared)


async def _ended(site: Site, here: Here, seat: Seat, browser: str | None) -> Response:
    """Ends a seat, or where `browser` names one, that browser's pages alone."""
    body = {"seat": seat.id, "role": seat.role}
    if browser is None:
        await site.store.revoke_seat(seat, site.now())
    else:
        await site.store.end_claim(browser, here.session, site.now())
    kind = "link_ended" if browser is None else "page_ended"
    await site.store.arrange(here.session, kind, here.person, here.name, site.now(), body=body)
    # With a query, so that the phone's worker asks the server and not its memory.
    where = "?links" if browser is None else "arrange"
    return RedirectResponse(f"/s/{here.session.handle}/{where}", status_code=303)
