"""The record of a session for staff: a page to read, files to take out, and the program that checks them."""

from asyncio import to_thread
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

import sessionday.record
from sessionday.band import band_of
from sessionday.record.file import exported
from sessionday.record.formats import FORMATS
from sessionday.record.sections import sections
from sessionday.web.access import staff_at, staff_reader_of
from sessionday.web.errors import Erased, NotYours
from sessionday.web.here import Here
from sessionday.web.site import Site, site_of

VERIFIER = Path(sessionday.record.__file__).with_name("verify_record.py")


async def show(request: Request) -> Response:
    """GET /s/{handle}/record"""
    site, here = site_of(request), await staff_reader_of(request)
    site.accesses.note(here, "record")
    record = await _record(site, here)
    shown = await to_thread(sections, record)  # the whole day is reckoned again
    signed_in = await staff_at(request)
    return site.pages.response(
        "record/show.html", here=here, session=here.session, band=band_of(here.session), sections=shown,
        formats=FORMATS.values(), lead=signed_in is not None and signed_in.staff.role == "lead",
    )  # fmt: skip


async def download(request: Request) -> Response:
    """GET /s/{handle}/record.json, .csv and so on."""
    format = next(one for one in FORMATS.values() if request.url.path.endswith(f"/record.{one.ending}"))
    # Of an erased record only what proves itself is left
    site, here = site_of(request), await staff_reader_of(request, erased=format.ending == "json")
    site.accesses.note(here, format.ending)
    made = await to_thread(format.made, await _record(site, here, erased=format.ending == "json"))
    # The name says nothing of whose it is: it ends in a folder of downloads that others see.
    named = f'attachment; filename="record-{here.session.handle}.{format.ending}"'
    return Response(made, media_type=format.media_type, headers={"Content-Disposition": named})


async def verifier(request: Request) -> Response:
    """GET /record/verify_record.py: for whoever was given a record and trusts nobody."""
    return FileResponse(VERIFIER, media_type="text/x-python", filename=VERIFIER.name)


async def _record(site: Site, here: Here, *, erased: bool = False) -> dict[str, Any]:
    await site.accesses.flush()  # the record tells who read it, up to this very reading
    record = await exported(site.store, here.session.handle, site.now())
    if record is None:
        raise NotYours
    if "erased" in record and not erased:
        raise Erased
    return record
