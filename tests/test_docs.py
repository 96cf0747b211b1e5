"""The docs for people say what the screens say: words, addresses, files and commands are all there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessionday.app import ROUTES
from sessionday.protocols import load
from sessionday.words import WORDS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ("first_day.md", "support_person.md", "architecture.md")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def read(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text("utf-8").split())


@pytest.mark.parametrize("name", DOCS)
def test_what_the_docs_quote_stands_on_a_screen(name: str) -> None:
    shown = {*texts(WORDS["en"]), *texts(load("kap-lozenge").words)}
    # A title of ours may itself hold an apostrophe of the same kind.
    quoted = re.findall(r"‘((?:[^‘’]|’(?=\w))+)’", read(name))
    assert quoted or name == "architecture.md"
    assert [one for one in quoted if one not in shown and one != "these marks"] == []


@pytest.mark.parametrize("name", DOCS)
def test_the_addresses_and_files_that_the_docs_name_are_there(name: str) -> None:
    text = read(name)
    routes = [re.sub(r"\{\w+(:path)?\}", "…", route.path) for route in ROUTES]
    for address in re.findall(r"`(/[^`]*)`", text):
        assert address in routes, address
    for file in re.findall(r"`((?:src|static|templates|tests|docs)/[^`]*)`", text):
        assert (ROOT / file).exists(), file
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link


def test_the_first_day_has_ten_steps_and_the_commands_are_real() -> None:
    text = (ROOT / "docs" / "first_day.md").read_text("utf-8")
    assert re.findall(r"^\*\*(\d+)\. ", text, re.MULTILINE) == [str(number) for number in range(1, 11)]
    commands = re.findall(r"sessionday (\w+)", text.replace("sessionday serve`", "sessionday serve "))
    source = (ROOT / "src" / "sessionday" / "__main__.py").read_text("utf-8")
    assert set(commands) >= {"serve", "demo", "backup", "export", "verify"}
    assert all(f'"{command}"' in source for command in commands)


def test_the_six_lines_are_those_of_the_protocol() -> None:
    asked = load("kap-lozenge").words["en"]["steps"]["duties_accepted"]["answers"]
    assert re.findall(r"\d\. ‘(.*?)’(?= \d\.| On a day)", read("support_person.md")) == list(asked.values())


def test_the_drawing_runs_nothing_and_is_legible_in_the_dark() -> None:
    drawing = (ROOT / "docs" / "architecture.svg").read_text("utf-8")
    assert "<script" not in drawing
    assert "prefers-color-scheme: dark" in drawing
