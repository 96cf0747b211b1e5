"""How a client is told from others at a glance: initials, room, colour and pattern, on every screen of their session.

Wrong-patient errors are made between rooms; a large constant mark is what helps (security ground, section 1). The
pattern says the same as the colour, for whoever doesn't see colours.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sessionday.store import Session

COLOURS = ("blue", "orange", "green", "violet", "brown", "grey")
PATTERNS = ("plain", "stripes", "dots", "squares", "waves", "bars")
ALIKE = 0.75  # of difflib's ratio: Sam and Sammy, Jon and John, Marie and Maria


@dataclass(frozen=True, slots=True)
class Band:
    """The mark of one client. Empty texts: none was given."""

    initials: str = ""
    room: str = ""
    colour: str = ""
    pattern: str = ""


def band_of(session: Session) -> Band:
    """The mark that a session was given; where none was, the first letter of the name."""
    return Band(session.initials or session.client[:1].upper(), session.room, session.colour, session.pattern)


def free_band(others: Iterable[Session], initials: str, room: str) -> Band:
    """A colour with a pattern that nobody else of that day has; the colours are used up first."""
    taken = {(one.colour, one.pattern) for one in others}
    pairs = ((COLOURS[place % 6], PATTERNS[(place + place // 6) % 6]) for place in range(36))
    colour, pattern = next((pair for pair in pairs if pair not in taken), (COLOURS[0], PATTERNS[0]))
    return Band(initials, room, colour, pattern)


def alike(name: str, others: Sequence[Session]) -> list[Session]:
    """The sessions whose client's name could be taken for `name`."""
    return [one for one in others if _is_like(plain(name), plain(one.client))]


def same_mark(band: Band, others: Sequence[Session]) -> list[Session]:
    """The sessions with that colour and pattern."""
    return [one for one in others if band.colour and (one.colour, one.pattern) == (band.colour, band.pattern)]


def _is_like(one: str, other: str) -> bool:
    if not one or not other:
        return False
    begins = min(len(one), len(other)) >= 2 and (one.startswith(other) or other.startswith(one))
    return begins or difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE


def plain(name: str) -> str:
    """Without accents, case and what stands between: José is Jose."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
