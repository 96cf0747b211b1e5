"""The record in a database: append-only entries, and who may add to them. Knows no rule of the day and no HTTP."""

from .backup import Backup
from .base import new_id
from .errors import (
    Conflict,
    DatabaseInUse,
    DraftChanged,
    EmailTaken,
    Grown,
    NewerDatabase,
    NoSuchSession,
    NotErasable,
    StoreBusy,
    StoreError,
    StoreFailed,
    VersionTaken,
)
from .folding import Damaged
from .invitations import LastLead
from .move import move
from .store import Store
from .summaries import Alarm, Listed, Summary
from .types import (
    ERASED,
    Access,
    Arrangement,
    Browser,
    Claim,
    Clinic,
    Draft,
    Fact,
    Held,
    Invitation,
    Look,
    News,
    Passkey,
    Push,
    Seat,
    Session,
    SignIn,
    Staff,
    StoredProtocol,
    Tablet,
    Verdict,
)
from .verdicts import WHY

__all__ = [
    "ERASED", "WHY", "Access", "Alarm", "Arrangement", "Backup", "Browser", "Claim", "Clinic", "Conflict",
    "Damaged", "DatabaseInUse", "Draft", "DraftChanged", "EmailTaken", "Fact", "Grown", "Held", "Invitation",
    "LastLead", "Listed", "Look", "NewerDatabase", "News", "NoSuchSession", "NotErasable", "Passkey", "Push", "Seat",
    "Session", "SignIn", "Staff", "Store", "StoreBusy", "StoreError", "StoreFailed", "StoredProtocol", "Summary",
    "Tablet", "Verdict", "VersionTaken", "move", "new_id",
]  # fmt: skip
