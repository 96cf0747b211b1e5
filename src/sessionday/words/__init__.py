"""The product's own words, a YAML file a language. A protocol's words stand with the protocol."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

WORDS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(Path(__file__).parent.glob("*.yaml"))
}

STAYS = "stays_on"  # the step of a day that the client spends at home: who stays with them


def words_for(language: str, steps: Iterable[str]) -> dict[str, Any]:
    """The words for a protocol with these steps. Where the client is at home already, nobody goes there."""
    words = WORDS[language]
    if STAYS not in steps:
        return words
    return {**words, **{key: {**words[key], **changed} for key, changed in words["at_home"].items()}}
