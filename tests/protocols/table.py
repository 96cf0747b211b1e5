"""`python -m tests.protocols.table` writes docs/protocols.md: each row of the clinical ground, and where it went."""

from pathlib import Path

from .built_in import NAMES, BuiltIn, built_in

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocols.md"
INTRO = """# Where each row of the clinical ground went

Made by `python -m tests.protocols.table`; `tests/protocols/test_table.py` holds it true. K are the rows of a day of
assisted psychotherapy, S those of the nasal spray under its risk programme. A cell names the steps of that protocol
that come from the row, or says why there is none. Every number in a protocol is a default until the clinic's prescriber
has confirmed it.
"""


def cell(protocol: BuiltIn, row: str) -> str:
    steps = [f"`{id}`" for id, shown in protocol.shown.items() if row in shown["source"]]
    said = [f"*{protocol.reasons[row]}*"] if row in protocol.reasons else []
    return "<br>".join([*said, ", ".join(steps)] if steps else said)


def table(protocols: list[BuiltIn]) -> str:
    lines = [f"| row | asks for | {' | '.join(each.name for each in protocols)} |"]
    lines.append("| --- " * (len(protocols) + 2) + "|")
    for row, asks in protocols[0].rows.items():
        lines.append(f"| {row} | {asks} | {' | '.join(cell(each, row) for each in protocols)} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    every = [built_in(name) for name in NAMES]
    kap = [each for each in every if each.name != "spravato"]
    rems = [each for each in every if each.name == "spravato"]
    return "\n".join((INTRO, "## Assisted psychotherapy\n", table(kap), "## Nasal spray\n", table(rems)))


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
