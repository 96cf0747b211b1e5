"""At a shared tablet, what opens a gate is taken only from somebody who has just shown who they are: a colleague's open
page is no signature (security ground, T03, H13). What shuts one, and every fact beside, is taken at once.
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sessionday.core.answers import verdict
from sessionday.store import Staff
from sessionday.web.access import SignedIn, staff_at
from sessionday.web.errors import NotSignedIn, Refused
from sessionday.web.here import Here
from sessionday.web.reading import json_of
from sessionday.web.site import Site, site_of
from sessionday.words import spoken

GOOD_MS = 300_000
WRONG_PINS = 10  # then the PIN is over, and its owner makes a new one with the passphrase
LIMIT = 4096
PIN = re.compile("[0-9]{6}")
ENDS = ("cancel", "close")
Said = tuple[Any, Any, Any]  # the kind, step and answer of an entry


def is_proven(here: Here | SignedIn, now: int) -> bool:
    """Whether whoever sits here has just shown who they are; a browser that is theirs alone asks nobody."""
    return not here.tablet or (not here.locked and 0 <= now - here.proved_at <= GOOD_MS)


def awaits_proof(here: Here, kind: Any, step: Any, answer: Any, now: int) -> bool:
    """Whether this word could open a gate, or undo or end the day, and whoever sits at this tablet last showed who they
    are too long ago. Twin: static/js/unproven.js."""
    return not is_proven(here, now) and could_open(here, kind, step, answer)


def could_open(here: Here, kind: Any, step: Any, answer: Any) -> bool:
    """A withdrawal always can: of a stop, and of a dose. What fulfils a gate's step, or sets it aside; and calling the
    day off, or closing it."""
    if kind == "withdraw":
        return True
    rules = next((one for one in here.checklist.rules["steps"] if one["id"] == step), None)
    if rules is None or kind not in ("answer", "waive"):
        return False
    if rules["gate"] is None and rules["marks"] not in ENDS:
        return False
    return kind == "waive" or verdict({"answer": answer}, rules, here.session.rules_form()) == "ok"


async def prove(request: Request) -> Response:
    """POST /prove: `pin` or `passphrase` of whoever is signed in at this tablet; 422 where it is wrong."""
    site, signed_in = site_of(request), await staff_at(request)
    if signed_in is None or signed_in.expired or not signed_in.tablet:
        raise NotSignedIn
    body = await json_of(request, LIMIT)
    given = body if isinstance(body, dict) else {}
    why = await proof_fails(site, signed_in, str(given.get("pin") or ""), str(given.get("passphrase") or ""))
    if why:
        raise Refused(422, "proof", why)
    return JSONResponse({"until": site.now() + GOOD_MS})


async def unless_proven(
    request: Request, here: Here | SignedIn, form: Mapping[str, str], *said: Said, always: bool = False, back: str = ""
) -> Response | None:
    """The page that asks who is there, with all that the form brought in it; None where nothing waits for that. It
    asks always where the tablet is locked, and with `always`, for what can't be taken back. `back`: where the form
    stands."""
    site = site_of(request)
    late = always and not is_proven(here, site.now())
    opens = isinstance(here, Here) and any(awaits_proof(here, *one, site.now()) for one in said)
    if not here.locked and not late and not opens:
        return None
    signed_in = await staff_at(request)
    if signed_in is None:
        raise NotSignedIn
    pin, passphrase = form.get("pin", ""), form.get("passphrase", "")
    why = await proof_fails(site, signed_in, pin, passphrase) if pin or passphrase else ""
    if why is None:
        here.locked, here.proved_at = False, site.now()
        return None
    brought = {key: value for key, value in form.items() if key not in ("pin", "passphrase")}
    return site.pages.response(
        "tablet/prove.html",
        403,
        here=here,
        to=request.url.path,
        brought=brought,
        error=why,
        back=back,
        has_pin=has_pin(signed_in.staff),
    )


async def proof_fails(site: Site, signed_in: SignedIn, pin: str, passphrase: str = "") -> str | None:
    """Proves whoever is signed in, and opens the tablet for them; or a sentence that says what was wrong."""
    staff = signed_in.staff
    why = await wrong_pin(site, staff, signed_in.tablet, pin) if pin else await _wrong(site, staff, passphrase)
    if why is None:
        await site.store.prove(staff, signed_in.credential, site.now())
    return why


def has_pin(staff: Staff) -> bool:
    """Whether a PIN of theirs can open a tablet."""
    return staff.pin_hash is not None and staff.pin_wrong < WRONG_PINS


async def wrong_pin(site: Site, staff: Staff, tablet: str, pin: str) -> str | None:
    """Why this PIN does not prove `staff` at this tablet, in a sentence; None where it does."""
    words: dict[str, str] = spoken()["locked"]
    now = await site.store.staff(staff.clinic, staff.id)  # as it counts them, not as it was remembered
    if now is None or now.pin_hash is None or not has_pin(now):
        return words["pin_over" if now and now.pin_hash else "no_pin"]
    return await _tried(site, now.pin_hash, pin, now, tablet)


async def _wrong(site: Site, staff: Staff, passphrase: str) -> str | None:
    return await _tried(site, staff.password_hash, passphrase, staff, "")


async def _tried(site: Site, stored: str, given: str, staff: Staff, tablet: str) -> str | None:
    """One try, slowed as sign-in is. With a tablet it is a PIN, of which only so many wrong ones are borne."""
    words: dict[str, str] = spoken()["locked"]
    if not given or (tablet and not PIN.fullmatch(given)):
        return words["wrong"]  # a tap too many is no try
    if site.turns.full:
        return words["busy"]
    account = f"proof {staff.id}"
    if site.tries.wait(account, tablet, site.now()):
        return words["slow"]
    right = await site.turns.is_right(stored, given)
    if tablet:
        await site.store.tried_pin(staff, right=right)
    if right:
        site.tries.right(account, tablet)
        return None
    site.tries.wrong(account, tablet, site.now())
    return words["wrong"]
