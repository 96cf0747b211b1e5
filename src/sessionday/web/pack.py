"""Everything one seat's phone needs to know a session by itself, as one JSON document: rules, words, people.

The pages are drawn from the same pack, so that the server and a phone without signal say the same.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sessionday import zones
from sessionday.band import band_of
from sessionday.protocols.checklist import texts_for
from sessionday.web.compression import Fixed
from sessionday.web.here import Here, session_for
from sessionday.web.short_answers import addresses
from sessionday.words import SENTENCES, WORDS, language, protocol_words, words_for

KEPT = 300
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
    "place",
    "taker",
    "go",
    "light",
    "errors",
]
# A release with other words is another pack, though its files are the same.
_WORDS = hashlib.sha256(json.dumps([WORDS, SENTENCES], sort_keys=True).encode()).hexdigest()


class Packs:
    """The packs of one release. A seat's pack is made once, and again when somebody's name or the clinic changed."""

    def __init__(self, build: str) -> None:
        self._build = f"{build} {_WORDS}"
        self._release = build
        self._kept: OrderedDict[str, tuple[dict[str, Any], Fixed]] = OrderedDict()
        self._gone: set[str] = set()

    def of(self, here: Here) -> dict[str, Any]:
        """The pack of this seat; nobody may change it."""
        return self._both(here)[0]

    def response(self, here: Here, request: Request) -> Response:
        """The pack as a phone gets it."""
        return self._both(here)[1].response(request, {"X-Build": self._release})

    def _both(self, here: Here) -> tuple[dict[str, Any], Fixed]:
        version = self.version(here)
        found = self._kept.get(version)
        if found is None:
            pack = {**pack_for(here, self._release), "version": version}
            found = (pack, Fixed(orjson.dumps(pack), "application/json"))
        if here.session.id not in self._gone:
            self._kept[version] = found
            self._kept.move_to_end(version)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def forget(self, gone: Iterable[str] = ()) -> None:
        """All packs: they are made again when they are asked for. `gone`: sessions that were erased, of which none is
        kept any more: a request that began before may still ask for one."""
        self._gone.update(gone)
        self._kept.clear()

    def version(self, here: Here) -> str:
        """Changes when anything in the pack does. Known without making it: a sync says no more than this of it."""
        versions, key = here.place.pack_versions, (here.person, language())
        if key not in versions:
            session, checklist = (
                here.session,
                here.checklist,
            )  # of both, all else stays as it was made or is arranged with a version
            names = [(seat.role, seat.name) for seat in here.seats]
            said: list[object] = [
                self._build,
                language(),
                session.id,
                here.person,
                here.role,
                here.name,
                asdict(here.clinic),
                names,
            ]
            said += [checklist.id, checklist.version, session.start, asdict(band_of(session))]
            versions[key] = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
        return versions[key]


def pack_for(here: Here, build: str) -> dict[str, Any]:
    """The pack of this seat, in the language that is spoken now."""
    texts = protocol_words(here.checklist.words, language())
    words = words_for(language(), texts, here.checklist.steps)
    return {
        "handle": here.session.handle,
        "language": language(),
        "build": build,
        "seat": {"id": here.person, "role": here.role, "name": here.name},
        "band": asdict(band_of(here.session)),
        "people": {
            "client": here.session.client,
            **{s.role: s.name for s in here.seats if s.name and s.role != "client"},
        },
        "clinic": {
            "name": here.clinic.name,
            "phone": here.clinic.phone,
            "emergency": here.clinic.emergency,
            "on_call": here.clinic.on_call if here.role in ("staff", "prescriber") else "",
        },
        "clock": zones.clock(here.session.start, zones.zone_named(here.clinic.zone)),
        "protocol": here.checklist.rules,
        "parts": here.checklist.parts,
        "steps": {id: {"part": step["part"], "seen": here.sees(id)} for id, step in here.checklist.steps.items()},
        "texts": _texts_of(here, texts),
        "about": addresses(here.role),
        "words": {key: words[key] for key in PHONE_WORDS},
        "session": session_for(here),
    }


def _texts_of(here: Here, words: Mapping[str, Any]) -> dict[str, Any]:
    """A protocol's words for this seat: only the steps it may see."""
    texts = texts_for(words, here.role)
    return {**texts, "steps": {id: text for id, text in texts["steps"].items() if here.sees(id)}}
