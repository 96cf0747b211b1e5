"""The `answer` of a step: its type, and what is right, stops, or never can be set aside. Knows no words."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import yaml

from .page import Page
from .times import MOMENT_EXAMPLES, read_moment
from .vocabulary import LIMITS, VERDICTS, good_id

Answer = dict[str, Any]
Found = dict[str, yaml.Node]
YES_NO = ("yes", "no")
_RISING = ("min", "never_below", "stop_below", "stop_above", "never_above", "max")


def read_answer(page: Page, node: yaml.Node) -> Answer | None:
    """The compiled form; `answer: confirm` will do where a type needs no more. None where it can't be made."""
    bare = isinstance(node, yaml.ScalarNode)
    named = node if bare else page.peek(node, "type")
    if named is None:
        page.mapping(node, "‘answer’")
        page.say(node, f"‘answer’ lacks its ‘type’: one of {', '.join(_TYPES)}")
        return None
    kind = page.one_of(named, "the type of an answer", tuple(_TYPES))
    if kind is None:
        return None
    needs, may, read = _TYPES[kind]
    what = f"an answer of type ‘{kind}’"
    if bare and needs:
        page.say(node, f"{what} needs more than its type: write {{type: {kind}, {needs[0]}: …}}")
        return None
    found = {} if bare else page.mapping(node, what, ("type", *needs, *may))
    if not page.need(found, needs, node, what):
        return None
    return {"type": kind, **read(page, found)}


def answer_keys(answer: Answer) -> tuple[str, ...]:
    """What of an answer needs a label: its options, items or fields; yes and no; or the one box that is filled in."""
    parts = answer.get("options") or answer.get("items") or answer.get("fields")
    if parts:
        return tuple(part["id"] for part in parts)
    return YES_NO if answer["type"] == "confirm" else ("label",)


def _nothing(page: Page, found: Found) -> Answer:
    return {}


def _choice(page: Page, found: Found) -> Answer:
    options = _by_id(page, found["options"], "options", "an option")
    return {"options": [{"id": id, "verdict": _word(page, node, id, VERDICTS)} for id, node in options.items()]}


def _checks(page: Page, found: Found) -> Answer:
    items = _by_id(page, found["items"], "items", "an item")
    return {"items": [{"id": id, "want": _word(page, node, id, YES_NO)} for id, node in items.items()]}


def _measure(page: Page, found: Found) -> Answer:
    fields = _by_id(page, found["fields"], "fields", "a field")
    return {"fields": [_field(page, id, node) for id, node in fields.items()]}


def _time(page: Page, found: Found) -> Answer:
    if "latest" not in found:
        return {"latest_minutes": None}
    written = page.text(found["latest"], "‘latest’")
    moment = read_moment(written or "")
    if written and (moment is None or moment[0] != "start"):
        page.say(found["latest"], f"‘latest’ can't be ‘{written}’; {MOMENT_EXAMPLES}, counted from start")
        return {"latest_minutes": None}
    return {"latest_minutes": moment[1] if moment else None}


# Each type's needed keys, the keys it may have besides, and what reads them.
_TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Page, Found], Answer]]] = {
    "confirm": ((), (), _nothing),
    "choice": (("options",), (), _choice),
    "checks": (("items",), (), _checks),
    "measure": (("fields",), (), _measure),
    "time": ((), ("latest",), _time),
    "code": ((), (), _nothing),
    "text": ((), (), _nothing),
}


def _by_id(page: Page, node: yaml.Node, key: str, what: str) -> Found:
    found = page.mapping(node, f"‘{key}’")
    if isinstance(node, yaml.MappingNode) and not node.value:
        page.say(node, f"‘{key}’ is empty; write at least one")
    for id in page.nulls(node):
        page.say(node, f"‘{id}’ in ‘{key}’ has nothing behind its colon; write what it means")
    return {id: value for id, value in found.items() if good_id(page, value, id, f"the id of {what}")}


def _word(page: Page, node: yaml.Node, id: str, allowed: tuple[str, ...]) -> str | None:
    return page.one_of(node, f"‘{id}’", allowed)


def _field(page: Page, id: str, node: yaml.Node) -> Answer:
    what = f"field ‘{id}’"
    found = page.mapping(node, what, ("unit", "min", "max", *LIMITS))
    page.need(found, ("unit", "min", "max"), node, what)
    unit = page.text(found["unit"], f"‘unit’ of {what}") if "unit" in found else None
    numbers = {
        key: page.number(found[key], f"‘{key}’ of {what}") if key in found else None for key in ("min", "max", *LIMITS)
    }
    _check_limits(page, node, what, numbers)
    return {"id": id, "unit": unit, **numbers}


def _check_limits(page: Page, node: yaml.Node, what: str, numbers: dict[str, int | float | None]) -> None:
    """The limits rise in one order; a never limit lies further out than a stop limit."""
    known = [(key, number) for key in _RISING if (number := numbers[key]) is not None]
    for (low, lower), (high, higher) in pairwise(known):
        if lower > higher:
            order = ", ".join(_RISING)
            page.say(node, f"in {what}, {low} ({lower}) is more than {high} ({higher}); they must rise: {order}")
