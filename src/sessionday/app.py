"""The site map: every route there is, how errors are told, and what is made at start."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sessionday.settings import Settings
from sessionday.store import Store, StoreError
from sessionday.web import (
    about,
    access_log,
    arranging,
    board,
    carry,
    desk,
    drafts,
    erasing,
    figures,
    finding,
    landing,
    languages,
    live,
    me,
    offline,
    pages,
    passkeys,
    protocols,
    proving,
    record,
    retention,
    ride,
    schemes,
    sessions,
    set_up,
    sheets,
    sign_in,
    sync,
    tablets,
    team,
    wall,
)
from sessionday.web.accesses import Accesses
from sessionday.web.cards import Cards
from sessionday.web.known import Known
from sessionday.web.news import Newsroom
from sessionday.web.offline import Release
from sessionday.web.pack import Packs
from sessionday.web.passphrases import Turns
from sessionday.web.recent import Recent
from sessionday.web.rendering import Pages
from sessionday.web.security import Cookie, SecurityHeaders, headers_for, is_foreign
from sessionday.web.site import SEAT_DAYS, TABLET_DAYS, Site, site_of
from sessionday.web.states import States
from sessionday.web.tries import Tries
from sessionday.web.watch import Watch

# What a page says where a request fails; else the sentence that it failed with.
TOLD = {
    401: "not_found", 403: "refused", 404: "not_found", 409: "other_person", 413: "too_big", 500: "broken",
    503: "not_writing",
}  # fmt: skip


OWN_WORDS = ("leads_only", "other_clinic")  # refusals that say themselves what to do
ALWAYS_JSON = ("/sync", "/pack", "/live", "/health", "/prove", "/awake")


async def front(request: Request) -> Response:
    """GET /: staff come here; everybody else has a link."""
    return await set_up.first_of_all(site_of(request)) or RedirectResponse("/board", status_code=303)


async def health(request: Request) -> Response:
    """GET /health: 503 when the record can't be written."""
    site = site_of(request)
    if site.store.failed or not site.store.reachable:
        why = "the record can't be written" if site.store.failed else "the database can't be reached right now"
        return JSONResponse({"status": "failed", "why": why}, status_code=503)
    return JSONResponse({"status": "ok", "build": site.release.build, "epoch": site.store.epoch})


ROUTES = [
    # What phones ask most often is looked for first
    Route("/s/{handle}/sync", sync.sync, methods=["POST"]),
    Route("/", front),
    Route("/health", health),
    Route("/language", languages.language, methods=["POST"]),
    # A link, and the tap that opens it
    Route("/j", landing.landing, methods=["GET"]),
    Route("/j", landing.claim, methods=["POST"]),
    # A session, as its seat may see it
    Route("/s/{handle}/", pages.day, methods=["GET"]),
    Route("/s/{handle}/steps/{step}", pages.step, methods=["GET"]),
    Route("/s/{handle}/about/", about.index, methods=["GET"]),
    Route("/s/{handle}/about/{page}", about.answer, methods=["GET"]),
    Route("/s/{handle}/entries", pages.entries, methods=["POST"]),
    Route("/s/{handle}/seats", desk.seats, methods=["POST"]),
    Route("/s/{handle}/arrange", arranging.show, methods=["GET"]),
    Route("/s/{handle}/arrange", arranging.change, methods=["POST"]),
    Route("/s/{handle}/ride", ride.show, methods=["GET"]),
    Route("/s/{handle}/ride", ride.record, methods=["POST"]),
    Route("/s/{handle}/limits", arranging.limits, methods=["GET"]),
    Route("/s/{handle}/limits", arranging.set_limits, methods=["POST"]),
    Route("/s/{handle}/record", record.show, methods=["GET"]),
    Route("/s/{handle}/record.json", record.download, methods=["GET"]),
    Route("/s/{handle}/record.fhir.json", record.download, methods=["GET"]),
    Route("/s/{handle}/record.pdf", record.download, methods=["GET"]),
    Route("/s/{handle}/record.csv", record.download, methods=["GET"]),
    Route("/s/{handle}/erase", erasing.show, methods=["GET"]),
    Route("/s/{handle}/erase", erasing.change, methods=["POST"]),
    Route("/s/{handle}/sheet", sheets.sheet, methods=["GET"]),
    Route("/s/{handle}/card", sheets.card, methods=["GET"]),
    Route("/s/{handle}/duties", sheets.duties, methods=["GET"]),
    Route("/s/{handle}/installed", landing.installed, methods=["POST"]),
    # The phone's side
    Route("/s/{handle}/pack", sync.pack, methods=["GET"]),
    Route("/s/{handle}/light", carry.key, methods=["GET"]),
    Route("/s/{handle}/live", live.Live(live.session_live), methods=["GET"]),
    Route("/s/{handle}/app.webmanifest", offline.app_manifest, methods=["GET"]),
    # Staff
    Route("/set-up", set_up.form, methods=["GET"]),
    Route("/set-up", set_up.make, methods=["POST"]),
    Route("/join", team.invited, methods=["GET"]),
    Route("/join", team.join, methods=["POST"]),
    Route("/sign-in", sign_in.form, methods=["GET"]),
    Route("/sign-in", sign_in.enter, methods=["POST"]),
    Route("/sign-in/passkey/options", passkeys.ask, methods=["POST"]),
    Route("/sign-in/passkey", passkeys.enter, methods=["POST"]),
    Route("/passkeys/options", passkeys.offer, methods=["POST"]),
    Route("/passkeys", passkeys.add, methods=["POST"]),
    Route("/sign-out", sign_in.leave, methods=["POST"]),
    # A tablet that several share: it locks, and still takes a call for help or a fact
    Route("/locked", tablets.screen, methods=["GET"]),
    Route("/locked", tablets.act, methods=["POST"]),
    Route("/lock", tablets.lock, methods=["POST"]),
    Route("/prove", proving.prove, methods=["POST"]),
    Route("/awake", tablets.awake, methods=["POST"]),
    Route("/me", me.show, methods=["GET"]),
    Route("/me", me.change, methods=["POST"]),
    Route("/staff", team.show, methods=["GET"]),
    Route("/staff", team.change, methods=["POST"]),
    Route("/clinic", team.clinic, methods=["GET"]),
    Route("/clinic", team.edit_clinic, methods=["POST"]),
    Route("/clinic/records", retention.show, methods=["GET"]),
    Route("/clinic/records", retention.change, methods=["POST"]),
    Route("/board", board.board, methods=["GET"]),
    Route("/board/wall", wall.wall, methods=["GET"]),
    Route("/board/live", live.Live(live.board_live), methods=["GET"]),
    Route("/figures", figures.show, methods=["GET"]),
    Route("/figures.csv", figures.table, methods=["GET"]),
    Route("/sessions", finding.show, methods=["GET"]),
    Route("/sessions/new", sessions.new, methods=["GET"]),
    Route("/sessions/new", sessions.make, methods=["POST"]),
    Route("/carry", carry.page, methods=["GET"]),
    Route("/carry", carry.carry, methods=["POST"]),
    Route("/access", access_log.show, methods=["GET"]),
    # Protocols: staff read them, leads write them
    Route("/protocols", protocols.shelf, methods=["GET"]),
    Route("/protocols/drafts/{draft}", drafts.form, methods=["GET"]),
    Route("/protocols/drafts/{draft}", drafts.save, methods=["POST"]),
    Route("/protocols/drafts/{draft}/check", drafts.check, methods=["POST"]),
    Route("/protocols/{protocol}/compare", protocols.compare, methods=["GET"]),
    Route("/protocols/{protocol}/{version}", protocols.show, methods=["GET"]),
    Route("/protocols/{protocol}/{version}/copy", drafts.copy, methods=["POST"]),
    # What checks a record that was taken out
    Route("/record/verify_record.py", record.verifier, methods=["GET"]),
    # One release of static files
    Route("/sw.js", offline.worker, methods=["GET"]),
    Route("/static/{build}/{path:path}", offline.static, methods=["GET"]),
]


def create_app(
    settings: Settings, now: Callable[[], int] | None = None, on_failure: Callable[[], None] = lambda: None
) -> Starlette:
    """The application. `now` is the server's clock in ms; `on_failure` is called when the record can't be written."""
    clock = now or (lambda: time.time_ns() // 1_000_000)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = await Store.open(settings.database, now=clock(), writer=True, listen=settings.listen)
        site = app.state.site = make_site(settings, store, clock)
        store.fresh = site.recent.grew
        store.news = site.hear
        store.on_failure = lambda failure: on_failure()
        site.has_clinic = bool(await store.clinics())
        site.watch.start()
        try:
            yield
        finally:
            site.closing = True
            try:
                await site.watch.stop()
                await site.accesses.close()
            finally:
                await store.close()

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders, https=settings.secure),
            Middleware(languages.Speaking, cookie=languages.cookie_of(secure=settings.secure)),
            Middleware(schemes.Schemes),
            Middleware(SameSite, public_url=settings.public_url),
        ],
        exception_handlers={HTTPException: told, StoreError: not_stored, Exception: broken},
    )
    app.router.redirect_slashes = False  # such a redirect would be built from whatever Host the request named
    return app


def make_site(settings: Settings, store: Store, now: Callable[[], int]) -> Site:
    """Everything that handlers work with."""
    release, recent = Release(escape=settings.escape), Recent()
    states = States(store, recent)
    known = Known(store, states.checklist)
    pages = Pages(release.build, settings.public_url, light=release.light)
    cards = Cards(store, known, states, pages, release.build)
    seat = Cookie("seat", settings.keys, secure=settings.secure, max_age=SEAT_DAYS * 86_400)
    staff = Cookie("sign-in", settings.keys, secure=settings.secure, max_age=SEAT_DAYS * 86_400)
    challenge = Cookie("challenge", settings.keys, secure=settings.secure, max_age=300)
    tablet = Cookie("tablet", settings.keys, secure=settings.secure, max_age=TABLET_DAYS * 86_400)
    return Site(
        settings=settings,
        store=store,
        now=now,
        news=Newsroom(now),
        known=known,
        recent=recent,
        states=states,
        cards=cards,
        release=release,
        packs=Packs(release.build),
        pages=pages,
        accesses=Accesses(store, now),
        watch=Watch(store, cards, now, settings.archive_days),
        seat_cookie=seat,
        sign_in_cookie=staff,
        challenge_cookie=challenge,
        tablet_cookie=tablet,
        turns=Turns(),
        tries=Tries(),
        wrong_codes=[],
    )


class SameSite:
    """Refuses what another site's page sent in somebody's name, before anything reads it."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_foreign(scope["method"], scope["headers"], self._public_url):
            refusal = problem(Request(scope, receive), 403, "foreign", "This was not sent from this site.")
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def told(request: Request, error: Exception) -> Response:
    """An HTTPException (all of ours are Refused) as a page or as JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's types say Exception
    code = getattr(error, "code", "http")
    phone = await site_of(request).known.only_phone() if error.status_code == 404 else ""
    response = problem(request, error.status_code, code, error.detail, phone=phone)
    response.headers.update(error.headers or {})
    return response


async def not_stored(request: Request, error: Exception) -> Response:
    """The record can't be written: nothing was acknowledged, the phone keeps it and tries again."""
    return problem(request, 503, "not_stored", str(error), {"Retry-After": "5"})


async def broken(request: Request, error: Exception) -> Response:
    """A fault of ours. The server logs it; the person is told without detail."""
    sentence = "Something went wrong here. It is not known whether this was saved."
    headers = headers_for(https=site_of(request).settings.secure)  # this is answered outside of the middleware
    return problem(request, 500, "broken", sentence, headers)


def problem(
    request: Request, status: int, code: str, sentence: str, headers: dict[str, str] | None = None, *, phone: str = ""
) -> Response:
    """An error in the form that was asked for: `{"error": {"code", "message"}}`, or a page that says what to do."""
    if _asked_for_json(request):
        return JSONResponse({"error": {"code": code, "message": sentence}}, status_code=status, headers=headers)
    site: Site | None = getattr(request.scope["app"].state, "site", None)
    if site is None:
        return Response(sentence, status_code=status, headers=headers)
    says = None if code in OWN_WORDS else TOLD.get(status)
    page = site.pages.response("problem.html", status, says=says, sentence=sentence, phone=phone)
    page.headers.update(headers or {})
    return page


def _asked_for_json(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    path = request.scope["path"]
    return path.endswith(("/sync", "/pack", "/live", "/health", "/prove", "/awake")) or (
        "json" in accepts and "html" not in accepts
    )
