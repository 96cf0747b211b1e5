"""POST /s/{handle}/sync: what a phone made goes in, what its seat may know comes out, in one round trip."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday.moved import is_for_another_time
from sessionday.store import Push, Verdict
from sessionday.web.access import pusher_of, reader_of
from sessionday.web.devices import met
from sessionday.web.errors import Refused
from sessionday.web.here import Here, entries_for, session_for
from sessionday.web.proving import awaits_proof
from sessionday.web.reading import SYNC_LIMIT, as_json, json_of
from sessionday.web.site import Site, site_of
from sessionday.words import told_why

MAX_ENTRIES = 200
REPLY_ENTRIES = 500
KNOWN = 2**53


@dataclass(slots=True)
class Ask:
    """A sync request that is one. Its entries are not looked at yet: the record gives each its own verdict."""

    version: int
    device: str
    seen: int
    sent_at: int
    entries: list[Any]
    looked: int
    person: str
    counted: int | None = None
    set: dict[str, int] | None = None
    starts: dict[str, int] | None = None  # by entry, the session's start that its page showed


async def sync(request: Request) -> Response:
    """Push and pull. Raises Refused 400, 401, 404, 413 or 415 only for what is no sync request at all."""
    site = site_of(request)
    here = await pusher_of(request)
    ask = parse_ask(await json_of(request, SYNC_LIMIT))
    if ask.person and ask.person != here.person:
        # A page drawn for somebody who sat here before: what they wrote is not this person's, and waits for them.
        return as_json({**_signed_out(site, ask), "person": here.person, "verdicts": []})
    waits = _set_by(here, ask, site.now())
    verdicts = await _pushed(site, here, ask)
    ended = here.revoked or here.expired or here.locked
    looked = min(ask.looked, site.states.newest(here.session))  # nobody has seen what was not there
    if looked > 0 and here.role == "staff" and not ended:
        await look(site, here, looked)
    reply = _signed_out(site, ask) if ended else await _pulled(site, here, ask)
    if here.revoked or (here.expired and here.role != "staff"):
        reply["ended"] = True  # for good: what the clinic has may leave this phone
    if here.locked:
        reply["locked"] = True
    if waits:
        reply["prove"] = waits  # no verdict: they stay on the tablet until whoever wrote them shows who they are
    if ask.counted is not None and not ended:
        reply |= await met(site, here, ask.device)
    return as_json({**reply, "verdicts": [_verdict(one) for one in verdicts]})


async def pack(request: Request) -> Response:
    """GET /s/{handle}/pack: what the phone keeps to know the session by itself."""
    here = await reader_of(request)
    return site_of(request).packs.response(here, request)


def parse_ask(body: Any) -> Ask:
    """A sync request from its JSON. Raises Refused 400 or 413."""
    if not isinstance(body, dict) or not isinstance(body.get("entries", []), list):
        raise Refused(400, "not_a_sync", "This is not a sync request: an object with a list of entries is.")
    device = body.get("device")
    if not isinstance(device, str) or not 0 < len(device) <= 64 or not device.isascii():
        raise Refused(400, "bad_device", "‘device’ must be the device's own id.")
    entries = body.get("entries", [])
    if len(entries) > MAX_ENTRIES:
        raise Refused(413, "too_many", f"At most {MAX_ENTRIES} entries at once. Send the rest after these.")
    numbers = [
        _whole(body, key, default) for key, default in (("v", None), ("seen", 0), ("sent_at", None), ("looked", 0))
    ]
    person = body.get("person")
    named = person if isinstance(person, str) else ""
    counted = _whole(body, "counted", None) if "counted" in body else None
    return Ask(
        numbers[0],
        device,
        numbers[1],
        numbers[2],
        entries,
        numbers[3],
        named,
        counted,
        set_since(body.get("set")),
        set_since(body.get("starts")),
    )


def set_since(given: Any) -> dict[str, int] | None:
    """By entry, how many ms its device's clock was set forward since it was written. What is no number is left out."""
    if not given or not isinstance(given, dict):
        return None
    return {id: ms for id, ms in given.items() if type(ms) is int and abs(ms) < KNOWN}


def _whole(body: dict[str, Any], key: str, default: int | None) -> int:
    value = body.get(key, default)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= KNOWN or (key == "seen" and value < 0):
        raise Refused(400, "not_a_sync", f"‘{key}’ must be a whole number.")
    return value


def _set_by(here: Here, ask: Ask, now: int) -> list[Any]:
    """Takes out of `ask` what waits for proof of who wrote it; the ids of that."""
    said = [one if isinstance(one, dict) else {} for one in ask.entries]
    wait = [awaits_proof(here, one.get("kind"), one.get("step"), one.get("answer"), now) for one in said]
    ask.entries = [one for one, waits in zip(ask.entries, wait, strict=True) if not waits]
    return [one.get("id") for one, waits in zip(said, wait, strict=True) if waits]


async def _pushed(site: Site, here: Here, ask: Ask) -> list[Verdict]:
    """A verdict for each entry. What was promised for a time that is not the session's any more is kept aside."""
    if not ask.entries:
        return []
    late = [one for one in ask.entries if _is_late(here, ask, one)]
    push = _push(here, ask, site.now())
    if not late:
        return await site.store.push(push)
    in_time = [one for one in ask.entries if one not in late]
    verdicts = await site.store.push(replace(push, entries=in_time)) if in_time else []
    return [*verdicts, *await site.store.push(replace(push, entries=late, aside="moved"))]


def _is_late(here: Here, ask: Ask, entry: Any) -> bool:
    id = entry.get("id") if isinstance(entry, dict) else None
    shown = (ask.starts or {}).get(id) if isinstance(id, str) else None
    return shown is not None and is_for_another_time(here.checklist, here.session.rules_form(), shown, entry)


def _push(here: Here, ask: Ask, now: int) -> Push:
    return Push(
        clinic=here.session.clinic,
        session=here.session.id,
        by=here.person,
        role=here.role,
        device=ask.device,
        sent_at=ask.sent_at,
        now=now,
        entries=ask.entries,
        revoked=here.revoked,
        newer_app=ask.version != 1,
        set=ask.set,
    )


async def look(site: Site, here: Here, looked: int) -> None:
    """A member of staff has the record up to `looked` on the screen: the others are told, if that is new."""
    if not any(look.name == here.name and look.seq >= looked for look in here.place.looks):
        site.accesses.note(here, "page")
        await site.store.look(here.session, here.person, here.name, looked, site.now())


def _signed_out(site: Site, ask: Ask) -> dict[str, Any]:
    envelope = {"v": 1, "epoch": site.store.epoch, "now": site.now(), "build": site.release.build}
    return {**envelope, "seq": ask.seen, "more": False, "entries": [], "signed_out": True}


async def _pulled(site: Site, here: Here, ask: Ask) -> dict[str, Any]:
    newest = site.states.newest(here.session)
    news = await site.states.since(here.session, ask.seen, limit=REPLY_ENTRIES + 1)
    more = len(news) > REPLY_ENTRIES
    # Never beyond what is sent: what a phone has not got it asks for by this number, and what came since comes next.
    reached = news[-1]["seq"] if news else min(newest, ask.seen)
    place = await site.known.place(here.session.handle) or here.place  # anew, where this very request has looked
    return {
        "v": 1,
        "epoch": site.store.epoch,
        "now": site.now(),
        "seq": max(newest, reached) if more else reached,
        "more": more,
        "build": site.release.build,
        "entries": entries_for(here, news[:REPLY_ENTRIES]),
        "session": session_for(here),
        "protocol": {"id": here.checklist.id, "version": here.checklist.version},
        "pack": site.packs.version(here),
        "seen_by": [{"name": look.name, "seq": look.seq, "at": look.at} for look in place.looks],
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": one.id, "result": one.result, "seq": one.seq}
    return {**shown, "why": one.why, "message": told_why(one.why, one.message)} if one.result == "held" else shown
