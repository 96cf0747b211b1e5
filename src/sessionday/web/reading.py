"""Reads what a request carries (bodies with a limit, forms without multipart, JSON without ambiguity), writes JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sessionday.web.errors import Refused
from sessionday.web.strict_json import BadJSON, read_json

FORM_LIMIT = 32_768
SYNC_LIMIT = 262_144


async def body_of(request: Request, limit: int) -> bytes:
    """The whole body. Raises Refused 413 as soon as more than `limit` bytes came, whatever Content-Length said."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise Refused(413, "too_big", f"This is more than {limit // 1024} KB. Send less at once.")
            parts.append(part)
    except ClientDisconnect:
        raise Refused(400, "cut_off", "The request was cut off.") from None
    return b"".join(parts)


async def form_of(request: Request, limit: int = FORM_LIMIT) -> dict[str, str]:
    """A urlencoded form's fields; of a field that stands twice, the first. Raises Refused for another content type."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise Refused(415, "not_a_form", "Only plain forms are taken here.")
    body = await body_of(request, limit)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise Refused(400, "bad_form", "This form can't be read.") from None
    if any("\x00" in value for _, value in pairs):
        raise Refused(400, "bad_form", "This form can't be read.")
    return dict(reversed(pairs))


def seen_in(form: Mapping[str, str]) -> int:
    """Up to which number its page knew what it is about; 0 where that is no number."""
    seen = form.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 15 else 0


async def json_of(request: Request, limit: int) -> Any:
    """A JSON body. Raises Refused 415, 413 or 400 with a sentence."""
    headers = dict(request.scope["headers"])
    if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
        raise Refused(415, "not_json", "Only application/json is taken here.")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise Refused(415, "encoded", "Bodies are taken as they are, not compressed.")
    body = await body_of(request, limit)
    try:
        return read_json(body)
    except BadJSON as bad:
        raise Refused(400, bad.code, str(bad)) from None


def as_json(value: Any) -> Response:
    """`value` as a JSON response."""
    return Response(orjson.dumps(value), media_type="application/json")
