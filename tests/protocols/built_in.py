"""The built-in protocols as the tests read them: rules, words, and the rows of the clinical ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import sessionday.protocols
from sessionday.protocols import Checklist, load

from .ground import KAP_ROWS, REMS_ROWS

LAY = {"client", "support"}
NAMES = ("kap-lozenge", "kap-im", "kap-remote", "spravato")


@dataclass(frozen=True)
class BuiltIn:
    checklist: Checklist
    reasons: dict[str, str]
    rows: dict[str, str]

    @property
    def name(self) -> str:
        return self.checklist.id

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        return {step["id"]: step for step in self.checklist.rules["steps"]}

    @property
    def shown(self) -> dict[str, dict[str, Any]]:
        return self.checklist.steps

    @property
    def words(self) -> dict[str, dict[str, Any]]:
        words: dict[str, dict[str, Any]] = self.checklist.words["en"]["steps"]
        return words

    def lay_texts(self) -> list[tuple[str, str]]:
        """(step, text) of every text that a client or a support person is asked with."""
        found = []
        for id, words in self.words.items():
            readers = LAY & set(self.steps[id]["who"])
            own = words.get("for", {})
            if readers - set(own):
                found += [(id, text) for text in texts_of(words)]
            found += [(id, text) for role in sorted(readers & set(own)) for text in texts_of(own[role])]
        return found

    def all_texts(self) -> list[tuple[str, str]]:
        return [
            (id, text)
            for id, words in self.words.items()
            for each in (words, *words.get("for", {}).values())
            for text in texts_of(each)
        ]


def texts_of(words: dict[str, Any]) -> Iterator[str]:
    yield from (words[key] for key in ("title", "what", "why") if key in words)
    yield from words.get("answers", {}).values()


@cache
def built_in(name: str) -> BuiltIn:
    file = Path(sessionday.protocols.__file__).parent / f"{name}.yaml"
    reasons = yaml.safe_load(file.read_text(encoding="utf-8"))["not_steps"]
    return BuiltIn(load(name), reasons, REMS_ROWS if name == "spravato" else KAP_ROWS)
