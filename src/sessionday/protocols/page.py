"""One YAML file being read: its nodes, read as what was asked for, and every problem noted with its line.

Scalars are read as written, not as YAML guesses them, so that a plain yes stays a word. Nothing here knows protocols.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import yaml

from .checklist import Problem

_NULL = "tag:yaml.org,2002:null"
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)
_LOOK = "; look here and just above for a bracket, a quote or a colon that is missing"
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Page:
    """Where problems are noted; `step` is the step being read. Readers return None for what they complained about."""

    file: str
    step: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def in_step(self, step: str | None) -> "Page":
        return replace(self, step=step)

    def say(self, at: yaml.Node | int, message: str) -> None:
        line = at if isinstance(at, int) else line_of(at)
        self.problems.append(Problem(self.file, line, self.step, message))

    def parse(self, text: str) -> yaml.Node | None:
        """The file's root node; None, with the problem noted, for what is not YAML."""
        try:
            root = yaml.compose(text, Loader=_NoAliases)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = f"this is not YAML: {error.problem or error.context}"
            self.say(
                mark.line + 1 if mark else 1, said if isinstance(error, yaml.composer.ComposerError) else said + _LOOK
            )
        except yaml.YAMLError as error:
            self.say(1, f"this is not YAML: {str(error).splitlines()[0]}")
        except RecursionError:
            self.say(1, "this is nested too deeply to be a protocol; begin again from one that works")
        else:
            if root is None:
                self.say(1, "the file is empty; a protocol begins with ‘id:’")
            return root
        return None

    def mapping(self, node: yaml.Node, what: str, known: Collection[str] | None = None) -> dict[str, yaml.Node]:
        """The values of a mapping by key, without nulls. `known` are the keys there may be (None: any)."""
        if not isinstance(node, yaml.MappingNode):
            self.say(node, f"{what} must be a mapping (‘key: value’), {_is(node)}")
            return {}
        seen: dict[str, yaml.Node] = {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.say(key, f"a key of {what} must be a word, {_is(key)}")
            elif key.value in seen:
                lines = f"in line {line_of(seen[key.value])} and line {line_of(key)}"
                self.say(key, f"{what} has ‘{key.value}’ twice: {lines}; keep one")
            elif known is not None and key.value not in known:
                seen[key.value] = key
                self.say(key, f"unknown key ‘{key.value}’ in {what}{suggest(key.value, known)}")
            else:
                seen[key.value] = key
                if value.tag != _NULL:
                    found[key.value] = value
        return found

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.say(node, f"{what} must be a list, {_is(node)}")
            return []
        return list(node.value)

    def peek(self, node: yaml.Node, wanted: str) -> yaml.Node | None:
        """The value of one key, with no complaint about anything."""
        return next((value for key, value in _pairs(node) if key == wanted and value.tag != _NULL), None)

    def nulls(self, node: yaml.Node) -> list[str]:
        """The keys with nothing behind their colon."""
        return [key for key, value in _pairs(node) if value.tag == _NULL]

    def need(self, found: Collection[str], keys: Iterable[str], parent: yaml.Node, what: str) -> bool:
        """Whether all `keys` were found; notes each that is missing. (`mapping` complains of what is none.)"""
        missing = [key for key in keys if key not in found]
        if isinstance(parent, yaml.MappingNode):
            for key in missing:
                empty = key in self.nulls(parent)
                self.say(
                    parent,
                    f"‘{key}’ of {what} is empty; write it" if empty else f"{what} lacks the key ‘{key}’; add it",
                )
        return not missing

    def text(self, node: yaml.Node, what: str) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self.say(node, f"{what} must be text, {_is(node)}")
        elif node.tag == _NULL or not node.value.strip():
            self.say(node, f"{what} is empty; write its text")
        else:
            return str(node.value).strip()
        return None

    def texts(self, node: yaml.Node, what: str) -> list[str]:
        """A list of texts; a single text will do for a list of one."""
        nodes = [node] if isinstance(node, yaml.ScalarNode) else self.items(node, what)
        return [text for text in (self.text(each, f"each of {what}") for each in nodes) if text is not None]

    def one_of(self, node: yaml.Node, what: str, allowed: Collection[str]) -> str | None:
        word = self.text(node, what)
        if word is None or word in allowed:
            return word
        near = suggest(word, allowed)
        self.say(node, f"{what} can't be ‘{word}’{f'{near} It' if near else '; it'} is one of: {', '.join(allowed)}")
        return None

    def some_of(self, node: yaml.Node, what: str, allowed: Collection[str]) -> list[str]:
        nodes = [node] if isinstance(node, yaml.ScalarNode) else self.items(node, what)
        words = [word for word in (self.one_of(each, f"each of {what}", allowed) for each in nodes) if word]
        if len(set(words)) < len(words):
            self.say(node, f"{what} names one twice; name each once")
        elif not nodes and isinstance(node, yaml.SequenceNode):
            self.say(node, f"{what} is empty; name at least one of: {', '.join(allowed)}")
        return words

    def flag(self, node: yaml.Node, what: str) -> bool:
        word = self.text(node, what)
        if word is not None and word not in _FLAGS:
            self.say(node, f"{what} must be true or false, not ‘{word}’")
        return _FLAGS.get(word or "", False)

    def number(self, node: yaml.Node, what: str) -> int | float | None:
        word = self.text(node, what)
        if word is None:
            return None
        if not _NUMBER.fullmatch(word):
            self.say(node, f"{what} must be a number, such as 120, not ‘{word}’")
            return None
        return float(word) if "." in word else int(word)


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def suggest(word: str, allowed: Collection[str]) -> str:
    """‘; did you mean ‘waivable’?’, or nothing where no word is near."""
    near = get_close_matches(word[:80], allowed, n=1)
    return f"; did you mean ‘{near[0]}’?" if near else ""


def _pairs(node: yaml.Node) -> list[tuple[str, yaml.Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(str(key.value), value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _is(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"not ‘{node.value[:60]}’" if node.value else "but nothing is there"
    return "not a mapping" if isinstance(node, yaml.MappingNode) else "not a list"


class _NoAliases(yaml.SafeLoader):
    """Without `*aliases`: a file of ten lines could otherwise unfold without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (‘*name’) are not used here; write it out", mark)
        return super().compose_node(parent, index)
