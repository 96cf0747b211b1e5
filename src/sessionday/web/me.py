"""What somebody of the clinic changes of their own: passphrase and passkeys."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Staff
from sessionday.web.access import staff_at
from sessionday.web.leads import staff_of
from sessionday.web.passphrases import hash_later
from sessionday.web.reading import form_of
from sessionday.web.set_up import Unclear, read_passphrase
from sessionday.web.site import Site, site_of
from sessionday.words import WORDS


async def show(request: Request) -> Response:
    """GET /me"""
    return await _page(site_of(request), await staff_of(request))


async def change(request: Request) -> Response:
    """POST /me: `do` is `passphrase`, with the present one, or `end_passkey`; 422 where it is unclear."""
    site, staff, form = site_of(request), await staff_of(request), await form_of(request)
    if form.get("do") == "end_passkey":
        await site.store.end_passkey(staff, form.get("credential", ""), site.now())
        return RedirectResponse("/me?saved=passkey", status_code=303)
    try:
        await _prove(site, staff, form.get("present", ""))
        await _new_passphrase(request, site, staff, form)
    except Unclear as unclear:
        return await _page(site, staff, 422, error=unclear, at="passphrase")
    return RedirectResponse("/me?saved=passphrase", status_code=303)


async def _prove(site: Site, staff: Staff, present: str) -> None:
    words = WORDS["en"]["me"]["errors"]
    if site.turns.full:
        raise Unclear("present", WORDS["en"]["sign_in"]["busy"])
    if not await site.turns.is_right(staff.password_hash, present):
        raise Unclear("present", words["present"])


async def _new_passphrase(request: Request, site: Site, staff: Staff, form: dict[str, str]) -> None:
    clinic = await site.store.clinic(staff.clinic)
    own = (staff.name, staff.email, staff.email.partition("@")[0], clinic.name if clinic else "")
    chosen = read_passphrase(form.get("passphrase", ""), own)
    here = await staff_at(request)
    await site.store.set_passphrase(staff, await hash_later(chosen), here.credential if here else "", site.now())


async def _page(site: Site, staff: Staff, status: int = 200, **more: Any) -> Response:
    context: dict[str, Any] = {"staff": staff, "passkeys": await site.store.passkeys(staff), "error": None, "at": ""}
    return site.pages.response("team/me.html", status, **{**context, **more})
