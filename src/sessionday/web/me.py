"""What somebody of the clinic changes of their own: passphrase and PIN."""

import re
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

PIN = re.compile(r"\d{6}", re.ASCII)
RUNS = "01234567890 09876543210"


async def show(request: Request) -> Response:
    """GET /me"""
    return await _page(site_of(request), await staff_of(request))


async def change(request: Request) -> Response:
    """POST /me: `do` is `passphrase` or `pin`, each with the present passphrase, or `end_passkey`; 422 if unclear."""
    site, staff, form = site_of(request), await staff_of(request), await form_of(request)
    if form.get("do") == "end_passkey":
        await site.store.end_passkey(staff, form.get("credential", ""), site.now())
        return RedirectResponse("/me?saved=passkey", status_code=303)
    try:
        await _prove(site, staff, form.get("present", ""))
        if form.get("do") == "pin":
            await site.store.set_pin(staff, await hash_later(read_pin(form.get("pin", ""))))
        else:
            await _new_passphrase(request, site, staff, form)
    except Unclear as unclear:
        return await _page(site, staff, 422, error=unclear, at=form.get("do", ""))
    return RedirectResponse(f"/me?saved={'pin' if form.get('do') == 'pin' else 'passphrase'}", status_code=303)


def read_pin(text: str) -> str:
    """Six digits that are not the first that anybody tries. Raises Unclear."""
    words = WORDS["en"]["me"]["errors"]
    if not PIN.fullmatch(text):
        raise Unclear("pin", words["pin"])
    if text in RUNS or re.fullmatch(r"(\d{1,3})\1+", text):
        raise Unclear("pin", words["pin_easy"])
    return text


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
