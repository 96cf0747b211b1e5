"""Finding protocols: built-in ones by name, others as files, and plain words where there is none."""

from pathlib import Path

import pytest

from sessionday.protocols import ProtocolError, load, names

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")


def said_of(name: str) -> str:
    with pytest.raises(ProtocolError) as caught:
        load(name)
    return str(caught.value)


def test_built_in_protocols_are_found_by_name() -> None:
    assert "kap-lozenge" in names()
    assert all(load(name).id == name for name in names())


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    assert load(str(tmp_path / "small.yaml")).id == "small"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8-sig")
    assert load(str(tmp_path / "small.yaml")).id == "small"


def test_an_unknown_name_is_told_with_the_nearest_and_all_there_are() -> None:
    said = said_of("kap-lozange")
    assert "there is no protocol of that name; did you mean ‘kap-lozenge’?" in said
    assert f"there are: {', '.join(names())}" in said


@pytest.mark.parametrize("name", ["", "nothing/here.yaml", "here.yaml", "x\x00.yaml", "/", "y" * 5000 + ".yaml"])
def test_what_can_not_be_read_is_told_in_words(name: str) -> None:
    assert "can't be read" in said_of(name) or "there is no protocol" in said_of(name)


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_bytes(b"\xff\xfe\x00")
    assert "the file is not text in UTF-8" in said_of(str(tmp_path / "small.yaml"))


def test_a_mistake_in_a_file_carries_the_files_name(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.replace("quorum: all", "quorum: 2"), encoding="utf-8")
    assert said_of(str(path)).startswith(f"{path}:")
