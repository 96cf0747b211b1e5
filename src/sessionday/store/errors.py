"""What can go wrong with the record, each as one plain sentence that a person can act on."""


class StoreError(Exception):
    """Nothing was changed by what raised this. str() is for a person."""


class NewerDatabase(StoreError):
    """Made by a later release than this one."""


class DatabaseInUse(StoreError):
    """Another server has it open."""


class EmailTaken(StoreError):
    """Somebody signs in with that address already, at this clinic or another."""


class NoSuchSession(StoreError):
    """Pushed to a session that this database doesn't hold."""


class NotErasable(StoreError):
    """A record that can't be erased as things are. `why`: `not_over`, `kept`, `broken` (it does not hold together),
    `clock` (the server's date is not to be believed yet) or `young` (for the clinic's rule)."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


class Conflict(StoreError):
    """A rule of the schema was broken: a bug, or two writers of the same thing."""


class StoreBusy(StoreError):
    """Another program held the database for longer than is worth waiting."""


class StoreFailed(StoreError):
    """The disk or the file failed. The writer has ended; only a restart, which checks the file, begins anew."""


class DraftChanged(StoreError):
    """Two people write the same draft: the second is told, and nothing of either is lost."""


class VersionTaken(StoreError):
    """A protocol of that id and version is stored already."""


class Grown(StoreError):
    """A session is no more what somebody decided on: something was recorded or arranged meanwhile."""
