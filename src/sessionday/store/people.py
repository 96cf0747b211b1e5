"""Clinics, and the people who work there. Knows hashes only, never a password."""

from .base import Base, new_id
from .engine import Tx
from .errors import EmailTaken, StoreError
from .types import Clinic, Staff

CLINIC = "id, name, zone, phone, emergency, on_call, transport, keep_years"
STAFF = "id, clinic, name, email, password_hash, ended_at, role, pin_hash, pin_wrong, language"


class People(Base):
    async def add_clinic(
        self, name: str, zone: str, phone: str, now: int, emergency: str = "", on_call: str = ""
    ) -> Clinic:
        clinic = Clinic(new_id(), name, zone, phone, emergency, on_call)
        sql = "INSERT INTO clinic (id, name, zone, phone, emergency, on_call, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        await self._run(sql, (clinic.id, name, zone, phone, emergency, on_call, now))
        return clinic

    async def clinic(self, id: str) -> Clinic | None:
        row = await self._one(f"SELECT {CLINIC} FROM clinic WHERE id = ?", (id,))  # noqa: S608
        return Clinic(*row) if row else None

    async def clinics(self) -> list[Clinic]:
        return [Clinic(*row) for row in await self._all(f"SELECT {CLINIC} FROM clinic ORDER BY name, id")]  # noqa: S608

    async def add_staff(
        self, clinic: str, email: str, name: str, password_hash: str, now: int, role: str = "staff"
    ) -> Staff:
        """One address signs in to one clinic, so it is unique over all of them."""
        staff = Staff(new_id(), clinic, name, email.strip().casefold(), password_hash, None, role)
        sql = "INSERT INTO staff (clinic, id, email, name, password_hash, role, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)"

        async def add(tx: Tx) -> Staff:
            await free_email(tx, staff.email)
            if not await tx.all("SELECT id FROM clinic WHERE id = ?", (clinic,)):
                raise StoreError(f"There is no clinic ‘{clinic}’.")
            await tx.run(sql, (clinic, staff.id, staff.email, name, password_hash, role, now))
            return staff

        return await self._do(add)

    async def staff_by_email(self, email: str) -> Staff | None:
        row = await self._one(f"SELECT {STAFF} FROM staff WHERE email = ?", (email.strip().casefold(),))  # noqa: S608
        return Staff(*row) if row else None

    async def staff(self, clinic: str, id: str) -> Staff | None:
        row = await self._one(f"SELECT {STAFF} FROM staff WHERE clinic = ? AND id = ?", (clinic, id))  # noqa: S608
        return Staff(*row) if row else None

    async def speak_staff(self, staff: Staff, language: str) -> None:
        """In which language the pages of this person are."""
        sql = "UPDATE staff SET language = ? WHERE clinic = ? AND id = ?"
        await self._run(sql, (language, staff.clinic, staff.id), {(staff.clinic, "", 0)})

    async def staff_of(self, clinic: str) -> list[Staff]:
        """Everybody who works at the clinic now."""
        sql = f"SELECT {STAFF} FROM staff WHERE clinic = ? AND ended_at IS NULL ORDER BY name, id"  # noqa: S608
        return [Staff(*row) for row in await self._all(sql, (clinic,))]


async def free_email(tx: Tx, email: str) -> None:
    """Raises EmailTaken while somebody signs in with it. Whoever has left gives it up, and keeps all that they wrote:
    who comes back, or has the address next, is another person of the record. (Nobody can type such an address.)"""
    await tx.run("UPDATE staff SET email = email || ' ' || id WHERE email = ? AND ended_at IS NOT NULL", (email,))
    if await tx.all("SELECT id FROM staff WHERE email = ?", (email,)):
        raise EmailTaken(f"{email} is taken: somebody signs in with it already.")
