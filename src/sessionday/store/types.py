"""The nouns that the store hands out and takes in. Time is integer milliseconds; who asks brings `now`."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

EntryDict = dict[str, Any]
# What a commit changed, as (clinic, session, seq): how far the session has come; 0 for who sits there or has looked,
# and for what was kept aside; ERASED where the record was erased; with no session, for who works at the clinic.
News = Set[tuple[str, str, int]]
ERASED = -1


@dataclass(frozen=True, slots=True)
class Clinic:
    id: str
    name: str
    zone: str
    phone: str
    emergency: str = ""
    on_call: str = ""
    transport: str = ""
    keep_years: int | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    id: str
    clinic: str
    name: str
    email: str
    password_hash: str
    ended_at: int | None
    role: str = "staff"
    pin_hash: str | None = None
    pin_wrong: int = 0
    language: str = ""  # '' where they never chose one


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the clinic at one browser. `tablet`: the shared one that it is; the times in ms, as the table has
    them."""

    staff: Staff
    expires_at: int
    ended_at: int | None
    tablet: str = ""
    used_at: int = 0
    locked_at: int | None = None
    proved_at: int = 0


@dataclass(frozen=True, slots=True)
class Tablet:
    """A browser that several of the clinic's staff use. `made_by` is a name."""

    clinic: str
    id: str
    name: str
    made_by: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Invitation:
    clinic: str
    id: str
    role: str
    name: str
    email: str
    made_by: str
    made_at: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None

    def is_open(self, now: int) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Passkey:
    """`credential` and `public_key` in base64url."""

    clinic: str
    staff: str
    credential: str
    public_key: str
    sign_count: int
    name: str
    made_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Session:
    clinic: str
    id: str
    handle: str
    client: str
    start: int
    days: list[dict[str, int]]
    pickup_code: str
    protocol_id: str
    protocol_version: str
    made_at: int
    over_at: int
    seq: int
    head: str
    held: int
    initials: str = ""
    room: str = ""
    colour: str = ""
    pattern: str = ""
    keeper: str = ""  # who of the clinic looks after it: a staff member's id
    limits: dict[str, float] = field(default_factory=dict)
    erased_at: int | None = None
    kept_at: int | None = None  # since when it is to be kept, whatever the clinic's rule says

    @property
    def arranged(self) -> list[Any]:
        """What a card or a summary of it is drawn from beside the record."""
        return [self.start, self.protocol_version, self.initials, self.room, self.colour, self.pattern]

    def rules_form(self) -> dict[str, Any]:
        return {"id": self.id, "start": self.start, "pickup_code": self.pickup_code, "days": self.days}


@dataclass(frozen=True, slots=True)
class Seat:
    clinic: str
    session: str
    id: str
    role: str
    name: str
    link_hash: str
    code_hash: str | None
    code_expires_at: int | None
    revoked_at: int | None
    language: str = ""  # '' where nobody here ever chose one


@dataclass(slots=True)
class Push:
    """What one device offers in one request. `by` is the person: a seat's id or a staff member's. `set`: by entry, how
    many ms the device's clock was set forward after it was written; no part of the entry itself. `aside`: why all of it
    is kept aside, whatever it is."""

    clinic: str
    session: str
    by: str
    role: str
    device: str
    sent_at: int
    now: int
    entries: list[Any]
    revoked: bool = False
    newer_app: bool = False
    aside: str = ""
    set: dict[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An entry from a form without JavaScript: the writer allots its `n`. `at` is for what is written down late."""

    clinic: str
    session: str
    by: str
    role: str
    device: str
    now: int
    id: str
    kind: str
    step: str | None = None
    answer: Any = None
    of: str | None = None
    reason: str | None = None
    seen: int = 0
    at: int | None = None
    revoked: bool = False


@dataclass(slots=True)
class Verdict:
    """`result` is stored, duplicate or held; `seq` is null and `why` and `message` are set for what is held."""

    id: str | None
    result: str
    seq: int | None
    why: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    number: int
    id: str | None
    device: str
    n: int | None
    role: str
    by: str
    received_at: int
    why: str
    message: str
    body: Any


@dataclass(frozen=True, slots=True)
class Browser:
    """`before`: the device whose storage was emptied, `since` when the present one has been there."""

    device: str
    before: str | None
    since: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`by` is a staff member's or seat's id, `name` theirs at that time; `body` is what belongs to its `kind`."""

    number: int
    at: int
    by: str
    name: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody of the clinic (`staff` is their id) read something of a session; '' is what belongs to none."""

    session: str
    staff: str
    name: str
    what: str
    at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A browser that opened a seat's page."""

    credential_hash: str
    seat: str
    claimed_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class StoredProtocol:
    """`source` is the YAML, null where it is not known; `made_by` a name; `running`: sessions that are not over."""

    id: str
    version: str
    body: str
    source: str | None
    made_at: int
    made_by: str
    running: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A protocol that is being written. `by` is the name of who saved it last."""

    id: str
    source: str
    by: str
    changed_at: int
