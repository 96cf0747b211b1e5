"""Two versions of a protocol side by side: by what they mean, and then by their text."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher, unified_diff

from sessionday.protocols import Checklist
from sessionday.web.protocol_words import Facts, facts, head_facts, label


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reads otherwise: empty where it was, or is, not said."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole day's numbers, then steps by their titles; `changed` and `moved` in the order of the later version."""

    whole: list[Change] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    changed: list[tuple[str, list[Change]]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.whole or self.added or self.removed or self.moved or self.changed)


def compared(before: Checklist, after: Checklist) -> Comparison:
    """By step ids: a step that got another id was removed, and another added."""
    old, new = ({step["id"]: step for step in one.rules["steps"]} for one in (before, after))
    changed = [(id, changes(facts(before, old[id]), facts(after, new[id]))) for id in new if id in old]
    return Comparison(
        whole=changes(head_facts(before), head_facts(after)),
        added=[_title(after, id) for id in new if id not in old],
        removed=[_title(before, id) for id in old if id not in new],
        moved=[_title(after, id) for id in _moved(before, after)],
        changed=[(_title(after, id), found) for id, found in changed if found],
    )


def changes(before: Facts, after: Facts) -> list[Change]:
    """What reads otherwise, in the order of the later facts, and then what is gone."""
    keys = dict.fromkeys([*after, *before])
    differing = [key for key in keys if before.get(key) != after.get(key)]
    return [Change(label(key), before.get(key, ""), after.get(key, "")) for key in differing]


def text_changes(before: str, after: str) -> str:
    """The lines that differ, as programmers read them."""
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))


def _moved(before: Checklist, after: Checklist) -> list[str]:
    """Steps of both that stand elsewhere among the others, or in another part."""
    old, new = ([step["id"] for step in one.rules["steps"]] for one in (before, after))
    old, new = [id for id in old if id in new], [id for id in new if id in old]
    stayed: set[str] = set()
    for block in SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks():
        stayed.update(new[block.b : block.b + block.size])
    return [id for id in new if id not in stayed or before.steps[id]["part"] != after.steps[id]["part"]]


def _title(checklist: Checklist, id: str) -> str:
    return str(next(iter(checklist.words.values()))["steps"][id]["title"])
