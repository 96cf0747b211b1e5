"""Cookies, cross-site refusal and the headers of every response. The only place that signs or reads a cookie.

A cookie holds a random reference and its signature; who that is stands in the database, which can revoke it at once.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REMEMBERED = 10_000  # cookies of browsers that came lately
MAX_COOKIE = 256
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nobody has to guess when it is read out

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
WITH_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")  # the page that reads phones


def new_secret() -> str:
    """256 random bits, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """40 random bits as 8 characters that can be read out."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(8))


def tidy_code(typed: str) -> str:
    """A code as typed by a person: spaces, dashes and small letters are forgiven, and letters that look like digits."""
    plain = "".join(typed.upper().split()).translate(str.maketrans("", "", "-‐‑‒–—"))
    return plain.replace("O", "0").replace("I", "1").replace("L", "1")


def digest(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough for 256 random bits; codes live short and are counted."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Cookie:
    """One signed cookie: its own salt, SHA-256, keys oldest first (the newest signs, all verify)."""

    def __init__(self, purpose: str, keys: Sequence[str], *, secure: bool, max_age: int) -> None:
        self.name = f"__Host-{purpose}" if secure else purpose
        self._signer = Signer(list(keys), salt=f"sessionday.{purpose}", digest_method=hashlib.sha256)
        self._secure = secure
        self._max_age = max_age
        self._unsigned = lru_cache(maxsize=REMEMBERED)(self._unsign)

    def read(self, request: Request) -> str | None:
        """The secret that the cookie carries, or None where there is none or its signature is not ours."""
        value = request.cookies.get(self.name)
        return self._unsigned(value) if value and len(value) < MAX_COOKIE else None

    def _unsign(self, value: str) -> str | None:
        """A signature stays right, so it is checked once; whom the secret opens to is the database's to say."""
        try:
            return self._signer.unsign(value.encode("utf-8", "replace")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def write(self, response: Response, secret: str) -> None:
        """Sets the cookie on `response`. Lax, because a tapped link must arrive with it."""
        value = self._signer.sign(secret).decode()
        response.set_cookie(
            self.name, value, max_age=self._max_age, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def clear(self, response: Response) -> None:
        """Takes the cookie back from the browser."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")


def is_foreign(method: str, headers: Iterable[tuple[bytes, bytes]], public_url: str) -> bool:
    """Whether a request that changes something came from another site."""
    if method in SAFE_METHODS:
        return False
    named = dict(headers)
    site = named.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    origin = named.get(b"origin")
    return origin is not None and _origin(origin.decode("latin-1")) != _origin(public_url)


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None


def headers_for(*, https: bool) -> dict[str, str]:
    """What every response carries, where it doesn't say otherwise itself."""
    strict = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"} if https else {}
    return {**HEADERS, **strict, "Cache-Control": "no-store"}


class SecurityHeaders:
    """Puts the headers on every response. Pure ASGI: a BaseHTTPMiddleware would cost a quarter of the throughput."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers_for(https=https).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in self._headers if one[0] not in said)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
