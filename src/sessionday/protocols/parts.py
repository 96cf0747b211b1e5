"""The parts of a protocol file, in the order of the day, each with its steps. Knows nothing of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from .page import Page, line_of
from .steps import Step, read_id, read_step
from .vocabulary import PHASES, good_id
from .words import Texts, read_text

_KEYS = ("id", "phase", "title", "steps")


@dataclass(frozen=True, slots=True)
class Parts:
    """`listed` as Checklist.parts has it, the parts' titles, and the steps of all of them in order."""

    listed: list[dict[str, str]] = field(default_factory=list)
    titles: dict[str, Texts] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def read_parts(page: Page, node: yaml.Node, languages: Sequence[str]) -> Parts:
    parts = Parts()
    lines: dict[str, int] = {}
    for part in page.items(node, "‘parts’"):
        found = page.mapping(part, "a part", _KEYS)
        page.need(found, _KEYS, part, "a part")
        id = page.text(found["id"], "a part's id") if "id" in found else None
        phase = page.one_of(found["phase"], "‘phase’", PHASES) if "phase" in found else None
        _check_part(page, part, id, phase, parts.listed)
        if id and "title" in found:
            parts.titles[id] = read_text(page, found["title"], "‘title’ of a part", languages)
        parts.listed.append({"id": id or "", "phase": phase or ""})
        for each in page.items(found["steps"], "‘steps’") if "steps" in found else ():
            step_id = read_id(page, each)
            _check_once(page, each, step_id, lines)
            step = read_step(page.in_step(step_id), each, id or "", phase or "", languages)
            if step and step_id and phase:
                parts.steps.append(step)
    return parts


def _check_part(page: Page, node: yaml.Node, id: str | None, phase: str | None, listed: list[dict[str, str]]) -> None:
    if id and good_id(page, node, id, "a part's id") and any(part["id"] == id for part in listed):
        page.say(node, f"two parts have the id ‘{id}’; give one of them another")
    before = [part["phase"] for part in listed if part["phase"]]
    if phase and before and PHASES.index(phase) < PHASES.index(before[-1]):
        order = "the order is before, during, after"
        page.say(node, f"the part ‘{id}’ of phase ‘{phase}’ comes after one of phase ‘{before[-1]}’; {order}")


def _check_once(page: Page, node: yaml.Node, id: str | None, lines: dict[str, int]) -> None:
    if id in lines:
        page.in_step(id).say(
            node, f"two steps have the id ‘{id}’: in line {lines[id]} and line {line_of(node)}; rename one"
        )
    elif id:
        lines[id] = line_of(node)
