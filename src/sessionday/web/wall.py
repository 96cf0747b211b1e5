"""GET /board/wall: the board for a screen that others can see too. No name, no answer, no word of anybody's."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sessionday.web.access import staff_of
from sessionday.web.site import site_of
from sessionday.words import spoken


async def wall(request: Request) -> Response:
    """GET /board/wall"""
    site, staff = site_of(request), await staff_of(request)
    cards = [card.summary.card for card in await site.cards.of(staff.clinic, site.now())]
    return site.pages.response("board/wall.html", staff=staff, sessions=walled(cards))


def walled(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What of the cards may hang on a wall: their mark in place of a name."""
    return [_walled(card) for card in cards]


def _walled(card: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: card[key] for key in ("handle", "stage", "stage_text", "changes_at", "band")}
    gate = card["gate"] and {key: card["gate"][key] for key in ("name", "open", "title", "says")}
    due = card["due"][0] if card["due"] else None
    alerts = [{"level": one["level"], "text": _kind(one["key"])} for one in card["alerts"]]
    shown_due = due and {key: due[key] for key in ("at", "when", "late")}
    return {**kept, "gate": gate, "due": shown_due, "alerts": alerts}


def _kind(key: str) -> str:
    """What kind of alert it is, which says nothing of what was answered."""
    words: Mapping[str, str] = spoken()["wall"]["alerts"]
    return words.get(key.split(":", 1)[0], words["any"])
