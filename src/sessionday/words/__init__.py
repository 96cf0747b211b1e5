"""The product's own words, a YAML file a language. A protocol's words stand with the protocol."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

WORDS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(Path(__file__).parent.glob("*.yaml"))
}

STAYS = "stays_on"  # the step of a day that the client spends at home: who stays with them


def calls_for(language: str, steps: Iterable[str]) -> list[str]:
    """For what people call the clinic: where the client is at home already, no ride can fall through."""
    card = WORDS[language]["record"]["card"]
    return [*card["calls"], *([] if STAYS in steps else [card["call_ride"]])]


def words_for(language: str, protocol: Mapping[str, Any], steps: Iterable[str]) -> dict[str, Any]:
    """The words for a protocol: `protocol` is what it brings itself, where the product's own words for a gate do not
    fit its day. Where the client is at home already, nobody leaves: the watch ends."""
    words = WORDS[language]
    found = {**words, "gates": {**words["gates"], **protocol.get("gates", {})}}
    if STAYS in steps:
        found["reasons"] = {**words["reasons"], **words["at_home"]["reasons"]}
    return found
