"""What a request can fail with, and how it is told: a page where a page was asked, JSON where JSON was."""

from starlette.exceptions import HTTPException


class Refused(HTTPException):
    """A request that can't be served. `code` is for programs, the sentence for the person."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(status, sentence)
        self.code = code


class NotYours(Refused):
    """No such page, or not this person's: the same answer for both, so that nobody learns which sessions exist."""

    def __init__(self) -> None:
        super().__init__(404, "not_found", "There is no such page, or it is not yours.")


class Erased(Refused):
    """Staff of the clinic ask for a record that was erased. Everybody else is told what is told of no session."""

    def __init__(self) -> None:
        super().__init__(410, "erased", "This record was erased. Its page says when, and what is left of it.")


class NotSignedIn(Refused):
    """Nobody is known to this browser."""

    def __init__(self) -> None:
        super().__init__(401, "not_signed_in", "Open your link again, or sign in.")


class SignInFirst(NotSignedIn):
    """Nobody is signed in where a page was asked for, or the tablet is locked: they are led to where they can."""

    def __init__(self, where: str) -> None:
        Refused.__init__(self, 303, "not_signed_in", "Sign in first.")
        self.headers = {"Location": where}


class Unclear(ValueError):
    """A form that can't be taken as it is: the field, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
