"""Server-sent events: a number when a record grew, a beat so that silence can be told from quiet. Nothing personal."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sessionday.web.access import reader_of, staff_at
from sessionday.web.errors import NotSignedIn, NotYours
from sessionday.web.site import Site, site_of

BEAT_SECONDS = 8.0
RETRY_MS = 3000


async def session_live(request: Request) -> Response:
    """GET /s/{handle}/live: `event: seq` with the record's newest number."""
    site = site_of(request)
    here = await reader_of(request)

    async def still() -> str:
        # Asked again at each beat: who was revoked hears nothing more within seconds.
        return f"event: seq\ndata: {(await site.states.of((await reader_of(request)).session, site.now())).seq}\n\n"

    return _stream(request, here.session.id, still)


async def board_live(request: Request) -> Response:
    """GET /board/live: `event: seq` whenever anything changed for this clinic."""
    site = site_of(request)
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.expired:
        raise NotSignedIn

    async def still() -> str:
        known = await staff_at(request)
        if known is None or known.expired:
            raise NotSignedIn
        return f"event: seq\ndata: {site.now()}\n\n"

    return _stream(request, signed_in.staff.clinic, still)


def _stream(request: Request, topic: str, still: Callable[[], Awaitable[str]]) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":  # has no body, so it would never end
        return Response(media_type="text/event-stream", headers=headers)
    return StreamingResponse(_events(site_of(request), topic, still), media_type="text/event-stream", headers=headers)


async def _events(site: Site, topic: str, still: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
    listener = site.news.listen(topic)
    try:
        yield f"retry: {RETRY_MS}\n" + await still()
        while not site.closing:
            woken = await listener.wait(BEAT_SECONDS)
            now = await still()
            yield now if woken else f"event: beat\ndata: {site.now()}\n\n"
    except (NotYours, NotSignedIn):
        yield "event: ended\ndata: 0\n\n"
    finally:
        site.news.leave(topic, listener)
