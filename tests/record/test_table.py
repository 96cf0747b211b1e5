"""The table: every entry as a row, readable by any spreadsheet, and nothing in it that one would run."""

import csv
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sessionday.record.table import inert, table

from .days import SAID

Json = dict[str, Any]
CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"
FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
EVIL = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u00a0=1+1", "\ufeff=1+1", "＝1+1",
    "＋1", "－1", "＠SUM(1)", "x;=1+1", "x;  =1+1", "x\t=1+1", "x\n=1+1", "x|=1+1",
    '=HYPERLINK("http://example.org","x")', "=cmd|' /C calc'!A0", "\u200b=1+1",
]  # fmt: skip
QUOTED = ['x","=1+1', '"=1+1']  # the quotes' doubling is enough


def rows_of(made: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(made.decode("utf-8-sig"), newline="")))


def test_it_is_as_rfc_4180_says_with_a_mark_for_utf_8(record: Json) -> None:
    made = table(record)
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.endswith(b"\r\n")
    rows = rows_of(made)
    assert {len(row) for row in rows} == {12}
    assert len(rows) == 1 + len(record["entries"])


def test_each_row_says_who_when_and_what(record: Json) -> None:
    head, *rows = rows_of(table(record))
    said = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["hash"] for row in said] == [entry["hash"] for entry in record["entries"]]
    assert {"Győző", "Zofia Wójcik", "Łucja", "Dr. Nuñez"} >= {row["name"] for row in said}
    dose = next(row for row in said if row["step"] == "Dose given")
    assert (dose["date"], dose["time"], dose["verdict"]) == ("2026-12-01", "10:00:00", "ok")
    assert any(row["reason"] == "Read by ear, 128/80." for row in said)
    assert any(row["answer"] == f"'{SAID}" for row in said)


@pytest.mark.parametrize("text", EVIL)
def test_what_could_be_a_formula_is_made_inert_and_stays_readable(text: str) -> None:
    assert inert(text) != text
    assert inert(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", ["", "well", "110/65", "a - b", "1,-2", "‘-’", "it’s = fine", "2026-12-01", "no;yes"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize("separator", [44, 59], ids=["comma", "semicolon"])
def test_a_real_spreadsheet_finds_no_formula(spravato: Json, tmp_path: Path, separator: int) -> None:
    """Even one that is asked to look for formulas, and one that takes semicolons for the separator."""
    entries = [
        {**spravato["entries"][-1], "seq": n, "answer": text, "kind": "answer"}
        for n, text in enumerate(EVIL + QUOTED, 1)
    ]
    assert converted(tmp_path, table({**spravato, "entries": entries}), separator) == []


def test_the_spreadsheet_would_have_found_them(tmp_path: Path) -> None:
    """So that the test above says something."""
    assert converted(tmp_path, "\r\n".join(f'"{text}"' for text in EVIL[:3]).encode(), 44) == ["of:=1+1"]


def converted(folder: Path, made: bytes, separator: int) -> list[str]:
    """The formulas that LibreOffice finds, where it is asked to evaluate them."""
    assert shutil.which("soffice"), "there is no LibreOffice: `python3 -m tests` installs it"
    file = folder / "record.csv"
    file.write_bytes(made)
    command = [
        "soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile",
        f"--infilter=CSV:{separator},34,76,1,,1033,false,false,false,false,false,-1,true",
        "--convert-to", "fods", "--outdir", str(folder), str(file),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = ElementTree.parse(next(folder.glob("*.fods")))
    assert len(list(found.iter(CELL))) > 2
    return [cell.attrib[FORMULA] for cell in found.iter(CELL) if FORMULA in cell.attrib]
