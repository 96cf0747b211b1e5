"""One row of what is measured: a piece of work held against a peer that did the same beside it, in one run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` has one number a round, ours to the peer's in the sense that `work` names (where it holds other than
    ratios, such as ms or bytes, `unit` says so). `note` has the plain figures behind it, in a few words."""

    work: str
    peer: str
    ratio: Sequence[float]
    target: str = ""
    prototype: str = ""
    note: str = ""
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the median keeps a target that is written ‘≥ 3’ or ‘≤ 100 ms’; None where there is none."""
        sign, _, rest = self.target.partition(" ")
        if sign not in ("≥", "≤") or not self.ratio:
            return None
        wanted = float(rest.split()[0].replace(",", ""))
        return median(self.ratio) >= wanted if sign == "≥" else median(self.ratio) <= wanted


def as_row(given: Row | Mapping[str, Any]) -> Row:
    """A row, also from the plain dict that some measurements return."""
    return given if isinstance(given, Row) else Row(**given)


def spread(found: Sequence[float], unit: str = "") -> str:
    """The median, and from where to where it went."""
    if not found:
        return "not measured"
    told = figure(median(found)) + (f" {unit}" if unit else "")
    return told if len(found) < 2 else f"{told} [{figure(min(found))} to {figure(max(found))}]"


def figure(number: float) -> str:
    """Three digits that count, and never an exponent."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}" if abs(number) >= 0.001 else f"{number:.5f}"


def lines(rows: Iterable[Row]) -> list[str]:
    """The rows as a Markdown table."""
    made = ["| work | peer | ratio | target | prototype | figures |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        mark = {True: "", False: " **missed**", None: ""}[row.met]
        cells = [row.work, row.peer, spread(row.ratio, row.unit), row.target + mark, row.prototype, row.note]
        made.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return made
