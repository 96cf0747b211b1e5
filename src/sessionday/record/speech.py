"""An exported record in words: the pack that the pages' own sentences need, made from the record alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sessionday import zones
from sessionday.core.answers import verdict
from sessionday.protocols.checklist import texts_for
from sessionday.web import telling
from sessionday.words import WORDS

Json = Mapping[str, Any]
LANGUAGE = "en"
FIRST, LAST = -30_000_000_000_000, 253_000_000_000_000  # ms: what calendars show; an answer can be any number


class Speech:
    """What one record says, as staff may read it."""

    def __init__(self, record: Json) -> None:
        self.record = record
        self.words: dict[str, Any] = WORDS[LANGUAGE]["record"]
        self.zone = zones.zone_named(record["clinic"]["zone"])
        self.rules: dict[str, Any] = {step["id"]: step for step in record["protocol"]["rules"]["steps"]}
        names = {one["id"]: one["name"] for one in (*record["staff"], *record["seats"])}
        self.entries = [
            {**entry, "name": names.get(entry["by"]) or WORDS[LANGUAGE]["roles"].get(entry["role"], entry["role"])}
            for entry in record["entries"]
        ]
        self._withdrawn = {(entry["of"], entry["role"]) for entry in self.entries if entry["kind"] == "withdraw"}
        people = {seat["role"]: seat["name"] for seat in record["seats"] if seat["name"]}
        self.pack: dict[str, Any] = {
            "words": WORDS[LANGUAGE],
            "people": {**people, "client": record["session"]["client"]},
            "seat": {"role": "staff"},
            "protocol": record["protocol"]["rules"],
        }
        texts = record["protocol"]["words"][LANGUAGE]
        self.texts = {role: texts_for(texts, role) for role in WORDS[LANGUAGE]["roles"]}
        self.pack["texts"] = self.texts["staff"]

    def when(self, t: int | None) -> str:
        """Weekday, date with its year, and clock time in the clinic's zone: a record is read years later."""
        if t is None:
            return str(WORDS[LANGUAGE]["unknown_time"])
        if not FIRST < t < LAST:
            return str(t)
        day, clock = self.local(t)
        return f"{self.date(date.fromisoformat(day))}, {clock[:5]}"

    def date(self, day: date) -> str:
        """‘Tue 1 Dec 2026’"""
        words = WORDS[LANGUAGE]
        return f"{words['weekdays'][day.weekday()]} {day.day} {words['months'][day.month - 1]} {day.year}"

    def local(self, t: int) -> tuple[str, str]:
        """Date and clock time in the clinic's zone, as ‘2026-12-01’ and ‘10:00:00’."""
        day, clock = zones.shown(t, self.zone).split("T")
        return day, f"{clock}:{t // 1000 % 60:02d}"

    def title(self, step: str | None) -> str:
        """A step's title; nothing where there is no step, as for who answers an alert."""
        return "" if step is None else telling.title(self.pack, step)

    def asked(self, entry: Json) -> dict[str, Any]:
        """The words of a question as whoever answered it read them; none where there is no such question."""
        found: dict[str, Any] = self.texts[entry["role"]]["steps"].get(entry["step"], {})
        return found

    def answer(self, entry: Json) -> str:
        """An answer as it was on its button, or what else was done."""
        if entry["kind"] != "answer":
            return str(self.words["kinds"][entry["kind"]])
        form = self.rules.get(entry["step"], {}).get("answer", {}).get("type")
        if form == "time" and isinstance(entry["answer"], int):
            return self.when(entry["answer"])
        as_read = {**self.pack, "texts": self.texts[entry["role"]], "clock": [(0, 0)]}
        return telling.answer_text(as_read, entry["step"], entry["answer"])

    def is_withdrawn(self, entry: Json) -> bool:
        """Whether whoever said it, or another of the same role, took it back."""
        return (entry["id"], entry["role"]) in self._withdrawn

    def verdict(self, entry: Json) -> str:
        """ok, stop or never, of an answer."""
        rules = self.rules.get(entry["step"])
        if entry["kind"] != "answer" or rules is None:
            return ""
        return verdict({"answer": entry["answer"]}, rules, dict(self.record["session"]))
