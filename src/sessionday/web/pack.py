"""Everything one seat's phone needs to know a session by itself, as one JSON document: rules, words, people.

The pages are drawn from the same pack, so that the server and a phone without signal say the same.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from sessionday import zones
from sessionday.web.here import Here, session_for
from sessionday.words import WORDS

LANGUAGE = "en"
KEPT = 1000
# What the phone needs of the product's own words; the rest is drawn by the server alone.
PHONE_WORDS = [
    "weekdays",
    "months",
    "when",
    "unknown_time",
    "roles",
    "you",
    "stages",
    "statuses",
    "reasons",
    "gates",
    "hold",
    "truths",
    "unsent",
    "lines",
    "alerts",
    "next",
    "go",
    "errors",
]


class Packs:
    """The packs of one release. A seat's pack is made once, and again when somebody's name or the clinic changed."""

    def __init__(self, build: str) -> None:
        self._build = build
        self._kept: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()

    def of(self, here: Here) -> dict[str, Any]:
        """The pack of this seat; nobody may change it."""
        names = tuple((seat.role, seat.name) for seat in here.seats)
        key = (here.session.id, here.person, here.role, here.name, here.clinic, names)
        if key not in self._kept:
            self._kept[key] = pack_for(here, self._build)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def pack_for(here: Here, build: str) -> dict[str, Any]:
    """The pack of this seat. `version` changes when anything in it does."""
    rules = here.checklist.rules
    pack: dict[str, Any] = {
        "handle": here.session.handle,
        "build": build,
        "seat": {"id": here.person, "role": here.role, "name": here.name},
        "people": {
            "client": here.session.client,
            **{s.role: s.name for s in here.seats if s.name and s.role != "client"},
        },
        "clinic": {"name": here.clinic.name, "phone": here.clinic.phone},
        "clock": zones.clock(here.session.start, zones.zone_named(here.clinic.zone)),
        "protocol": rules,
        "parts": here.checklist.parts,
        "steps": {id: {"part": step["part"], "seen": here.sees(id)} for id, step in here.checklist.steps.items()},
        "texts": texts_for(here),
        "words": {key: WORDS[LANGUAGE][key] for key in PHONE_WORDS},
        "session": session_for(here),
    }
    canonical = json.dumps(pack, sort_keys=True, ensure_ascii=False)
    return {**pack, "version": hashlib.sha256(canonical.encode()).hexdigest()[:16]}


def texts_for(here: Here) -> dict[str, Any]:
    """A protocol's words for this seat: only the steps it may see, in the wording made for its role."""
    words = here.checklist.words[LANGUAGE]
    steps = {id: _step_texts(texts, here.role) for id, texts in words["steps"].items() if here.sees(id)}
    return {"title": words["title"], "parts": words["parts"], "steps": steps}


def _step_texts(texts: dict[str, Any], role: str) -> dict[str, Any]:
    own = texts.get("for", {}).get(role, {})
    plain = {key: own.get(key, texts[key]) for key in ("title", "what", "why")}
    return {**plain, "answers": {**texts["answers"], **own.get("answers", {})}}
