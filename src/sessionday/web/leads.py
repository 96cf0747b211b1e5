"""Who may read and change what belongs to the clinic as a whole: its staff read, its leads change."""

from starlette.requests import Request

from sessionday.store import Staff
from sessionday.web.access import staff_at
from sessionday.web.errors import NotSignedIn, Refused


class SignInFirst(Refused):
    """Nobody is signed in where a page was asked for: they are led to where they can."""

    def __init__(self) -> None:
        super().__init__(303, "not_signed_in", "Sign in first.")
        self.headers = {"Location": "/sign-in"}


async def staff_of(request: Request) -> Staff:
    """Whoever of the clinic asks."""
    signed_in = await staff_at(request)
    if signed_in is None or signed_in.expired:
        raise SignInFirst if request.method in ("GET", "HEAD") else NotSignedIn
    return signed_in.staff


async def lead_of(request: Request) -> Staff:
    """Whoever asks, if they may change what the clinic works by."""
    staff = await staff_of(request)
    if staff.role != "lead":
        raise Refused(403, "leads_only", "Only those who lead the clinic change its protocols. Ask one of them.")
    return staff
