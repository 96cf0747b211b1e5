"""The core reads nothing but what it is given, and its two halves are laid out alike."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = sorted((ROOT / "src" / "sessionday" / "core").glob("*.py"))
JAVASCRIPT = sorted((ROOT / "static" / "js" / "core").glob("*.js"))

IMPURE = {"os", "time", "random", "asyncio", "logging", "sqlite3", "urllib"}
NOT_STORED = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
BROWSER = r"\b(document|window|globalThis|self|fetch|navigator|localStorage|indexedDB|process|Date|Math\.random)\b"

# Checklists are compiled on the server alone, so refusing one has no twin.
ONLY_IN_PYTHON = {"__init__", "protocol", "form", "openings"}


def test_there_is_a_core_to_look_at() -> None:
    assert len(PYTHON) > 5
    assert len(JAVASCRIPT) > 5


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: file.stem)
def test_python_imports_only_itself_and_what_is_pure(file: Path) -> None:
    for level, name in imports(ast.parse(file.read_text())):
        top = name.split(".")[0]
        assert level == 1 or (level == 0 and top in sys.stdlib_module_names - IMPURE), name


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: file.stem)
def test_python_asks_no_clock_and_touches_nothing(file: Path) -> None:
    tree = ast.parse(file.read_text())
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"open", "print", "input", "exec", "eval", "__import__"}
    assert not {name for name in called if name.endswith(tuple(NOT_STORED))}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal)]


@pytest.mark.parametrize("file", JAVASCRIPT, ids=lambda file: file.stem)
def test_javascript_imports_only_its_neighbours_and_no_browser(file: Path) -> None:
    source = file.read_text()
    for target in re.findall(r"""(?:from|import)\s*\(?\s*["']([^"']+)""", source):
        assert re.fullmatch(r"\./\w+\.js", target), target
    assert not re.findall(BROWSER, without_comments(source))


def test_both_halves_have_the_same_files() -> None:
    assert {file.stem for file in PYTHON} - ONLY_IN_PYTHON == {file.stem for file in JAVASCRIPT}


@pytest.mark.parametrize("file", JAVASCRIPT, ids=lambda file: file.stem)
def test_both_halves_have_the_same_functions_in_the_same_order(file: Path) -> None:
    twin = ROOT / "src" / "sessionday" / "core" / f"{file.stem}.py"
    functions = [node.name for node in ast.parse(twin.read_text()).body if isinstance(node, ast.FunctionDef)]
    found = re.findall(r"^(?:export )?(?:async )?function\*? (\w+)", file.read_text(), flags=re.MULTILINE)
    assert found == [camel_case(name) for name in functions]


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/", "", re.sub(r"^\s*//.*$|\s// .*$", "", source, flags=re.MULTILINE), flags=re.DOTALL)


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
