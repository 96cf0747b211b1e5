"""What somebody of the clinic changes of their own: passphrase, passkeys and PIN; and the browser that they sit at."""

from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Staff
from sessionday.web.access import clinic_of, staff_at, staff_of
from sessionday.web.errors import Unclear
from sessionday.web.passphrases import hash_later
from sessionday.web.proving import PIN, has_pin
from sessionday.web.reading import form_of
from sessionday.web.set_up import read_passphrase
from sessionday.web.sign_in import tablet_at
from sessionday.web.site import Site, site_of
from sessionday.web.tablets import share_this
from sessionday.words import spoken

FEWEST_DIGITS = 4  # different ones


async def show(request: Request) -> Response:
    """GET /me"""
    return await _page(request, await staff_of(request))


async def change(request: Request) -> Response:
    """POST /me: `do` is `passphrase`, `pin` or `tablet`, each with the present passphrase, or `end_passkey` or
    `end_pin`, which take something away; 422 where it is unclear."""
    site, staff, form = site_of(request), await staff_of(request), await form_of(request)
    do = form.get("do")
    if do == "end_passkey":
        await site.store.end_passkey(staff, form.get("credential", ""), site.now())
        return RedirectResponse("/me?saved=passkey", status_code=303)
    if do == "end_pin":
        await site.store.set_pin(staff, None)
        return RedirectResponse("/me?saved=pin", status_code=303)
    try:
        await _prove(site, staff, form.get("present", ""))
        if do == "tablet":
            return await _share(request, staff, form)
        await (_new_pin(site, staff, form) if do == "pin" else _new_passphrase(request, site, staff, form))
    except Unclear as unclear:
        part = do if do in ("pin", "tablet") else "passphrase"
        return await _page(request, staff, 422, error=unclear, at=part)
    return RedirectResponse(f"/me?saved={'pin' if do == 'pin' else 'passphrase'}", status_code=303)


async def _new_pin(site: Site, staff: Staff, form: dict[str, str]) -> None:
    pin = form.get("pin", "")
    if why := pin_refusal(pin):
        raise Unclear("pin", spoken()["me"]["errors"][why])
    await site.store.set_pin(staff, await hash_later(pin))


def pin_refusal(pin: str) -> str | None:
    """Why it can't be taken, as a key of the words: six digits, and none of those that everybody tries first."""
    if not PIN.fullmatch(pin):
        return "pin_digits"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return "pin_easy" if len(set(pin)) < FEWEST_DIGITS or len(steps) == 1 else None


async def _share(request: Request, staff: Staff, form: dict[str, str]) -> Response:
    """This browser becomes a shared tablet, for whoever of the clinic has a PIN."""
    name, here = " ".join(form.get("name", "").split())[:60], await staff_at(request)
    if not name:
        raise Unclear("name", spoken()["me"]["errors"]["tablet_name"])
    if here is None or staff.pin_hash is None:
        raise Unclear("pin", spoken()["me"]["errors"]["pin_first"])
    return await share_this(request, staff, here.credential, name)


async def _prove(site: Site, staff: Staff, present: str) -> None:
    words = spoken()["me"]["errors"]
    if site.turns.full:
        raise Unclear("present", spoken()["sign_in"]["busy"])
    if not await site.turns.is_right(staff.password_hash, present):
        raise Unclear("present", words["present"])


async def _new_passphrase(request: Request, site: Site, staff: Staff, form: dict[str, str]) -> None:
    clinic = await clinic_of(site, staff)
    own = (staff.name, staff.email, staff.email.partition("@")[0], clinic.name)
    chosen = read_passphrase(form.get("passphrase", ""), own)
    here = await staff_at(request)
    await site.store.set_passphrase(staff, await hash_later(chosen), here.credential if here else "", site.now())


async def _page(request: Request, staff: Staff, status: int = 200, **more: Any) -> Response:
    site, tablet = site_of(request), await tablet_at(request)
    context: dict[str, Any] = {
        "staff": staff,
        "passkeys": await site.store.passkeys(staff),
        "has_pin": has_pin(staff),
        "tablet": tablet,
        "error": None,
        "at": "",
    }
    return site.pages.response("team/me.html", status, **{**context, **more})
