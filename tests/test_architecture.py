"""The shape of the whole: who may import whom, how long a module may be, and what the README must still say truly."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sessionday.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sessionday"
DRIVERS = {"aiosqlite", "sqlite3", "asyncpg"}
# Room by room: what it may import of ours, and the one module each foreign package may be named in.
ROOMS = {
    "core": {"core"},
    "protocols": {"core", "protocols"},
    "store": {"core", "store", "words"},
    "words": {"words"},
    "web": {
        "core",
        "protocols",
        "record",
        "store",
        "web",
        "words",
        "settings",
        "zones",
        "band",
        "limits",
        "moved",
        "booking",
    },
    "record": {"core", "protocols", "record", "store", "words", "zones", "web"},  # of the web, its sentences alone
}
ONLY_IN = {
    "jinja2": {"web/rendering.py"},
    "itsdangerous": {"web/security.py"},
    "argon2": {"web/passphrases.py"},
    "aiosqlite": {"store/sqlite.py"},
    "asyncpg": {"store/postgres_connection.py"},
    "zoneinfo": {"zones.py"},
    "fpdf": {"record/pdf.py", "record/frames.py"},
    "uvicorn": {"serving.py"},
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def ours(pattern: str) -> list[Path]:
    """Static files that are written here: what stands under vendor/ is others'."""
    vendor = ROOT / "static" / "vendor"
    return [file for file in (ROOT / "static").rglob(pattern) if vendor not in file.parents]


def imports(file: Path) -> set[str]:
    """Every module that a file names, absolute."""
    package = ["sessionday", *file.relative_to(SOURCE).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            found.add(".".join([*base, node.module or ""]).strip("."))
    return found


def test_a_command_starts_without_what_only_the_server_needs() -> None:
    heavy = {"sessionday.app", "fpdf", "webauthn", "uvicorn", "jinja2"}
    asked = [sys.executable, "-c", "import sys, sessionday.__main__; print(*sys.modules)"]
    loaded = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert heavy & {*loaded} == set()


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_data_flows_one_way(file: Path) -> None:
    name = file.relative_to(SOURCE).as_posix()
    room = name.split("/")[0] if "/" in name else ""
    for found in imports(file):
        ours = found.split(".")[1] if found.startswith("sessionday.") else None
        if room and ours:
            assert ours in ROOMS[room], f"{name} must not import {found}"
            assert room != "record" or ours != "web" or found == "sessionday.web", f"{name} must not import {found}"
        outer = found.split(".")[0]
        assert name in ONLY_IN.get(outer, {name}), f"only {ONLY_IN[outer]} may import {outer}, not {name}"
        if outer in DRIVERS:
            assert room == "store", f"{name} must not know a database driver"


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_only_the_settings_read_the_environment(file: Path) -> None:
    if file.name != "settings.py":
        assert not re.search(r"\bos\.(environ|getenv)\b", file.read_text("utf-8"))


def test_no_module_is_too_long_to_read() -> None:
    files = [*modules(), *ours("*.js")]
    long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_module_says_why_it_exists() -> None:
    silent = [str(file) for file in modules() if not ast.get_docstring(ast.parse(file.read_text("utf-8")))]
    assert silent == []


def test_the_readme_lists_every_setting_and_no_other() -> None:
    table = re.findall(r"^\| `(SESSIONDAY_\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(VARIABLES.values())


def test_the_readme_names_only_files_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`((?:src|static|templates|tests|manifest|bench|docs|\.ci)/[\w./*-]*)`", readme))
    assert named
    missing = [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


def test_pages_ask_nobody_outside() -> None:
    for file in [
        *(ROOT / "templates").rglob("*.html"),
        *ours("*.js"),
        *ours("*.css"),
    ]:
        text = re.sub(r"http://www\.w3\.org/\S+", "", file.read_text("utf-8"))
        assert not re.search(r"""(src|href|import|from|url\()[^#\n]{0,12}["'(]https?://""", text), file


def test_no_word_is_asked_for_by_a_name_that_every_dict_has() -> None:
    """Jinja finds the method first: the page then shows a Python object."""
    names = "|".join(sorted(name for name in dir(dict) if not name.startswith("_")))
    for template in (ROOT / "templates").rglob("*.html"):
        inside = re.findall(r"\{[{%].*?[%}]\}", template.read_text("utf-8"), re.DOTALL)
        found = [one for one in inside if re.search(rf"\.({names})\b(?!\()", one)]
        assert found == [], template.name
