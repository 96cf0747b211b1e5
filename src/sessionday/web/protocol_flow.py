"""A protocol as a way through the day: its phases, and the gates between them with all that holds each. Plain data."""

from collections.abc import Mapping
from typing import Any

from sessionday.protocols import Checklist
from sessionday.web.protocol_words import length, moment
from sessionday.web.telling import fill
from sessionday.words import spoken

ORDER = ("before", "dose", "during", "leave", "after", "drive", "close")


def flow(checklist: Checklist, texts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stations in the order of the day. `texts`: the steps' words."""
    words = spoken()["protocols"]
    stations = []
    for name in ORDER:
        is_gate = name not in ("before", "during", "after")
        steps = [step for step in checklist.rules["steps"] if step["gate" if is_gate else "phase"] == name]
        stations.append(
            {
                "name": name,
                "gate": is_gate,
                "title": words["gates" if is_gate else "phases"][name],
                "count": fill(words["holds" if is_gate else "asks"], count=len(steps)),
                "numbers": _numbers(checklist, name, texts),
                "steps": [{"id": step["id"], "title": texts[step["id"]]["title"]} for step in steps],
            }
        )
    return stations


def _numbers(checklist: Checklist, name: str, texts: Mapping[str, Any]) -> list[str]:
    """What time alone holds shut there, and what is asked again and again."""
    words, rules = spoken()["protocols"]["numbers"], checklist.rules
    if name == "leave":
        return [fill(words["observe"], moment=moment(rules["observe"]))]
    if name == "drive":
        at_least = length(rules["hold"]["at_least_minutes"])
        return [fill(words["hold"], clock=rules["hold"]["day_starts"], at_least=at_least)]
    repeated = [step for step in rules["steps"] if step["every"] and step["phase"] == name]
    return [
        fill(words["every"], title=texts[step["id"]]["title"], each=length(step["every"]["minutes"]))
        for step in repeated
    ]
