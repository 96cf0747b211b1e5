"""For how long the clinic keeps records: its leads decide, and nothing is erased by itself until they have."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.store import Clinic, Staff
from sessionday.web.access import clinic_of, lead_at, lead_of
from sessionday.web.errors import Unclear
from sessionday.web.proving import unless_proven
from sessionday.web.reading import form_of
from sessionday.web.sharing import dated
from sessionday.web.site import Site, site_of
from sessionday.words import spoken

# HIPAA's own documentation is to be kept for six years (45 CFR 164.316(b)(2)(i)); who read what, and what was done, is
# commonly counted as a part of it. Many laws ask for more; above a hundred it is a slip of the hand.
LEAST, MOST = 6, 100


async def show(request: Request) -> Response:
    """GET /clinic/records"""
    site, lead = site_of(request), await lead_of(request)
    return await _page(site, lead)


async def change(request: Request) -> Response:
    """POST /clinic/records: `years`, empty for no rule; 422 where it is none, or where records would go at once and the
    number of them was not confirmed (`sure`). At a shared tablet whoever leads first shows who they are: what goes by
    the rule never comes back."""
    site, signed_in, form = site_of(request), await lead_at(request), await form_of(request)
    if asked := await unless_proven(request, signed_in, form, always=True, back=request.url.path):
        return asked
    lead = signed_in.staff
    try:
        years = _years(form.get("years", ""))
        await _refuse_unseen(site, lead, years, form.get("sure", ""))
    except Unclear as unclear:
        return await _page(site, lead, 422, error=unclear, typed=form.get("years", ""))
    except Many as many:
        return await _page(site, lead, 422, many=many, typed=form.get("years", ""))
    await site.store.set_keep_years(lead, years, site.now())
    return RedirectResponse("/clinic/records?saved", status_code=303)


class Many(Exception):
    """So many records are older than the rule, and go as soon as it is made."""

    def __init__(self, years: int, count: int) -> None:
        super().__init__(years, count)
        self.years, self.count = years, count


def _years(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and LEAST <= int(text) <= MOST):
        raise Unclear("years", spoken()["keeping"]["errors"]["years"])
    return int(text)


async def _refuse_unseen(site: Site, lead: Staff, years: int | None, sure: str) -> None:
    if years is None:
        return
    count = await site.store.count_old(lead.clinic, site.now(), years)
    if count and sure != f"{years} {count}":
        raise Many(years, count)


async def _page(site: Site, lead: Staff, status: int = 200, **more: Any) -> Response:
    clinic = await clinic_of(site, lead)
    context: dict[str, Any] = {
        "staff": lead,
        "rule": said(clinic),
        "changed": await _changed(site, clinic),
        "typed": "" if clinic.keep_years is None else str(clinic.keep_years),
        "least": LEAST,
        "most": MOST,
        "many": None,
        "error": None,
    }
    return site.pages.response("team/records.html", status, **{**context, **more})


def said(clinic: Clinic) -> str:
    """The rule in words."""
    words = spoken()["keeping"]
    if clinic.keep_years is None:
        return str(words["no_rule"])
    return str(words["rule"].replace("{years}", str(clinic.keep_years)))


async def _changed(site: Site, clinic: Clinic) -> str:
    """Who made it so, and when."""
    found = await site.store.keep_years_set(clinic.id)
    if found is None:
        return ""
    words: str = spoken()["keeping"]["changed"]
    return words.replace("{name}", found[0]).replace("{when}", dated(clinic, found[1]))
