"""From the YAML that people write to the form that the rules read, or every mistake in it at once, each with its line.

Reads no files and knows no built-in protocol: text in, Checklist or ProtocolError out, never another exception.
"""

import re
from collections.abc import Sequence
from typing import Any

import yaml

from sessionday.core.protocol import refusals

from .checklist import Checklist, ProtocolError
from .page import Page
from .parts import Parts, read_parts
from .steps import Step, read_anchored, read_minutes
from .words import Texts, read_gates, read_text

Found = dict[str, yaml.Node]
_TOP = ("id", "version", "languages", "title", "observe", "hold", "assume", "parts")
_PROTOCOL_ID = re.compile(r"[a-z][a-z0-9-]{0,59}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def compile_text(text: str, file: str) -> Checklist:
    """The protocol that `text` is; `file` is only its name in messages."""
    page = Page(file)
    root = page.parse(text)
    checklist = _read_protocol(page, root) if root is not None else None
    if checklist is None:
        raise ProtocolError(tuple(sorted(page.problems, key=lambda problem: problem.line)))
    return checklist


def _read_protocol(page: Page, root: yaml.Node) -> Checklist | None:
    found = page.mapping(root, "a protocol", (*_TOP, "not_steps", "gates"))
    page.need(found, _TOP, root, "a protocol")
    languages = _languages(page, found["languages"]) if "languages" in found else []
    languages = languages or _written(found.get("title"))  # one mistake there is none in every text below
    titles = read_text(page, found["title"], "‘title’", languages) if "title" in found else {}
    parts = read_parts(page, found["parts"], languages) if "parts" in found else Parts()
    gates = read_gates(page, found["gates"], languages) if "gates" in found else {}
    _read_not_steps(page, found.get("not_steps"))
    rules = _rules(page, found, parts.steps)
    _note_refusals(page, rules, {step.rule["id"]: step.line for step in parts.steps})
    if page.problems:
        return None
    return Checklist(
        id=rules["id"],
        version=rules["version"],
        rules=rules,
        steps={step.rule["id"]: step.shown for step in parts.steps},
        parts=parts.listed,
        words={language: _words(language, titles, parts, gates) for language in languages},
    )


def _languages(page: Page, node: yaml.Node) -> list[str]:
    languages = page.texts(node, "‘languages’")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            page.say(node, f"‘languages’ can't have ‘{language}’; write codes like en, fr or pt-BR")
    if not languages:
        page.say(node, "‘languages’ names none; write the codes of the languages below, like [en]")
    return [language for language in dict.fromkeys(languages) if _LANGUAGE.fullmatch(language)]


def _written(title: yaml.Node | None) -> list[str]:
    """The languages that the title has."""
    pairs = title.value if isinstance(title, yaml.MappingNode) else []
    return [str(key.value) for key, _ in pairs if isinstance(key, yaml.ScalarNode)]


def _read_not_steps(page: Page, node: yaml.Node | None) -> None:
    """Rows of the clinical ground that are no steps, each with its reason: for those who read the file."""
    for row, reason in page.mapping(node, "‘not_steps’").items() if node is not None else ():
        page.text(reason, f"the reason for ‘{row}’")


def _rules(page: Page, found: Found, steps: Sequence[Step]) -> dict[str, Any]:
    observe = found.get("observe")
    return {
        "id": _like(page, found.get("id"), "‘id’", _PROTOCOL_ID, "a to z, 0 to 9 and -, as in ‘kap-lozenge’"),
        "version": page.text(found["version"], "‘version’") if "version" in found else None,
        "observe": read_anchored(page, observe, "‘observe’", ("first_dose", "dose")) if observe is not None else None,
        "hold": _hold(page, found["hold"]) if "hold" in found else None,
        "assume": _assume(page, found["assume"]) if "assume" in found else None,
        "steps": [step.rule for step in steps],
    }


def _hold(page: Page, node: yaml.Node) -> dict[str, Any]:
    found = page.mapping(node, "‘hold’", ("day_starts", "at_least"))
    page.need(found, ("day_starts", "at_least"), node, "‘hold’")
    clock = _like(page, found.get("day_starts"), "‘day_starts’", _CLOCK, 'a clock time in quotes, like "06:00"')
    at_least = read_minutes(page, found["at_least"], "‘at_least’") if "at_least" in found else None
    return {"day_starts": clock, "at_least_minutes": at_least}


def _assume(page: Page, node: yaml.Node) -> dict[str, Any]:
    found = page.mapping(node, "‘assume’", ("from", "last"))
    page.need(found, ("from", "last"), node, "‘assume’")
    read = {key: read_anchored(page, found[key], f"‘{key}’", ("start",)) for key in ("from", "last") if key in found}
    return {f"{key}_minutes": (read.get(key) or {}).get("minutes") for key in ("from", "last")}


def _like(page: Page, node: yaml.Node | None, what: str, pattern: re.Pattern[str], right: str) -> str | None:
    word = page.text(node, what) if node is not None else None
    if node is not None and word and not pattern.fullmatch(word):
        page.say(node, f"{what} can't be ‘{word[:60]}’; write {right}")
    return word


def _note_refusals(page: Page, rules: dict[str, Any], lines: dict[str, int]) -> None:
    """What the rules refuse, in the file's words. Steps of a wrong form are left out, and then nothing is said of the
    whole; where a dose or a leave may be among them, the rest can't be judged yet."""
    wrong = {problem.step for problem in page.problems}
    judged = [rule for rule in rules["steps"] if rule["id"] not in wrong]
    if None in wrong or (wrong and not {"dose", "leave"} <= {rule["marks"] for rule in judged}):
        return
    for step, message in refusals({**rules, "steps": judged}):
        if step is not None or not wrong:
            # The rules call it fresh_minutes; in a file, whose lengths carry their unit, it is `fresh`.
            page.in_step(step).say(lines.get(step or "", 1), message.replace("fresh_minutes", "fresh"))


def _words(language: str, titles: Texts, parts: Parts, gates: dict[str, dict[str, Texts]]) -> dict[str, Any]:
    own = {gate: {key: texts[language] for key, texts in said.items()} for gate, said in gates.items()}
    return {
        **({"gates": own} if own else {}),
        "title": titles[language],
        "parts": {id: texts[language] for id, texts in parts.titles.items()},
        "steps": {step.rule["id"]: step.words[language] for step in parts.steps},
    }
