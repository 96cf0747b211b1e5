"""What is printed from a session's page: a sheet to go on with on paper, the card that people take home, and what the
support person takes on."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sessionday.protocols.checklist import texts_for
from sessionday.web import telling
from sessionday.web.access import reader_of, staff_reader_of
from sessionday.web.errors import NotYours
from sessionday.web.here import Here, entries_for, session_for
from sessionday.web.pages import is_long_over
from sessionday.web.sharing import local_time
from sessionday.web.site import Site, site_of
from sessionday.web.states import Current
from sessionday.web.views import DUTIES, day_view, lines_view
from sessionday.words import calls_for, language, protocol_words, speak, spoken

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
    """GET /s/{handle}/card: one for the client and one for the support person, each on a page of its own, in the
    client's language."""
    site, here = site_of(request), await staff_reader_of(request)
    site.accesses.note(here, "card")
    speak(_language_of(here, "client"))
    pack, words = site.packs.of(here), spoken()["record"]["card"]
    current = await site.states.of(here.session, site.now())
    names = [here.session.client, pack["people"].get("support") or words["support"]]
    known = {**_hold(pack, current), **_known(site, here)}
    return site.pages.response(
        "record/card.html", names=names, calls=calls_for(language(), here.checklist.steps), **known
    )


async def duties(request: Request) -> Response:
    """GET /s/{handle}/duties: for the support person, with their code, and for staff, without it."""
    site, here = site_of(request), await reader_of(request)
    if here.role not in ("support", "staff"):
        raise NotYours
    current = await site.states.of(here.session, site.now())
    if is_long_over(here, current, site.now()):
        return RedirectResponse(f"/s/{here.session.handle}/?over", status_code=303)
    if here.role == "staff":
        site.accesses.note(here, "duties")
        speak(_language_of(here, "support"))
    pack, card = site.packs.of(here), spoken()["record"]["card"]
    known = _known(site, here)
    return site.pages.response("record/duties.html", **{
        **known, **_hold(pack, current), "numbers": known["numbers"][:2],
        "name": pack["people"].get("support") or card["support"],
        "duties": _duties(here), "calls": calls_for(language(), here.checklist.steps),
        "has_code": any(step["answer"]["type"] == "code" for step in here.checklist.rules["steps"]),
        "code": session_for(here)["pickup_code"] if here.role == "support" else None,
    })  # fmt: skip


def _language_of(here: Here, role: str) -> str | None:
    """What whoever gets the paper reads, where they ever chose; else it stays as whoever prints it reads."""
    return next((seat.language for seat in here.seats if seat.role == role), None)


def _duties(here: Here) -> list[str]:
    """Each line as the support person reads it in the question; none where this protocol does not ask."""
    texts = texts_for(protocol_words(here.checklist.words, language()), "support")["steps"].get(DUTIES)
    return list(texts["answers"].values()) if texts else []


def _hold(pack: telling.Pack, current: Current) -> dict[str, Any]:
    """What is said of the hold. Before a dose it is only taken for granted, and is no word to give."""
    known = current.state["dosed_at"] is not None
    words = spoken()["hold"]["before"]
    return {"hold_known": known, "hold": telling.hold(pack, current.state) if known else words}


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
