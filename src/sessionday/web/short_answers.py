"""Short answers about the day: who reads which, and what stands on each under this protocol.

Their words stand in words/en.yaml under `about`, each claim with the facts of the clinical ground that it rests on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sessionday.protocols import Checklist
from sessionday.web.sources import BY_FACT, Source
from sessionday.words import STAYS, counted, language, spoken

CALL = "call"  # when to call: it stands on the list itself, which every seat has
OF_CLIENT = ("what", "risks", "day", "driving", "misuse")
READ_BY = {
    "client": OF_CLIENT,
    "support": ("with", "what", "risks", "keys"),
    "prescriber": OF_CLIENT,
    "staff": (*OF_CLIENT, "with", "keys"),
}
ASK_THE_CLIENT = frozenset({"what", "risks"})  # what these ask for, nobody else can do
RULES, WHY = "rules_understood", {"support": "keys"}  # the question that leads here, and where to
# Nobody knows which medicine a clinic's own protocol is for: it gets the general lines.
APPROVAL = {"kap-lozenge": "off_label", "kap-im": "off_label", "kap-remote": "off_label", "spravato": "label"}
MARK = re.compile(r" \[([FS]\d+(?: [FS]\d+)*)\]$")
Line = str | Mapping[str, str]


def addresses(role: str) -> list[str]:
    """The pages that a seat reads, below the session's own: the list, then each."""
    return ["about/", *(f"about/{name}" for name in pages_of(role))]


def pages_of(role: str) -> Sequence[str]:
    """The pages that a seat reads."""
    return READ_BY[role]


def why_no_driving(role: str, step: str) -> str | None:
    """The page that tells why, for the question that asks whether the rules are kept."""
    return WHY.get(role, "driving") if step == RULES else None


def listed(role: str) -> list[tuple[str, str]]:
    """Each page of a seat, with its title."""
    return [(name, spoken()["about"]["pages"][name]["title"]) for name in pages_of(role)]


def answer_view(checklist: Checklist, role: str, name: str) -> dict[str, Any]:
    """One page: its lines, each with the numbers of its sources, and those sources."""
    words = spoken()["about"]["pages"][name]
    fits = _fitting(checklist)
    sources: list[Source] = []
    says = [_claim(kind, text, sources) for kind, text in _lines(words["says"], fits)]
    asks = role != "support" or name not in ASK_THE_CLIENT
    return {
        "title": words["title"],
        "says": says,
        "asks": [text for _, text in _lines(words.get("do", ()), fits)] if asks else [],
        "sources": [(spoken()["about"]["sources"][source.id], source) for source in sources],
    }


def _fitting(checklist: Checklist) -> dict[str, str]:
    """Which of a line's wordings fit this protocol, each with the time that it speaks of, if any."""
    rules = checklist.rules
    times = {"stay": (rules.get("observe") or {}).get("minutes", 0), "hold": rules["hold"]["at_least_minutes"]}
    return {
        "always": "",
        "head": "",
        APPROVAL.get(checklist.id, "general"): "",
        "home" if STAYS in checklist.steps else "clinic": "",
        **{name: _length(minutes) for name, minutes in times.items() if minutes},
    }


def _length(minutes: int) -> str:
    words = spoken()["about"]
    if minutes % 60 == 0 and minutes > 60:
        return counted(words["hours"], minutes // 60, language())
    return counted(words["minutes"], minutes, language())


def _lines(lines: Sequence[Line], fits: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The lines that fit, each with why it does."""
    for line in lines:
        for kinds, text in line.items() if isinstance(line, Mapping) else [("always", line)]:
            kind = next((one for one in kinds.split(" or ") if one in fits), None)
            if kind:
                yield kind, text.replace("{" + kind + "}", fits[kind])


def _claim(kind: str, text: str, sources: list[Source]) -> dict[str, Any]:
    """A line without its mark, and its sources' places in the list, which grows by the new ones."""
    mark = MARK.search(text)
    found = dict.fromkeys(BY_FACT[fact] for fact in mark[1].split()) if mark else {}
    sources += [source for source in found if source not in sources]
    places = sorted(sources.index(source) + 1 for source in found)
    return {"kind": kind, "text": MARK.sub("", text), "from": ", ".join(map(str, places))}
