"""The first run: who runs the server makes the clinic and its first lead, in the browser. Then this page is gone."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday import zones
from sessionday.store import Clinic, Staff, StoreError, new_id
from sessionday.web.errors import NotYours, Unclear
from sessionday.web.landing import too_many_wrong
from sessionday.web.passphrase_rules import refusal
from sessionday.web.passphrases import hash_later
from sessionday.web.reading import form_of
from sessionday.web.security import CODE_LETTERS, tidy_code
from sessionday.web.sign_in import signed_in_as
from sessionday.web.site import Site, site_of
from sessionday.words import spoken

NUMBERS = ("phone", "emergency", "on_call", "transport")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is about to work here."""

    name: str
    email: str
    passphrase: str


def set_up_code(keys: Sequence[str]) -> str:
    """What only whoever can read the server's keys knows; `serve` prints it while there is no clinic."""
    made = hmac.new(keys[-1].encode(), b"sessionday.set-up", hashlib.sha256).digest()
    return "".join(CODE_LETTERS[byte % 32] for byte in made[:8])


async def form(request: Request) -> Response:
    """GET /set-up"""
    site = site_of(request)
    await _refuse_when_set_up(site)
    return _page(site)


async def make(request: Request) -> Response:
    """POST /set-up: the clinic and its first lead, who is signed in; 422 where something is unclear."""
    site, typed = site_of(request), await form_of(request)
    await _refuse_when_set_up(site)
    if too_many_wrong(site):
        return _page(site, 429, typed=typed, error=Unclear("code", spoken()["landing"]["slow"]))
    try:
        _check_code(site, typed)
        clinic = read_clinic(new_id(), typed, read_zone(typed))
        who = read_named(typed, clinic)
    except Unclear as unclear:
        return _page(site, 422, typed=typed, error=unclear)
    lead = Staff(new_id(), clinic.id, who.name, who.email, await hash_later(who.passphrase), None, "lead")
    try:
        await site.store.set_up(clinic, lead, site.now())
    except StoreError as error:
        return _page(site, 409, typed=typed, error=Unclear("", str(error)))
    return await signed_in_as(request, lead)


def read_clinic(id: str, typed: dict[str, str], zone: str) -> Clinic:
    """The clinic of a form. Raises Unclear."""
    words = spoken()["set_up"]["errors"]
    name = " ".join(typed.get("clinic", "").split())
    if not 0 < len(name) <= 80:
        raise Unclear("clinic", words["clinic"])
    numbers = {key: " ".join(typed.get(key, "").split()) for key in NUMBERS}
    for key, number in numbers.items():
        digits = sum(letter.isdigit() for letter in number)
        if (number or key in ("phone", "emergency")) and (digits < 2 or len(number) > 30 or set(number) - PHONE):
            raise Unclear(key, words["number"].replace("{label}", spoken()["set_up"][key]))
    return Clinic(id, name, zone, numbers["phone"], numbers["emergency"], numbers["on_call"], numbers["transport"])


PHONE = set("0123456789+()-./ x#*")


def read_zone(typed: dict[str, str]) -> str:
    """A zone that there is. Raises Unclear."""
    zone = typed.get("zone", "").strip()
    try:
        zones.zone_named(zone)
    except zones.ZoneError as error:
        raise Unclear("zone", str(error)) from None
    return zone


def read_named(typed: dict[str, str], clinic: Clinic) -> Named:
    """Name, address and passphrase of a form. Raises Unclear."""
    words = spoken()["set_up"]["errors"]
    name, email = " ".join(typed.get("name", "").split()), typed.get("email", "").strip().casefold()
    if not 0 < len(name) <= 80:
        raise Unclear("name", words["name"])
    before, _, after = email.partition("@")
    if not before or "." not in after or len(email) > 200 or any(one.isspace() for one in email):
        raise Unclear("email", words["email"])
    return Named(name, email, read_passphrase(typed.get("passphrase", ""), (name, email, before, clinic.name)))


def read_passphrase(text: str, own: tuple[str, ...]) -> str:
    """A passphrase that is not refused. Raises Unclear."""
    pieces = tuple(piece for one in own for piece in (one, *one.replace("@", " ").replace(".", " ").split()))
    if why := refusal(text, pieces):
        raise Unclear("passphrase", spoken()["set_up"]["refused"][why])
    return text


def _check_code(site: Site, typed: dict[str, str]) -> None:
    if not hmac.compare_digest(tidy_code(typed.get("code", "")).encode(), set_up_code(site.settings.keys).encode()):
        site.wrong_codes.append(site.now())
        raise Unclear("code", spoken()["set_up"]["errors"]["code"])


async def _refuse_when_set_up(site: Site) -> None:
    if await site.store.clinics():
        raise NotYours


async def first_of_all(site: Site) -> Response | None:
    """To the set-up, where there is no clinic yet."""
    return None if await site.store.clinics() else RedirectResponse("/set-up", status_code=303)


def _page(site: Site, status: int = 200, **more: Any) -> Response:
    context: dict[str, Any] = {"typed": {}, "error": None, "zones": zones.names()}
    return site.pages.response("set_up/show.html", status, **{**context, **more})
