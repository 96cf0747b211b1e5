"""Passkeys: staff sign in with what their device holds, bound to this address, so that no other site can ask for it.

A challenge lies signed in a cookie of five minutes with the time at which it was made; the key's last use makes all
older ones worthless (store/passkeys.py), so that several servers need no common memory.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sessionday.web.access import staff_of
from sessionday.web.errors import Refused
from sessionday.web.reading import json_of
from sessionday.web.sign_in import signed_in_as
from sessionday.web.site import Site, site_of
from sessionday.words import spoken

GOOD_MS = 300_000
LIMIT = 32_768
VERIFIED = UserVerificationRequirement.REQUIRED
WRONG = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was asked, when (ms), and for what."""

    bytes: bytes
    at: int


async def offer(request: Request) -> Response:
    """POST /passkeys/options: what the browser needs to make one; 422 without the present passphrase, or whoever comes
    by an open desk would make a way in that lasts; 503 where too many are being checked."""
    site, staff = site_of(request), await staff_of(request)
    body = await json_of(request, LIMIT)
    present = body.get("present") if isinstance(body, dict) else None
    if site.turns.full:
        raise Refused(503, "busy", spoken()["me"]["errors"]["busy"])
    if not await site.turns.is_right(staff.password_hash, str(present or "")):
        raise Refused(422, "present", spoken()["me"]["errors"]["present"])
    challenge = _new(site)
    known = [
        PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in await site.store.passkeys(staff)
    ]
    options = generate_registration_options(
        rp_id=host_of(site),
        rp_name=spoken()["product"],
        user_name=staff.email,
        user_display_name=staff.name,
        user_id=f"{staff.clinic}/{staff.id}".encode(),
        challenge=challenge.bytes,
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    return _asked(site, "make", challenge, options_to_json(options))


async def add(request: Request) -> Response:
    """POST /passkeys: keeps one that was just made; 422 where its proof is not ours."""
    site, staff = site_of(request), await staff_of(request)
    body = await json_of(request, LIMIT)
    if not isinstance(body, dict):
        raise _refused()
    challenge = _challenge(request, site, "make")
    try:
        found = verify_registration_response(
            credential=body["credential"], expected_challenge=challenge.bytes, expected_rp_id=host_of(site),
            expected_origin=site.settings.public_url, require_user_verification=True,
        )  # fmt: skip
    except WRONG:
        raise _refused() from None
    name = " ".join(str(body.get("name", "")).split())[:60] or spoken()["passkeys"]["unnamed"]
    kept = await site.store.add_passkey(
        staff, bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key),
        found.sign_count, name, site.now(),
    )  # fmt: skip
    if not kept:
        raise Refused(409, "known", spoken()["passkeys"]["known"])
    return _done(site, JSONResponse({"to": "/me?saved=passkey"}))


async def ask(request: Request) -> Response:
    """POST /sign-in/passkey/options: what the browser needs to use one; the same for everybody."""
    site = site_of(request)
    challenge = _new(site)
    options = generate_authentication_options(
        rp_id=host_of(site), challenge=challenge.bytes, user_verification=VERIFIED
    )
    return _asked(site, "use", challenge, options_to_json(options))


async def enter(request: Request) -> Response:
    """POST /sign-in/passkey: signs in; 422 for every way of being wrong."""
    site, body = site_of(request), await json_of(request, LIMIT)
    challenge = _challenge(request, site, "use")
    credential = body.get("credential") if isinstance(body, dict) else None
    known = await site.store.passkey(str(credential.get("id", ""))) if isinstance(credential, dict) else None
    staff = await site.store.staff(known.clinic, known.staff) if known else None
    if credential is None or known is None or staff is None or staff.ended_at is not None:
        raise _refused()
    try:
        found = verify_authentication_response(
            credential=credential, expected_challenge=challenge.bytes, expected_rp_id=host_of(site),
            expected_origin=site.settings.public_url, require_user_verification=True,
            credential_public_key=base64url_to_bytes(known.public_key), credential_current_sign_count=0,
        )  # fmt: skip
    except WRONG:
        raise _refused() from None
    # Keys that are kept in several places count nothing; where they count, it is kept to be looked at.
    if not await site.store.use_passkey(known, found.new_sign_count, challenge.at, site.now()):
        raise _refused()
    signed_in = await signed_in_as(request, staff, str(body.get("nonce") or ""))
    response = _done(site, JSONResponse({"to": signed_in.headers["location"]}))
    response.raw_headers += [pair for pair in signed_in.raw_headers if pair[0] == b"set-cookie"]
    return response


def host_of(site: Site) -> str:
    """What the keys are bound to. Browsers make none for a bare address such as 127.0.0.1."""
    return urlsplit(site.settings.public_url).hostname or ""


def _new(site: Site) -> Challenge:
    return Challenge(secrets.token_bytes(32), site.now())


def _asked(site: Site, purpose: str, challenge: Challenge, options: str) -> Response:
    response = Response(options, media_type="application/json")
    site.challenge_cookie.write(response, f"{purpose}.{challenge.at}.{challenge.bytes.hex()}")
    return response


def _challenge(request: Request, site: Site, purpose: str) -> Challenge:
    """The challenge that this browser was given. Raises Refused where it is none, another's, or old."""
    asked, _, rest = (site.challenge_cookie.read(request) or "").partition(".")
    at, _, text = rest.partition(".")
    if asked != purpose or not 0 <= site.now() - int(at) < GOOD_MS:
        raise _refused()
    return Challenge(bytes.fromhex(text), int(at))


def _done(site: Site, response: Response) -> Response:
    site.challenge_cookie.clear(response)
    return response


def _refused() -> Refused:
    return Refused(422, "passkey", spoken()["passkeys"]["refused"])
