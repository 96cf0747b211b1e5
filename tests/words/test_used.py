"""No text is kept that nobody asks for, and nobody asks for one that is not there."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, nodes

from sessionday.words import WORDS
from tests.words.test_languages import texts

ROOT = Path(__file__).parents[2]
CODE = "\n".join(
    file.read_text("utf-8")
    for folder, ending in (("src/sessionday", "*.py"), ("templates", "*.html"), ("static/js", "*.js"))
    for file in (ROOT / folder).rglob(ending)
)
NAMED = set(re.findall(r"[A-Za-z_]\w*", CODE))


def test_every_text_is_named_by_what_tells_it() -> None:
    """Its key is named somewhere; or it is one of several, chosen by data, and the key above is named."""
    unused = []
    for path, _ in texts(WORDS["en"]):
        keys = [key for key in path.split(".")[1:] if key and not key.isdecimal()]
        if not any(map(is_named, keys[-2:])) or not all(is_named(key) for key in keys[:-1]):
            unused.append(path)
    assert unused == []


def is_named(key: str) -> bool:
    """Whether the code has it, whole or put together of a part that it has and one that is data."""
    pieces = key.split("_")
    heads = ("_".join(pieces[:at]) + "_" for at in range(1, len(pieces)))
    tails = ("_" + "_".join(pieces[at:]) for at in range(1, len(pieces)))
    return (
        key in NAMED
        or any(f"{head}{{" in CODE or f"{head}${{" in CODE for head in heads)
        or any(f"}}{tail}" in CODE for tail in tails)
    )


def test_every_text_that_a_template_asks_for_is_there() -> None:
    environment = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True)
    missing = []
    for name in environment.list_templates():
        tree = environment.parse((ROOT / "templates" / name).read_text("utf-8"))
        for found in tree.find_all((nodes.Getattr, nodes.Getitem)):
            path = _path(found)
            if path and not _is_there(path):
                missing.append(f"{name}: {'.'.join(path)}")
    assert missing == []


def _path(node: nodes.Node) -> list[str]:
    """w.a.b as [a, b]; empty for anything else."""
    keys: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            keys.insert(0, node.attr)
        elif isinstance(node.arg, nodes.Const):
            keys.insert(0, str(node.arg.value))
        else:
            keys = []
        node = node.node
    return keys if isinstance(node, nodes.Name) and node.name == "w" else []


def _is_there(path: list[str]) -> bool:
    found = WORDS["en"]
    for key in path:
        if not isinstance(found, dict):
            return hasattr(found, key)
        if key not in found:
            return hasattr(found, key) and key in ("items", "values", "keys")
        found = found[key]
    return True
