"""The stand-alone verifier, as somebody runs it who has nothing but a file and Python."""

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sessionday.record.file import verify_file
from sessionday.store import chain
from sessionday.web.record import VERIFIER

Json = dict[str, Any]


def checked(file: Path, *more: str) -> tuple[int, str]:
    """Isolated: neither this project nor any package can be imported."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), str(file), *more], capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def written(folder: Path, record: Json) -> Path:
    file = folder / "record.json"
    file.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    return file


def changed_answer(record: Json) -> None:
    record["entries"][3]["answer"] = "never said"


def changed_time(record: Json) -> None:
    record["entries"][3]["t"] += 1


def dropped(record: Json) -> None:
    del record["entries"][5]


def last_dropped(record: Json) -> None:
    record["entries"].pop()
    record["session"]["seq"] -= 1


def reordered(record: Json) -> None:
    record["entries"][4], record["entries"][5] = record["entries"][5], record["entries"][4]


def inserted(record: Json) -> None:
    record["entries"].insert(4, copy.deepcopy(record["entries"][4]))


def changed_head(record: Json) -> None:
    record["session"]["head"] = "0" * 64


def another_session(record: Json) -> None:
    record["session"]["id"] = "another"


TAMPERINGS: dict[Callable[[Json], None], str] = {
    changed_answer: "Entry 4: its answer, reason or extra was changed",
    changed_time: "Entry 4 does not follow",
    dropped: "Entry 6 carries the number 7",
    last_dropped: "not the head of the chain",
    reordered: "Entry 5 carries the number 6",
    inserted: "Entry 6 carries the number 5",
    changed_head: "not the head of the chain",
    another_session: "Entry 1 does not follow",
}


def test_a_whole_record_holds(record: Json, tmp_path: Path) -> None:
    code, said = checked(written(tmp_path, record), record["session"]["head"])
    assert (code, "The chain holds" in said, record["session"]["head"] in said) == (0, True, True)
    assert f"{record['session']['seq']} entries" in said


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda one: one.__name__)
def test_each_kind_of_tampering_is_told(spravato: Json, tmp_path: Path, tamper: Callable[[Json], None]) -> None:
    record = copy.deepcopy(spravato)
    tamper(record)
    file = written(tmp_path, record)
    code, said = checked(file)
    assert code == 1
    assert TAMPERINGS[tamper] in said
    assert "holds" not in said
    assert verify_file(file) != []


def test_a_record_made_anew_from_its_first_entry_is_found_by_the_head_that_others_hold(
    spravato: Json, tmp_path: Path
) -> None:
    record, previous = copy.deepcopy(spravato), sha256(spravato["session"]["id"].encode()).hexdigest()
    record["entries"][0]["answer"] = 5
    for entry in record["entries"]:
        public = {key: entry[key] for key in chain.PUBLIC if key != "content_hash"}
        private = {key: entry[key] for key in chain.PRIVATE}
        entry["content_hash"], entry["hash"] = chain.link(previous, public, private, entry["salt"])
        previous = entry["hash"]
    record["session"]["head"] = previous
    file = written(tmp_path, record)
    assert checked(file)[0] == 0
    code, said = checked(file, spravato["session"]["head"])
    assert (code, "not the one you gave" in said) == (1, True)


def test_private_parts_can_be_taken_out_and_the_rest_still_checked(spravato: Json, tmp_path: Path) -> None:
    record = copy.deepcopy(spravato)
    for key in ("salt", *chain.PRIVATE):
        del record["entries"][2][key]
    code, said = checked(written(tmp_path, record))
    assert (code, "1 entries had their private parts taken out" in said) == (0, True)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"session": 1, "entries": []}', '{"session": {}, "entries": [1]}', "é"]
)
def test_what_is_no_record_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text, "latin-1")
    code, said = checked(file)
    assert (code, "Traceback" in said, "no record" in said) == (2, False, True)


def test_it_stands_alone_and_is_short() -> None:
    text = VERIFIER.read_text("utf-8")
    assert len(text.splitlines()) < 150
    tree = ast.walk(ast.parse(text))
    imported = {name for node in tree for name in names_of(node)}
    assert imported == {"hashlib", "json", "sys", "typing"}


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
