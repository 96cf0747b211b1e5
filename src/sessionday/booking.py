"""Opens a session: its days in the clinic's zone, its pick-up code, and a link with a code for each seat."""

import json
import secrets
from dataclasses import asdict, dataclass, field

from sessionday import zones
from sessionday.band import Band, free_band
from sessionday.limits import Limits, with_limits
from sessionday.moved import Move, as_moved
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Session, Staff, Store
from sessionday.web.security import digest, new_code, new_secret
from sessionday.words import spoken

LINK_ROLES = ("client", "support", "prescriber")
CODE_MS = 24 * 3_600_000
DAY_MS = 86_400_000
EARLIEST_DAYS = 10  # with an earlier start the session would be over, and take nothing in
LATEST_DAYS = 366


class StartFar(ValueError):
    """Nobody can have meant this start: its year is mistyped. str() is for a person."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A new session, with the secrets that are told once and never stored."""

    session: Session
    links: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


async def book(
    store: Store,
    clinic: Clinic,
    checklist: Checklist,
    *,
    client: str,
    start: int,
    now: int,
    url: str,
    names: dict[str, str],
    band: Band = Band(),  # noqa: B008 - it can't be changed
    limits: Limits | None = None,
    by: Staff | None = None,
    asked: str = "",
) -> Booked:
    """A session under `checklist`, planned for `start` (ms). `names`: of the support person, the prescriber. `band`: a
    colour and pattern are chosen where it has none. `limits`: the prescriber's own. `asked`: the form that asks for it;
    sent twice, it raises StoreError and books once. Raises StartFar."""
    if not -EARLIEST_DAYS * DAY_MS <= start - now <= LATEST_DAYS * DAY_MS:
        raise StartFar(spoken()["arrange"]["errors"]["start_far"])
    secrets_by_role = {role: (new_secret(), new_code()) for role in LINK_ROLES}
    known = {"client": client, **names}
    seats = [
        (role, known.get(role, ""), digest(link), digest(code), now + CODE_MS)
        for role, (link, code) in secrets_by_role.items()
    ]
    around = await store.sessions_from(clinic.id, start - 2 * DAY_MS, start + 2 * DAY_MS)
    pinned = await pin(store, clinic, checklist, limits or {}, now)
    days = days_of(clinic, checklist, start)
    session = await store.add_session(
        clinic=clinic.id,
        client=client,
        start=start,
        days=days,
        over_at=over_at(days),
        pickup_code=f"{secrets.randbelow(9000) + 1000}",
        handle=clinic.id + (digest(asked)[:12] if asked else secrets.token_urlsafe(9)),  # led by the clinic: see Known
        protocol_id=pinned.id,
        protocol_version=pinned.version,
        seats=seats,
        now=now,
        made_by=(by.id, by.name) if by else ("", ""),
        **asdict(band if band.colour else free_band(around, band.initials, band.room)),
        keeper=by.id if by else "",
        limits=dict(limits or {}),
    )
    links = {role: f"{url}/j#{link}" for role, (link, _) in secrets_by_role.items()}
    return Booked(session, links, {role: code for role, (_, code) in secrets_by_role.items()})


async def pin(
    store: Store, clinic: Clinic, checklist: Checklist, limits: Limits, now: int, move: Move | None = None
) -> Checklist:
    """The protocol as a session is under it, stored for good: the clinic's version, and the one with these limits and,
    where the session was moved, what that asks again."""
    plain, pinned = with_limits(checklist, {}), as_moved(with_limits(checklist, limits), move)
    for one in {plain.version: plain, pinned.version: pinned}.values():
        await store.add_protocol(clinic.id, one.id, one.version, json.dumps(one.to_json()), now)
    return pinned


def days_of(clinic: Clinic, checklist: Checklist, start: int) -> list[dict[str, int]]:
    """The local days that the rules reckon with (RULES.md, "Session")."""
    return zones.days(start, zones.zone_named(clinic.zone), checklist.rules["hold"]["day_starts"])


def over_at(days: list[dict[str, int]]) -> int:
    """When a session's links end."""
    return days[-1]["midnight"] + DAY_MS
