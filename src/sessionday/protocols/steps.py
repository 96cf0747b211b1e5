"""One step of a protocol file, read into the rules' form. Whether the rules can use it is for core to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from .answers import answer_keys, read_answer
from .page import Page, line_of
from .times import LENGTH_EXAMPLES, MOMENT_EXAMPLES, read_length, read_moment
from .vocabulary import ANCHORS, GATES, MARKS, QUORUMS, ROLES, good_id
from .words import TEXTS, Labels, read_step_words

Found = dict[str, yaml.Node]
_NEEDED = ("id", "who", "answer", "source", *TEXTS, "answers")
_OPTIONAL = ("quorum", "gate", "marks", "waivable", "capacity", "fresh", "opens", "due", "every", "visible_to", "for")
# What happens only after a gate was passed, and so can't be what its steps wait for.
_BEHIND = {"dose": ("first_dose", "dose", "leave"), "leave": ("leave",)}


@dataclass(frozen=True, slots=True)
class Step:
    """`rule` as the rules read it, `shown` as Checklist.steps has it, `words` by language, `line` where it begins."""

    rule: dict[str, Any]
    shown: dict[str, Any]
    words: dict[str, dict[str, Any]]
    line: int


def read_id(page: Page, node: yaml.Node) -> str | None:
    """A step's id, so that all else said about the step can name it."""
    found = page.peek(node, "id")
    word = page.text(found, "a step's id") if found is not None else None
    return word if found is not None and word and good_id(page, found, word, "a step's id") else None


def read_step(page: Page, node: yaml.Node, part: str, phase: str, languages: Sequence[str]) -> Step | None:
    """None where so much is wrong that the rules can't be asked about it; the problems are noted on the page."""
    found = page.mapping(node, "a step", (*_NEEDED, *_OPTIONAL))
    complete = page.need(found, _NEEDED, node, "a step")
    rule = _rule(page, found, phase)
    shown = {"part": part, "visible_to": _visible_to(page, found, rule["who"]), "source": _source(page, found)}
    if rule["answer"] is None or not complete:
        return None
    words = read_step_words(page, found, Labels(answer_keys(rule["answer"]), shown["visible_to"]), languages)
    return Step(rule, shown, words, line_of(node))


def _rule(page: Page, found: Found, phase: str) -> dict[str, Any]:
    gate = _word(page, found, "gate", GATES)
    return {
        "id": page.step,
        "phase": phase,
        "who": page.some_of(found["who"], "‘who’", ROLES) if "who" in found else [],
        "quorum": _word(page, found, "quorum", QUORUMS) or "any",
        "answer": read_answer(page, found["answer"]) if "answer" in found else None,
        "gate": gate,
        "marks": _word(page, found, "marks", MARKS),
        "waivable": "waivable" in found and page.flag(found["waivable"], "‘waivable’"),
        "capacity": "capacity" in found and page.flag(found["capacity"], "‘capacity’"),
        "fresh_minutes": read_minutes(page, found["fresh"], "‘fresh’") if "fresh" in found else None,
        "opens": _anchored_under(page, found, "opens", gate),
        "due": _anchored_under(page, found, "due", gate),
        "every": _every(page, found["every"]) if "every" in found else None,
    }


def read_minutes(page: Page, node: yaml.Node, what: str) -> int | None:
    written = page.text(node, what)
    minutes = read_length(written) if written else None
    if written and minutes is None:
        page.say(node, f"{what} can't be ‘{written}’; {LENGTH_EXAMPLES}")
    return minutes


def read_anchored(page: Page, node: yaml.Node, what: str, anchors: Sequence[str]) -> dict[str, Any] | None:
    """‘4 h before start’ → {"from": "start", "minutes": -240}."""
    written = page.text(node, what)
    if written is None:
        return None
    moment = read_moment(written)
    if moment is None or moment[0] not in anchors:
        page.say(
            node, f"{what} can't be ‘{written}’; {MOMENT_EXAMPLES}; a moment is counted from: {', '.join(anchors)}"
        )
        return None
    return {"from": moment[0], "minutes": moment[1]}


def _anchored_under(page: Page, found: Found, key: str, gate: str | None) -> dict[str, Any] | None:
    """`opens` or `due`; counted from what only happens behind the step's own gate, it would never be known in time."""
    moment = read_anchored(page, found[key], f"‘{key}’", ANCHORS) if key in found else None
    behind = _BEHIND.get(gate or "", ())
    if moment and moment["from"] in behind:
        known = ", ".join(anchor for anchor in ANCHORS if anchor not in behind)
        said = f"‘{key}’ is counted from {moment['from']}, which nobody knows before the {gate} gate opens"
        page.say(found[key], f"{said}; count it from: {known}")
    return moment


def _word(page: Page, found: Found, key: str, allowed: Sequence[str]) -> str | None:
    return page.one_of(found[key], f"‘{key}’", allowed) if key in found else None


def _every(page: Page, node: yaml.Node) -> dict[str, int | None] | None:
    found = page.mapping(node, "‘every’", ("each", "grace"))
    if not page.need(found, ("each", "grace"), node, "‘every’"):
        return None
    minutes = read_minutes(page, found["each"], "‘each’")
    if minutes == 0:
        page.say(found["each"], "‘each’ must be longer than 0 minutes, like ‘15 min’")
    return {"minutes": minutes, "grace_minutes": read_minutes(page, found["grace"], "‘grace’")}


def _source(page: Page, found: Found) -> list[str]:
    source = page.texts(found["source"], "‘source’") if "source" in found else []
    if "source" in found and isinstance(found["source"], yaml.SequenceNode) and not found["source"].value:
        page.say(found["source"], "‘source’ is empty; say where the step comes from")
    return source


def _visible_to(page: Page, found: Found, who: list[str]) -> list[str]:
    """Who sees the answers: as written, else staff and the step's own `who`; in the roles' order."""
    if "visible_to" not in found:
        return [role for role in ROLES if role in {"staff", *who}]
    seers = page.some_of(found["visible_to"], "‘visible_to’", ROLES)
    for role in ROLES:
        if role in {"staff", *who} and role not in seers:
            reason = "staff see every answer" if role == "staff" else f"{role} answers this step"
            page.say(found["visible_to"], f"‘visible_to’ lacks {role}: {reason}; add it")
    return [role for role in ROLES if role in seers]
