"""Compressed once, sent many times: whole files, and pages of which all but a few ids stays the same.

A gzip body is a row of deflate blocks. What was compressed up to a full flush is a run of whole blocks that refers to
nothing outside of itself, so such runs can be put together in any order, with stored (uncompressed) blocks between.
Within one piece the order is known: a later run refers to earlier ones too, but never to the ids between.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

LEVEL = 9
SMALL = 400  # bytes; less is not worth it
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
LAST_BLOCK = b"\x03\x00"
UNKNOWN = b"\xff" * 36  # as long as an id (a UUID), and in no text, so that nothing refers to where one will stand


class Fixed:
    """Bytes that never change, such as a file of a release."""

    def __init__(self, body: bytes, kind: str) -> None:
        self.body = body
        self._kind = kind

    @cached_property
    def _zipped(self) -> bytes:
        return gzip.compress(self.body, LEVEL, mtime=0)

    def response(self, request: Request, headers: dict[str, str]) -> Response:
        """The bytes, compressed where the asker takes that and it helps."""
        headers = {**headers, "Vary": "Accept-Encoding"}
        worth = (len(self.body) > SMALL and self._kind.partition("/")[0] != "image") or self._kind == "image/svg+xml"
        if worth and takes_gzip(request):
            return Response(self._zipped, media_type=self._kind, headers={**headers, "Content-Encoding": "gzip"})
        return Response(self.body, media_type=self._kind, headers=headers)


class Parts:
    """A page, or a piece of one, in the parts between which each copy gets an id of its own."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.plain = [part.encode() for part in parts]

    @cached_property
    def zipped(self) -> list[bytes]:
        """Each part as a run of deflate blocks."""
        before = [UNKNOWN.join([*self.plain[:place], b""]) for place in range(len(self.plain))]
        return [_blocks(part, known) for part, known in zip(self.plain, before, strict=True)]


def joined(pieces: Sequence[Parts], ids: Sequence[bytes], *, zipped: bool) -> bytes:
    """The pieces one after another, with the ids in their places, as they are or as one gzip body."""
    plain = iter(ids)
    whole = b"".join(one for piece in pieces for one in _woven(piece.plain, plain))
    if not zipped:
        return whole
    stored = map(_stored, ids)
    blocks = [one for piece in pieces for one in _woven(piece.zipped, stored)]
    check = zlib.crc32(whole).to_bytes(4, "little") + (len(whole) & 0xFFFF_FFFF).to_bytes(4, "little")
    return b"".join([HEADER, *blocks, LAST_BLOCK, check])


def takes_gzip(request: Request) -> bool:
    """Whether the asker says that it takes gzip."""
    for name in request.headers.get("accept-encoding", "").split(","):
        coding, _, quality = name.strip().partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _woven(parts: Sequence[bytes], between: Iterator[bytes]) -> Iterator[bytes]:
    yield parts[0]
    for part in parts[1:]:
        yield next(between)
        yield part


def _blocks(part: bytes, before: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
    return packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(some: bytes) -> bytes:
    size = len(some)
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + some
