"""Who works at the clinic: leads invite, change roles and end somebody's work; whoever was invited joins."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Clinic, Invitation, LastLead, Staff, StoreError
from sessionday.web.access import clinic_of, lead_of
from sessionday.web.errors import NotYours, Unclear
from sessionday.web.passphrases import hash_later
from sessionday.web.reading import form_of
from sessionday.web.retention import said
from sessionday.web.security import digest, new_secret
from sessionday.web.set_up import read_clinic, read_named
from sessionday.web.sharing import local_time, square
from sessionday.web.sign_in import signed_in_as
from sessionday.web.site import Site, site_of
from sessionday.words import spoken

OPEN_MS = 72 * 3_600_000
ROLES = ("lead", "staff")


async def show(request: Request) -> Response:
    """GET /staff"""
    site, lead = site_of(request), await lead_of(request)
    return await _page(site, lead)


async def change(request: Request) -> Response:
    """POST /staff: `do` is `invite`, `uninvite`, `role`, `end` or `end_tablet`; 422 where it is unclear, 409 for the
    last lead."""
    site, lead, form = site_of(request), await lead_of(request), await form_of(request)
    try:
        if form.get("do") == "invite":
            return await _invite(site, lead, form)
        await _changed(site, lead, form)
    except Unclear as unclear:
        return await _page(site, lead, 422, typed=form, error=unclear)
    except LastLead:
        return await _page(site, lead, 409, error=Unclear("", spoken()["team"]["errors"]["last_lead"]))
    return RedirectResponse("/staff", status_code=303)


async def clinic(request: Request) -> Response:
    """GET /clinic: its name and numbers."""
    site, lead = site_of(request), await lead_of(request)
    return _clinic_page(site, lead, await clinic_of(site, lead))


async def edit_clinic(request: Request) -> Response:
    """POST /clinic: 422 where a number can't be one."""
    site, lead, form = site_of(request), await lead_of(request), await form_of(request)
    before = await clinic_of(site, lead)
    try:
        await site.store.edit_clinic(read_clinic(before.id, form, before.zone))
    except Unclear as unclear:
        return _clinic_page(site, lead, before, 422, typed=form, error=unclear)
    return RedirectResponse("/clinic?saved", status_code=303)


async def invited(request: Request) -> Response:
    """GET /join: the same page for everybody; the secret stands in the fragment, which no server sees."""
    return _join_page(site_of(request))


async def join(request: Request) -> Response:
    """POST /join: somebody who was invited sets a passphrase, and is signed in."""
    site, form = site_of(request), await form_of(request)
    found = await site.store.invitation(digest(form.get("token", "")), site.now())
    place = await site.store.clinic(found.clinic) if found else None
    if found is None or place is None:
        return _join_page(site, 404, error=Unclear("", spoken()["team"]["errors"]["gone"]))
    try:
        who = read_named({**form, "name": found.name, "email": found.email}, place)
        staff = await site.store.join(found, await hash_later(who.passphrase), site.now())
    except (Unclear, StoreError) as error:
        return _join_page(site, 422, error=error, token=form["token"])
    return await signed_in_as(request, staff)


async def _invite(site: Site, lead: Staff, form: dict[str, str]) -> Response:
    """The invitation's link, which is shown once."""
    place = await clinic_of(site, lead)
    named = read_named({**form, "passphrase": "an invitation has none yet"}, place)
    if form.get("role") not in ROLES:
        raise Unclear("role", spoken()["team"]["errors"]["role"])
    known = await site.store.staff_by_email(named.email)
    if known is not None and known.ended_at is None:
        raise Unclear("email", spoken()["team"]["errors"]["taken"])
    secret, until = new_secret(), site.now() + OPEN_MS
    await site.store.invite(lead, form["role"], named.name, named.email, digest(secret), site.now(), until)
    link = f"{site.settings.public_url}/join#{secret}"
    invitation = {"name": named.name, "link": link, "square": square(link), "until": local_time(place, until)}
    return await _page(site, lead, made=invitation)


async def _changed(site: Site, lead: Staff, form: dict[str, str]) -> None:
    who, do = form.get("who", ""), form.get("do")
    if do == "uninvite":
        await site.store.end_invitation(lead.clinic, who, site.now())
    elif do == "role" and form.get("role") in ROLES:
        await site.store.set_role(lead.clinic, who, form["role"], site.now())
    elif do == "end":
        await site.store.end_staff(lead.clinic, who, site.now())
    elif do == "end_tablet":
        await site.store.end_tablet(lead.clinic, who, site.now())
    else:
        raise NotYours


async def _page(site: Site, lead: Staff, status: int = 200, **more: Any) -> Response:
    place = await clinic_of(site, lead)
    context: dict[str, Any] = {
        "staff": lead,
        "people": await site.store.staff_of(lead.clinic),
        "invitations": [_told(place, one) for one in await site.store.invitations(lead.clinic, site.now())],
        "tablets": [
            {"id": one.id, "name": one.name, "made_by": one.made_by, "when": local_time(place, one.made_at)}
            for one in await site.store.tablets(lead.clinic)
        ],
        "typed": {},
        "error": None,
        "made": None,
    }
    return site.pages.response("team/show.html", status, **{**context, **more})


def _told(place: Clinic, one: Invitation) -> dict[str, str]:
    until = local_time(place, one.expires_at)
    return {"id": one.id, "name": one.name, "email": one.email, "role": one.role, "until": until}


def _clinic_page(site: Site, lead: Staff, place: Clinic, status: int = 200, **more: Any) -> Response:
    known = {
        "clinic": place.name,
        **{key: getattr(place, key) for key in ("phone", "emergency", "on_call", "transport")},
    }
    context: dict[str, Any] = {"staff": lead, "typed": known, "error": None, "zone": place.zone, "rule": said(place)}
    return site.pages.response("team/clinic.html", status, **{**context, **more})


def _join_page(site: Site, status: int = 200, **more: Any) -> Response:
    context: dict[str, Any] = {"error": None, "token": ""}
    return site.pages.response("team/join.html", status, **{**context, **more})
