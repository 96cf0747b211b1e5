"""How people come to a clinic: its first lead with the clinic itself, the others by invitation; and how they leave."""

from .base import Base, new_id
from .engine import Tx
from .errors import StoreError
from .people import free_email
from .types import Clinic, Invitation, Staff

INVITATION = "clinic, id, role, name, email, made_by, made_at, expires_at, used_at, revoked_at"
ADD_STAFF = "INSERT INTO staff (clinic, id, email, name, password_hash, role, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)"


class LastLead(StoreError):
    """A clinic is never without somebody who may do everything."""


class Invitations(Base):
    async def set_up(self, clinic: Clinic, lead: Staff, now: int) -> None:
        """The first clinic with its first lead, or nothing: raises StoreError where there is a clinic already."""

        async def made(tx: Tx) -> None:
            # Two servers come one by one:
            await tx.all(f"SELECT value FROM meta WHERE name = 'epoch'{tx.for_update}")  # noqa: S608
            if await tx.all("SELECT id FROM clinic LIMIT 1"):
                raise StoreError("This Session Day has its clinic already. Sign in.")
            await tx.run(
                "INSERT INTO clinic (id, name, zone, phone, emergency, on_call, transport, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (clinic.id, clinic.name, clinic.zone, clinic.phone, clinic.emergency, clinic.on_call,
                 clinic.transport, now),
            )  # fmt: skip
            await tx.run(ADD_STAFF, (clinic.id, lead.id, lead.email, lead.name, lead.password_hash, lead.role, now))

        await self._do(made, {(clinic.id, "", 0)})

    async def edit_clinic(self, clinic: Clinic) -> None:
        """Its name and numbers; the zone stays, because days were reckoned with it."""
        await self._run(
            "UPDATE clinic SET name = ?, phone = ?, emergency = ?, on_call = ?, transport = ? WHERE id = ?",
            (clinic.name, clinic.phone, clinic.emergency, clinic.on_call, clinic.transport, clinic.id),
            {(clinic.id, "", 0)},
        )

    async def invite(self, by: Staff, role: str, name: str, email: str, token_hash: str, now: int, until: int) -> None:
        """An invitation that opens once, until `until`."""
        sql = (
            "INSERT INTO invitation (clinic, id, token_hash, role, name, email, made_by, made_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        await self._run(sql, (by.clinic, new_id(), token_hash, role, name, email.strip().casefold(), by.id, now, until))

    async def invitations(self, clinic: str, now: int) -> list[Invitation]:
        """Those that can still be used."""
        sql = (
            f"SELECT {INVITATION} FROM invitation WHERE clinic = ? AND used_at IS NULL AND revoked_at IS NULL"  # noqa: S608
            " AND expires_at > ? ORDER BY made_at, id"
        )
        return [Invitation(*row) for row in await self._all(sql, (clinic, now))]

    async def invitation(self, token_hash: str, now: int) -> Invitation | None:
        """The one that a secret opens now."""
        row = await self._one(f"SELECT {INVITATION} FROM invitation WHERE token_hash = ?", (token_hash,))  # noqa: S608
        found = Invitation(*row) if row else None
        return found if found and found.is_open(now) else None

    async def end_invitation(self, clinic: str, id: str, now: int) -> None:
        sql = "UPDATE invitation SET revoked_at = ? WHERE clinic = ? AND id = ? AND used_at IS NULL"
        await self._run(sql, (now, clinic, id))

    async def join(self, invitation: Invitation, password_hash: str, now: int) -> Staff:
        """Uses it up. Raises StoreError where that was done already, EmailTaken where somebody signs in with it."""
        key = (invitation.clinic, invitation.id)
        who = Staff(
            new_id(), invitation.clinic, invitation.name, invitation.email, password_hash, None, invitation.role
        )

        async def joined(tx: Tx) -> Staff:
            which = "clinic = ? AND id = ? AND used_at IS NULL AND revoked_at IS NULL"
            if not await tx.run(f"UPDATE invitation SET used_at = ? WHERE {which}", (now, *key)):  # noqa: S608
                raise StoreError("This invitation was used already, or ended. Ask for a new one.")
            await free_email(tx, who.email)
            await tx.run(ADD_STAFF, (who.clinic, who.id, who.email, who.name, password_hash, who.role, now))
            return who

        return await self._do(joined, {(invitation.clinic, "", 0)})

    async def set_role(self, clinic: str, id: str, role: str, now: int) -> None:
        """Who is no lead any more has nobody invited. Raises LastLead."""

        async def changed(tx: Tx) -> None:
            await _one_by_one(tx, clinic)
            await tx.run("UPDATE staff SET role = ? WHERE clinic = ? AND id = ?", (role, clinic, id))
            if role != "lead":
                await _end_their_invitations(tx, clinic, id, now)
            await _need_a_lead(tx, clinic)

        await self._do(changed, {(clinic, "", 0)})

    async def end_staff(self, clinic: str, id: str, now: int) -> None:
        """Their work here is over: every way in ends at once; what they wrote stays. Raises LastLead."""

        async def ended(tx: Tx) -> None:
            key = (now, clinic, id)
            await _one_by_one(tx, clinic)
            await tx.run("UPDATE staff SET ended_at = ? WHERE clinic = ? AND id = ? AND ended_at IS NULL", key)
            await tx.run("UPDATE sign_in SET ended_at = ? WHERE clinic = ? AND staff = ? AND ended_at IS NULL", key)
            await tx.run("UPDATE passkey SET ended_at = ? WHERE clinic = ? AND staff = ? AND ended_at IS NULL", key)
            await _end_their_invitations(tx, clinic, id, now)
            await _need_a_lead(tx, clinic)

        await self._do(ended, {(clinic, "", 0)})

    async def set_passphrase(self, staff: Staff, password_hash: str, keep: str, now: int) -> None:
        """Every sign-in of theirs but the one of `keep` (a token's hash) ends."""

        async def changed(tx: Tx) -> None:
            await tx.run(
                "UPDATE staff SET password_hash = ? WHERE clinic = ? AND id = ?",
                (password_hash, staff.clinic, staff.id),
            )
            which = "clinic = ? AND staff = ? AND token_hash <> ? AND ended_at IS NULL"
            await tx.run(f"UPDATE sign_in SET ended_at = ? WHERE {which}", (now, staff.clinic, staff.id, keep))  # noqa: S608

        await self._do(changed, {(staff.clinic, "", 0)})


async def _end_their_invitations(tx: Tx, clinic: str, id: str, now: int) -> None:
    open_ones = "clinic = ? AND made_by = ? AND used_at IS NULL AND revoked_at IS NULL"
    await tx.run(f"UPDATE invitation SET revoked_at = ? WHERE {open_ones}", (now, clinic, id))  # noqa: S608


async def _one_by_one(tx: Tx, clinic: str) -> None:
    """Two servers that take the last two leads away at once would each see the other's: the second waits here."""
    await tx.all(f"SELECT id FROM clinic WHERE id = ?{tx.for_update}", (clinic,))  # noqa: S608


async def _need_a_lead(tx: Tx, clinic: str) -> None:
    sql = "SELECT id FROM staff WHERE clinic = ? AND role = 'lead' AND ended_at IS NULL LIMIT 1"
    if not await tx.all(sql, (clinic,)):
        raise LastLead("Somebody must lead the clinic. Make another one a lead first.")
