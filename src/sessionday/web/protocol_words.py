"""A protocol in words that people read: each fact of a step under the name of what it is about.

The page of a protocol shows these facts, and two versions are compared by them: what reads the same is the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sessionday.protocols import Checklist
from sessionday.web.telling import fill, number_text
from sessionday.words import spoken

Fact = tuple[str, str]  # what it is about, and of which part of the answer, reader or language ('': of the whole)
Facts = dict[Fact, str]
LONG = ("title", "what", "why")


def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = spoken()["protocols"]
    return found


def length(minutes: float) -> str:
    """‘1 h 30 min’, as protocols are written; a session that was moved has its own, to the millisecond."""
    days, rest = divmod(round(minutes), 1440)
    if not rest and days:
        return f"{number_text(days)} d"
    hours, left = divmod(round(minutes), 60)
    parts = [f"{number_text(hours)} h" if hours else "", f"{number_text(left)} min" if left or not hours else ""]
    return " ".join(part for part in parts if part)


def moment(offset: Mapping[str, Any] | None) -> str:
    """‘4 h before the start’."""
    if offset is None:
        return ""
    words, minutes = _words(), offset["minutes"]
    side = "at" if not minutes else "earlier" if minutes < 0 else "later"
    return fill(words["moments"][side], length=length(abs(minutes)), anchor=words["anchors"][offset["from"]])


def limit(kind: str, field: Mapping[str, Any]) -> str:
    """One limit of a reading with its unit."""
    return f"{number_text(field[kind])} {field['unit']}"


def roles(names: list[str]) -> str:
    """Who, in the order of the file."""
    return ", ".join(spoken()["roles"][name] for name in names)


def facts(checklist: Checklist, rule: Mapping[str, Any]) -> Facts:
    """All that a protocol says of one step; what it leaves open is left out."""
    shown = checklist.steps[rule["id"]]
    words, answer = _words(), rule["answer"]
    found = {
        ("who", ""): roles(rule["who"]) + (f" ({words['all_of_them']})" if rule["quorum"] == "all" else ""),
        ("answer", ""): words["answers"][answer["type"]],
        ("gate", ""): words["gates"][rule["gate"]] if rule["gate"] else "",
        ("marks", ""): words["marks"][rule["marks"]] if rule["marks"] else "",
        **dict(_answer(answer)),
        ("opens", ""): moment(rule["opens"]),
        ("due", ""): moment(rule["due"]),
        ("every", ""): _every(rule["every"]),
        ("fresh", ""): length(rule["fresh_minutes"]) if rule["fresh_minutes"] is not None else "",
        ("waivable", ""): words["yes"] if rule["waivable"] else "",
        ("capacity", ""): words["yes"] if rule["capacity"] else "",
        ("sees", ""): roles(shown["visible_to"]),
        ("source", ""): ", ".join(shown["source"]),
        **dict(_texts(checklist, rule["id"])),
    }
    return {fact: text for fact, text in found.items() if text}


def head_facts(checklist: Checklist) -> Facts:
    """What a protocol says of the whole day."""
    rules = checklist.rules
    found = {("observe", ""): moment(rules["observe"]), ("day_starts", ""): rules["hold"]["day_starts"]}
    found |= {("at_least", ""): length(rules["hold"]["at_least_minutes"])}
    for key in ("from", "last"):
        offset = {"from": "start", "minutes": rules["assume"][f"{key}_minutes"]}
        found[f"assume_{key}", ""] = moment(offset)
    found["languages", ""] = ", ".join(checklist.words)
    for language, words in checklist.words.items():
        for gate, said in words.get("gates", {}).items():
            found["gate_words", f"{_words()['gates'][gate]}, {language}"] = " ".join(said.values())
    return {**found, **{("name", language): words["title"] for language, words in checklist.words.items()}}


def label(fact: Fact) -> str:
    """What stands before a fact."""
    words = _words()["facts"]
    return f"{words[fact[0]]}: {fact[1]}" if fact[1] else str(words[fact[0]])


def _answer(answer: Mapping[str, Any]) -> Iterator[tuple[Fact, str]]:
    words = _words()
    for option in answer.get("options", ()):
        yield ("option", option["id"]), words["verdicts"][option["verdict"]]
    for item in answer.get("items", ()):
        yield ("item", item["id"]), words["wants"][item["want"]]
    for field in answer.get("fields", ()):
        yield ("range", field["id"]), f"{number_text(field['min'])} – {limit('max', field)}"
        for kind in ("stop_below", "stop_above", "never_below", "never_above"):
            if field[kind] is not None:
                yield (kind, field["id"]), limit(kind, field)
    if answer.get("latest_minutes") is not None:
        yield ("latest", ""), moment({"from": "start", "minutes": answer["latest_minutes"]})


def _every(every: Mapping[str, Any] | None) -> str:
    if every is None:
        return ""
    grace = length(every["grace_minutes"])
    return fill(_words()["every"], each=length(every["minutes"]), grace=grace)


def _texts(checklist: Checklist, step: str) -> Iterator[tuple[Fact, str]]:
    """The step's words in each language, then those that only one reader gets."""
    for language, words in checklist.words.items():
        own = words["steps"][step]
        yield from _said(own, language)
        for role, differing in own.get("for", {}).items():
            yield from _said(differing, f"{language}, {roles([role])}")


def _said(words: Mapping[str, Any], of: str) -> Iterator[tuple[Fact, str]]:
    for key in LONG:
        if key in words:
            yield (key, of), words[key]
    for name, text in words.get("answers", {}).items():
        yield ("label", f"{name}, {of}"), text
