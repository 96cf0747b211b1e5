"""Opens a session: its days in the clinic's zone, its pick-up code, and a link with a code for each seat."""

import json
import secrets
from dataclasses import dataclass, field

from sessionday import zones
from sessionday.protocols import Checklist
from sessionday.store import Clinic, Session, Store
from sessionday.web.security import digest, new_code, new_secret

LINK_ROLES = ("client", "support", "prescriber")
CODE_MS = 24 * 3_600_000
DAY_MS = 86_400_000


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
) -> Booked:
    """A session under `checklist`, planned for `start` (ms). `names`: of the support person, the prescriber."""
    secrets_by_role = {role: (new_secret(), new_code()) for role in LINK_ROLES}
    known = {"client": client, **names}
    seats = [
        (role, known.get(role, ""), digest(link), digest(code), now + CODE_MS)
        for role, (link, code) in secrets_by_role.items()
    ]
    zone = zones.zone_named(clinic.zone)
    await store.add_protocol(clinic.id, checklist.id, checklist.version, json.dumps(checklist.to_json()), now)
    days = zones.days(start, zone, checklist.rules["hold"]["day_starts"])
    session = await store.add_session(
        clinic=clinic.id,
        client=client,
        start=start,
        days=days,
        over_at=days[-1]["midnight"] + DAY_MS,
        pickup_code=f"{secrets.randbelow(9000) + 1000}",
        handle=clinic.id + secrets.token_urlsafe(9),  # led by the clinic, as every key: see Known
        protocol_id=checklist.id,
        protocol_version=checklist.version,
        seats=seats,
        now=now,
    )
    links = {role: f"{url}/j#{link}" for role, (link, _) in secrets_by_role.items()}
    return Booked(session, links, {role: code for role, (_, code) in secrets_by_role.items()})
