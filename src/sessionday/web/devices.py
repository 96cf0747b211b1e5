"""A phone that has just come in: whether its storage is the one that it had when the clinic heard of it last."""

from dataclasses import replace
from typing import Any

from sessionday.store import Browser
from sessionday.web.here import Here
from sessionday.web.site import Site
from sessionday.web.telling import fill, when
from sessionday.words import ENGLISH, WORDS

HOUR_MS = 3_600_000


async def met(site: Site, here: Here, device: str) -> dict[str, Any]:
    """What it is told: how far its device has counted, and which one this browser had lost when it came with this."""
    known = await site.store.browser(here.credential, here.session, here.person)
    if known is None:
        await site.store.meet(here.credential, here.session, here.person, device, site.now())
    elif known.device != device:
        known = await _lost(site, here, known, device)
    told: dict[str, Any] = {"counted": await site.store.counted(here.session, device)}
    if known is not None and known.before is not None:
        told["emptied"] = {"device": known.before, "at": known.since}
    return told


async def _lost(site: Site, here: Here, known: Browser, device: str) -> Browser:
    """Told to staff: what the device had written and not sent is gone, and nobody can say what it was."""
    words = WORDS[ENGLISH]  # kept for staff, whoever they are
    last = await site.store.heard_of(here.session, known.device)
    told = {"words": words, "clock": site.packs.of(here)["clock"]}
    unsent = words["unsent"]
    message = fill(unsent["lost"], when=when(told, last)) if last is not None else unsent["lost_all"]
    lost = replace(known, since=site.now())
    often = known.before is not None and site.now() - known.since < HOUR_MS  # a browser that keeps nothing: told once
    said = None if often else message
    await site.store.lose(here.credential, here.session, here.person, here.role, lost, device, said)
    return Browser(device, known.device, lost.since)
