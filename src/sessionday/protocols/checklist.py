"""A compiled protocol file, or the problems of one that can't be compiled. Imports the standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Checklist:
    """A protocol with its words: `rules` is what the rules evaluate, the rest is what people see and who sees it."""

    id: str
    version: str
    rules: dict[str, Any]
    steps: dict[str, dict[str, Any]] = field(repr=False)
    parts: list[dict[str, str]] = field(repr=False)
    words: dict[str, dict[str, Any]] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` takes: its own parts, not copies of them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)


def texts_for(words: Mapping[str, Any], role: str) -> dict[str, Any]:
    """A protocol's words in one language, in the wording made for a role."""
    steps = {id: _step_texts(texts, role) for id, texts in words["steps"].items()}
    return {"title": words["title"], "parts": words["parts"], "steps": steps}


def _step_texts(texts: Mapping[str, Any], role: str) -> dict[str, Any]:
    own = texts.get("for", {}).get(role, {})
    plain = {key: own.get(key, texts[key]) for key in ("title", "what", "why")}
    return {**plain, "answers": {**texts["answers"], **own.get("answers", {})}}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands and, in a sentence, what would be right."""

    file: str
    line: int
    step: str | None
    message: str

    def __str__(self) -> str:
        step = f"step ‘{self.step}’: " if self.step else ""
        return f"{self.file}:{self.line}: {step}{self.message}"


class ProtocolError(Exception):
    """A protocol file that can't be used, with every problem found in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
