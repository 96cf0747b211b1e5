"""A protocol's words in each language: every text stands as `{en: …}`, so that another can go beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from .page import Page
from .vocabulary import GATES, ROLES

Texts = dict[str, str]  # by language
TEXTS = ("title", "what", "why")
GATE_TEXTS = ("title", "open", "shut")


@dataclass(frozen=True, slots=True)
class Labels:
    """What of a step's answer needs a label, and for whom the step's words may differ."""

    keys: tuple[str, ...]
    readers: Sequence[str]


def read_text(page: Page, node: yaml.Node, what: str, languages: Sequence[str]) -> Texts:
    """One text in all languages."""
    if isinstance(node, yaml.ScalarNode):
        page.say(node, f"{what} needs its language: write {{{next(iter(languages), 'en')}: {node.value[:40]!r}}}")
        return {}
    found = page.mapping(node, what)
    texts = {}
    for language, value in found.items():
        if language not in languages:
            page.say(
                value, f"{what} has the language ‘{language}’, which ‘languages’ at the top does not list; add it there"
            )
        elif (text := page.text(value, f"{what} in ‘{language}’")) is not None:
            texts[language] = " ".join(text.split())
    for language in languages:
        if isinstance(node, yaml.MappingNode) and language not in found:
            page.say(node, f"{what} has no words in ‘{language}’; write ‘{language}: …’ beside the others")
    return texts


def read_gates(page: Page, node: yaml.Node, languages: Sequence[str]) -> dict[str, dict[str, Texts]]:
    """What a protocol calls its gates, where the product's own words do not fit its day: by gate and text."""
    gates = {}
    for gate, texts in page.mapping(node, "‘gates’", GATES).items():
        found = page.mapping(texts, f"‘gates’ {gate}", GATE_TEXTS)
        page.need(found, GATE_TEXTS, texts, f"‘gates’ {gate}")
        gates[gate] = {key: read_text(page, one, f"‘{key}’ of {gate}", languages) for key, one in found.items()}
    return gates


def read_step_words(
    page: Page, found: dict[str, yaml.Node], labels: Labels, languages: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """A step's words by language: its texts, its answer's labels and, under `for`, what differs for a role."""
    words: dict[str, dict[str, Any]] = {language: {} for language in languages}
    _read_into(words, page, found, labels, languages, whole=True)
    for role, node in page.mapping(found["for"], "‘for’", ROLES).items() if "for" in found else ():
        if role not in labels.readers:
            page.say(node, f"‘for’ has words for {role}, who neither answers nor sees this step; leave them out")
        differing = page.mapping(node, f"‘for’ {role}", (*TEXTS, "answers"))
        theirs: dict[str, dict[str, Any]] = {language: {} for language in languages}
        _read_into(theirs, page, differing, labels, languages, whole=False)
        for language in languages:
            words[language].setdefault("for", {})[role] = theirs[language]
    return words


def _read_into(
    words: dict[str, dict[str, Any]],
    page: Page,
    found: dict[str, yaml.Node],
    labels: Labels,
    languages: Sequence[str],
    *,
    whole: bool,
) -> None:
    for key in TEXTS:
        if key in found:
            for language, text in read_text(page, found[key], f"‘{key}’", languages).items():
                words[language][key] = text
    if "answers" not in found:
        return
    given = page.mapping(found["answers"], "‘answers’")
    for language in languages:
        words[language]["answers"] = {}
    for key, node in given.items():
        if key not in labels.keys:
            page.say(
                node,
                f"‘answers’ has a label for ‘{key}’, but the answer has only: {', '.join(labels.keys)}; leave it out",
            )
            continue
        for language, text in read_text(page, node, f"the label of ‘{key}’", languages).items():
            words[language]["answers"][key] = text
    for key in labels.keys if whole else ():
        if key not in given:
            page.say(found["answers"], f"‘answers’ has no label for ‘{key}’; write what people read there")
