"""What is printed from a session's page: a sheet to go on with on paper, and the card that people take home."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday.web import telling
from sessionday.web.access import staff_reader_of
from sessionday.web.here import Here, entries_for
from sessionday.web.sharing import local_time
from sessionday.web.site import Site, site_of
from sessionday.web.views import day_view, lines_view
from sessionday.words import spoken

AGAIN = 5  # lines for what is asked again and again
LEFT = frozenset({"todo", "overdue", "expired", "stop", "conflict", "impaired", "locked"})


async def sheet(request: Request) -> Response:
    """GET /s/{handle}/sheet: what is known now, and blank lines for what is left, should nothing else work."""
    site, here = site_of(request), await staff_reader_of(request)
    site.accesses.note(here, "sheet")
    pack, now = site.packs.of(here), site.now()
    current = await site.states.of(here.session, now)
    entries = entries_for(here, current.entries)
    view = day_view(pack, current.state, entries, [])
    parts = [_part(pack, part, entries) for part in view["parts"]]
    return site.pages.response("record/sheet.html", **{**view, **_known(site, here), "parts": parts})


async def card(request: Request) -> Response:
    """GET /s/{handle}/card: one for the client and one for the support person, each on a page of its own."""
    site, here = site_of(request), await staff_reader_of(request)
    site.accesses.note(here, "card")
    pack, words = site.packs.of(here), spoken()["record"]["card"]
    current = await site.states.of(here.session, site.now())
    names = [here.session.client, pack["people"].get("support") or words["support"]]
    known = current.state["dosed_at"] is not None  # else the hold is only taken for granted, and is no word to give
    hold = telling.hold(pack, current.state) if known else spoken()["hold"]["before"]
    return site.pages.response("record/card.html", names=names, hold=hold, hold_known=known, **_known(site, here))


def _known(site: Site, here: Here) -> dict[str, Any]:
    """Whose it is, as of when, and whom to call: what the clinic has no number of is left to be written in."""
    words, clinic = spoken()["record"]["numbers"], here.clinic
    numbers = {
        "emergency": clinic.emergency,
        "clinic": clinic.phone,
        "on_call": clinic.on_call,
        "transport": clinic.transport,
    }
    return {
        "here": here,
        "session": here.session,
        "start": local_time(here.clinic, here.session.start),
        "now": local_time(here.clinic, site.now()),
        "numbers": [(words[key], number) for key, number in numbers.items()],
    }


def _part(pack: telling.Pack, part: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Each step with what was said last, or with what is to be written by hand."""
    steps = []
    for step in part["steps"]:
        said = lines_view(pack, entries, [], step["id"])
        again = telling.repeats(pack, step["id"])
        blanks = _blanks(pack, step["id"]) if again or step["status"] in LEFT else []
        times = range(AGAIN if again else 1)
        steps.append({**step, "said": said[0] if said else None, "blanks": blanks, "times": times})
    return {**part, "steps": steps}


def _blanks(pack: telling.Pack, step: str) -> list[str]:
    """What is to be written: each number or line of several, else the answer."""
    rules = next(one for one in pack["protocol"]["steps"] if one["id"] == step)["answer"]
    labels = pack["texts"]["steps"][step]["answers"]
    parts = rules.get("items") or rules.get("fields") or []
    return [f"{labels[one['id']]} {one.get('unit') or ''}".strip() for one in parts] or [
        str(spoken()["record"]["sheet"]["answer"])
    ]
