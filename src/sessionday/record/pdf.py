"""The record to print: the sections of the page, with the readings drawn. The same record gives the same bytes."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF, FontFace
from fpdf.fonts import TTFFont

from sessionday.record.curves import curves
from sessionday.record.frames import draw
from sessionday.record.sections import Section, sections
from sessionday.record.speech import Speech
from sessionday.web import telling

FONTS = Path(__file__).with_name("fonts")
LETTER_ZONES = ("America/", "US/", "Canada/", "Pacific/Honolulu")
MARGIN = 16.0  # mm
WIDTHS = {
    "gates": (26, 14, 12, 48), "timeline": (22, 14, 22, 42), "readings": (22, 22, 41, 15), "waives": (22, 18, 26, 34),
    "alerts": (21, 11, 30, 22, 16), "aside": (21, 13, 26, 40), "arrangements": (24, 18, 58), "accesses": (24, 18, 58),
    "addenda": (22, 14, 22, 42),
}  # fmt: skip
PAIR = (26, 74)
LONGEST, WIDE = 24, 60  # lines of one row, and letters of one line: what surely fits on a page


def pdf(record: Mapping[str, Any]) -> bytes:
    """The whole record, on Letter where that is what printers hold, else on A4."""
    speech = Speech(record)
    page = Printed(speech)
    page.add_page()
    page.heading(speech.words["title"], 18)
    for section in sections(record):
        page.section(section)
        if section.id == "readings":
            draw(page, speech, curves(speech))
    return bytes(page.output())


class Printed(FPDF):
    """Pages that each say whose they are, of which day, and how many there are."""

    def __init__(self, speech: Speech) -> None:
        clinic = speech.record["clinic"]
        super().__init__(format="letter" if clinic["zone"].startswith(LETTER_ZONES) else "a4")
        self.speech = speech
        self.set_creation_date(datetime.fromtimestamp(speech.record["exported_at"] / 1000, UTC))
        self.set_title(speech.words["title"])
        self.set_lang("en")
        self.add_font("body", "", FONTS / "DejaVuSans.ttf")
        self.add_font("body", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.known = frozenset(cast(TTFFont, self.fonts["body"]).cmap)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 4)
        self.set_font("body", size=8.5)

    def header(self) -> None:
        """Whose, and which day."""
        record = self.speech.record
        day = self.speech.when(record["session"]["start"])
        said = telling.fill(self.speech.words["pdf"]["head"], client=record["session"]["client"], day=day)
        self._edge(said, record["clinic"]["name"])
        self.ln(9)

    def footer(self) -> None:
        """Which page of how many, and the chain's head, so that no leaf can be put among another record's."""
        self.set_y(-MARGIN)
        words = self.speech.words["pdf"]
        head = self.speech.record["session"]["head"][:16]
        self._edge(f"{head}…", telling.fill(words["page"], page=self.page_no(), pages="{nb}"))

    def _edge(self, left: str, right: str) -> None:
        self.set_font("body", size=8)
        self.set_text_color(90)
        self.cell(self.epw * 0.6, 5, self.printable(left)[:80])
        self.cell(0, 5, self.printable(right)[:60], align="R")
        self.set_text_color(0)

    def heading(self, text: str, size: float) -> None:
        """Kept together with what follows."""
        if self.will_page_break(30):
            self.add_page()
        self.set_font("body", "B", size)
        self.cell(0, size * 0.6, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)
        self.set_font("body", size=8.5)

    def section(self, section: Section) -> None:
        """A heading over a table, or over the sentence that there is nothing."""
        self.ln(4)
        self.heading(section.title, 12)
        if not section.rows:
            self.cell(0, 5, section.empty, new_x="LMARGIN", new_y="NEXT")
            return
        rows = [piece for row in section.rows for piece in self._pieces(row)]
        widths = WIDTHS.get(section.id, PAIR)
        shape = {"borders_layout": "HORIZONTAL_LINES", "line_height": 4.2, "text_align": "LEFT", "padding": 0.8}
        self.set_draw_color(190)
        bold = FontFace(emphasis="BOLD", fill_color=240)
        with self.table(
            col_widths=widths, headings_style=bold, first_row_as_headings=bool(section.columns), v_align="TOP", **shape
        ) as table:
            for row in [section.columns, *rows] if section.columns else rows:
                table.row(row)

    def _pieces(self, row: list[str]) -> Iterator[list[str]]:
        """A row as one, or as several where a cell is longer than a page may hold."""
        cells = [[*self._lines(cell)] or [""] for cell in row]
        for at in range(0, max(len(cell) for cell in cells), LONGEST):
            yield ["\n".join(cell[at : at + LONGEST]) for cell in cells]

    def _lines(self, cell: str) -> Iterator[str]:
        for line in self.printable(cell).split("\n"):
            if len(line) <= WIDE * 8:
                yield line
            else:
                yield from (line[at : at + WIDE] for at in range(0, len(line), WIDE))

    def printable(self, text: str) -> str:
        """`text` with what the font has not got named by its number, so that nothing is left out without a trace."""
        composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        return "".join(one if one == "\n" or ord(one) in self.known else f"[U+{ord(one):04X}]" for one in composed)
