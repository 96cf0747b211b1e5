"""Staff passphrases: hashed and checked with argon2, a few at a time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sessionday.web.passphrase_rules import tidy

AT_ONCE = 2  # each takes 64 MiB and a fifth of a second, and a flood must not starve the sync
WAITING = 20
MAX_LENGTH = 1024
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)  # RFC 9106, section 4, for little memory
# Checked for an unknown e-mail, so that it takes as long as a known one: a hash made once, of what was not kept.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$thXLiqYT7aers8fyyhA/lA$ILdezHmepEN7IKtgfgjCYLenM0IJVoSYHwihaVzVIx8"


def hash_passphrase(passphrase: str) -> str:
    """The argon2 hash that is stored."""
    return _HASHER.hash(tidy(passphrase))


async def hash_later(passphrase: str) -> str:
    """The same beside the loop: it takes a fifth of a second."""
    return await asyncio.to_thread(hash_passphrase, passphrase)


class Turns:
    """Checks two passphrases at a time, lets a few wait, and says when it is full."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._taken = 0

    @property
    def full(self) -> bool:
        """Whether one more would have to wait too long."""
        return self._taken >= AT_ONCE + WAITING

    async def is_right(self, stored: str | None, passphrase: str) -> bool:
        """Whether `passphrase` is the one that was hashed; None stands for an unknown person, and is never right."""
        self._taken += 1
        try:
            async with self._free:
                right = await asyncio.to_thread(_verify, stored or NOBODY, tidy(passphrase[:MAX_LENGTH]))
        finally:
            self._taken -= 1
        return right and stored is not None and len(passphrase) <= MAX_LENGTH


def _verify(stored: str, passphrase: str) -> bool:
    try:
        return _HASHER.verify(stored, passphrase.encode("utf-8", "replace"))
    except (Argon2Error, InvalidHashError):
        return False
