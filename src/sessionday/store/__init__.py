"""The record in a database: append-only entries, and who may add to them. Knows no rule of the day and no HTTP."""

from .backup import Backup
from .errors import (
    Conflict,
    DatabaseInUse,
    EmailTaken,
    NewerDatabase,
    NoSuchSession,
    StoreBusy,
    StoreError,
    StoreFailed,
)
from .move import move
from .store import Store
from .summaries import Alarm, Listed, Summary
from .types import (
    Access,
    Arrangement,
    Browser,
    Claim,
    Clinic,
    Fact,
    Held,
    Look,
    News,
    Push,
    Seat,
    Session,
    Staff,
    Verdict,
)
from .verdicts import WHY

__all__ = [
    "WHY", "Access", "Alarm", "Arrangement", "Backup", "Browser", "Claim", "Clinic", "Conflict", "DatabaseInUse",
    "EmailTaken", "Fact", "Held", "Listed", "Look", "NewerDatabase", "News", "NoSuchSession", "Push", "Seat",
    "Session", "Staff", "Store", "StoreBusy", "StoreError", "StoreFailed", "Summary", "Verdict", "move",
]  # fmt: skip
