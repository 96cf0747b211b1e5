"""Staff's passkeys. A challenge counts once: one that is older than the key's last use proves nothing any more."""

from .base import Base
from .engine import Tx
from .types import Passkey, Staff

PASSKEY = "clinic, staff, credential, public_key, sign_count, name, made_at, used_at"


class Passkeys(Base):
    async def add_passkey(
        self, staff: Staff, credential: str, public_key: str, count: int, name: str, now: int
    ) -> bool:
        """False where that credential is known already, whoever's it is."""
        sql = f"INSERT INTO passkey ({PASSKEY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
        row = (staff.clinic, staff.id, credential, public_key, count, name, now, None)
        return bool(await self._run(sql, row, {(staff.clinic, "", 0)}))

    async def passkeys(self, staff: Staff) -> list[Passkey]:
        sql = f"SELECT {PASSKEY} FROM passkey WHERE clinic = ? AND staff = ? AND ended_at IS NULL ORDER BY made_at"  # noqa: S608
        return [Passkey(*row) for row in await self._all(sql, (staff.clinic, staff.id))]

    async def passkey(self, credential: str) -> Passkey | None:
        sql = f"SELECT {PASSKEY} FROM passkey WHERE credential = ? AND ended_at IS NULL"  # noqa: S608
        row = await self._one(sql, (credential,))
        return Passkey(*row) if row else None

    async def use_passkey(self, passkey: Passkey, count: int, challenged_at: int, now: int) -> bool:
        """Whether the challenge was still good: made after the key's last use."""

        async def used(tx: Tx) -> int:
            sql = (
                "UPDATE passkey SET used_at = ?, sign_count = ? WHERE clinic = ? AND staff = ? AND credential = ?"
                " AND ended_at IS NULL AND (used_at IS NULL OR used_at < ?)"
            )
            return await tx.run(sql, (now, count, passkey.clinic, passkey.staff, passkey.credential, challenged_at))

        return bool(await self._do(used))

    async def end_passkey(self, staff: Staff, credential: str, now: int) -> None:
        sql = "UPDATE passkey SET ended_at = ? WHERE clinic = ? AND staff = ? AND credential = ? AND ended_at IS NULL"
        await self._run(sql, (now, staff.clinic, staff.id, credential))
