"""Who of the clinic is signed in at which browser, and the tablets that several share. Knows hashes only."""

from .base import Base, new_id
from .engine import Tx
from .errors import Conflict, StoreError
from .people import STAFF
from .types import SignIn, Staff, Tablet

SIGN_IN = "expires_at, ended_at, tablet, used_at, locked_at, proved_at"
TABLET = "clinic, id, name, made_by, made_at"
MEMBERS = ", ".join(f"s.{one}" for one in STAFF.split(", "))
TIMES = ", ".join(f"i.{one}" for one in SIGN_IN.split(", "))
COLUMNS = len(STAFF.split(", "))


class SignIns(Base):
    async def add_sign_in(self, staff: Staff, token_hash: str, now: int, expires_at: int, tablet: str = "") -> None:
        """Whoever signs in has just proved who they are."""
        sql = (
            "INSERT INTO sign_in (clinic, staff, token_hash, made_at, expires_at, tablet, used_at, proved_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        try:
            await self._run(sql, (staff.clinic, staff.id, token_hash, now, expires_at, tablet, now, now))
        except Conflict as error:
            raise StoreError("That sign-in exists already, or is for nobody.") from error

    async def sign_in(self, token_hash: str, clinic: str | None = None) -> SignIn | None:
        """An expired or ended one too, for what is still unsent on a device."""
        also, args = ("", [token_hash]) if clinic is None else (" AND i.clinic = ?", [token_hash, clinic])
        row = await self._one(
            f"SELECT {MEMBERS}, {TIMES}"  # noqa: S608
            f" FROM sign_in i JOIN staff s ON s.clinic = i.clinic AND s.id = i.staff WHERE i.token_hash = ?{also}",
            args,
        )
        return SignIn(Staff(*row[:COLUMNS]), *row[COLUMNS:]) if row else None

    async def end_sign_in(self, token_hash: str, now: int, clinic: str = "") -> None:
        """`clinic`: whose streams and pages hear of it at once; without it they ask again within seconds."""
        sql = "UPDATE sign_in SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL"
        await self._run(sql, (now, token_hash), {(clinic, "", 0)})

    async def lock(self, staff: Staff, token_hash: str, now: int) -> None:
        """Until whoever sits here proves who they are. Streams and pages of this browser hear of it at once."""
        sql = "UPDATE sign_in SET locked_at = ? WHERE clinic = ? AND staff = ? AND token_hash = ? AND locked_at IS NULL"
        await self._run(sql, (now, staff.clinic, staff.id, token_hash), {(staff.clinic, "", 0)})

    async def prove(self, staff: Staff, token_hash: str, now: int) -> None:
        """They showed who they are: it is open again, and what opens a gate is taken for a while."""
        sql = (
            "UPDATE sign_in SET locked_at = NULL, used_at = ?, proved_at = ?"
            " WHERE clinic = ? AND staff = ? AND token_hash = ? AND ended_at IS NULL"
        )
        await self._run(sql, (now, now, staff.clinic, staff.id, token_hash), {(staff.clinic, "", 0)})

    async def use(self, staff: Staff, token_hash: str, now: int) -> None:
        """A hand was on it. No news: who asks next second reads it."""
        sql = "UPDATE sign_in SET used_at = ? WHERE clinic = ? AND staff = ? AND token_hash = ? AND used_at < ?"
        await self._run(sql, (now, staff.clinic, staff.id, token_hash, now))

    async def add_tablet(self, staff: Staff, credential: str, token_hash: str, name: str, now: int) -> Tablet:
        """Makes the browser at which `staff` is signed in by `credential` one that several share."""
        tablet = Tablet(staff.clinic, new_id(), name, staff.name, now)

        async def add(tx: Tx) -> Tablet:
            sql = f"INSERT INTO tablet ({TABLET}, token_hash) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
            await tx.run(sql, (tablet.clinic, tablet.id, name, staff.name, now, token_hash))
            mark = (
                "UPDATE sign_in SET tablet = ?, used_at = ?, proved_at = ?"
                " WHERE clinic = ? AND staff = ? AND token_hash = ?"
            )
            await tx.run(mark, (tablet.id, now, now, staff.clinic, staff.id, credential))
            return tablet

        return await self._do(add, {(staff.clinic, "", 0)})

    async def tablet(self, token_hash: str) -> Tablet | None:
        sql = f"SELECT {TABLET} FROM tablet WHERE token_hash = ? AND ended_at IS NULL"  # noqa: S608
        row = await self._one(sql, (token_hash,))
        return Tablet(*row) if row else None

    async def tablets(self, clinic: str) -> list[Tablet]:
        """Those in use."""
        sql = f"SELECT {TABLET} FROM tablet WHERE clinic = ? AND ended_at IS NULL ORDER BY made_at, id"  # noqa: S608
        return [Tablet(*row) for row in await self._all(sql, (clinic,))]

    async def end_tablet(self, clinic: str, id: str, now: int) -> None:
        """It is a browser like any other again, and whoever is signed in there is out."""

        async def end(tx: Tx) -> None:
            await tx.run(
                "UPDATE tablet SET ended_at = ? WHERE clinic = ? AND id = ? AND ended_at IS NULL", (now, clinic, id)
            )
            out = "UPDATE sign_in SET ended_at = ? WHERE clinic = ? AND tablet = ? AND ended_at IS NULL"
            await tx.run(out, (now, clinic, id))

        await self._do(end, {(clinic, "", 0)})

    async def set_pin(self, staff: Staff, pin_hash: str | None) -> None:
        """None takes it back."""
        sql = "UPDATE staff SET pin_hash = ?, pin_wrong = 0 WHERE clinic = ? AND id = ?"
        await self._run(sql, (pin_hash, staff.clinic, staff.id), {(staff.clinic, "", 0)})

    async def tried_pin(self, staff: Staff, *, right: bool) -> None:
        """Counts the wrong ones since the last right one."""
        count = "0" if right else "pin_wrong + 1"
        await self._run(f"UPDATE staff SET pin_wrong = {count} WHERE clinic = ? AND id = ?", (staff.clinic, staff.id))  # noqa: S608

    async def name_of(self, clinic: str, id: str) -> str:
        """The name under which somebody of the clinic, or a tablet of its, stands in a record; '' for nobody known."""
        which = "WHERE clinic = ? AND id = ?"
        sql = f"SELECT name FROM staff {which} UNION ALL SELECT name FROM tablet {which}"  # noqa: S608
        row = await self._one(sql, (clinic, id, clinic, id))
        return str(row[0]) if row else ""
