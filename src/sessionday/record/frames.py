"""Draws curves into small frames, side by side: dots joined by a line, limits dashed."""

from itertools import pairwise

from fpdf import FPDF

from sessionday.record.curves import Curve
from sessionday.record.speech import Speech

HIGH, GAP, LEFT, TOP = 30.0, 6.0, 9.0, 6.0  # mm
LIMIT, INK = (170, 60, 40), (20, 70, 110)
MINUTE = 60_000


def draw(page: FPDF, speech: Speech, frames: list[list[Curve]]) -> None:
    """All frames in one row; nothing where nothing was read."""
    if not frames:
        return
    if page.will_page_break(HIGH + TOP + 16):
        page.add_page()
    page.ln(4)
    width, top = (page.epw - GAP * (len(frames) - 1)) / len(frames), page.get_y()
    for number, frame in enumerate(frames):
        _frame(page, speech, frame, page.l_margin + number * (width + GAP), top, width)
    page.set_xy(page.l_margin, top + TOP + HIGH + 5)
    page.set_font("body", size=7)
    page.cell(0, 4, speech.words["pdf"]["limit"], new_x="LMARGIN", new_y="NEXT")
    page.set_font("body", size=8.5)


class _Scale:
    """From instants and values to places on the page."""

    def __init__(self, frame: list[Curve], x: float, y: float, width: float) -> None:
        times = [t for curve in frame for t, _ in curve.points]
        values = [value for curve in frame for _, value in (*curve.points, *curve.limits)]
        self.since, self.until = min(times), max(max(times), min(times) + MINUTE)
        self.low, self.high = min(values) - 3, max(values) + 3
        self.left, self.width, self.top = x, width, y

    def at(self, t: int, value: float) -> tuple[float, float]:
        across = (t - self.since) / (self.until - self.since)
        up = (value - self.low) / (self.high - self.low)
        return self.left + 2 + across * (self.width - 4), self.top + HIGH * (1 - up)


def _frame(page: FPDF, speech: Speech, frame: list[Curve], x: float, y: float, width: float) -> None:
    page.set_font("body", size=7.5)
    page.text(x, y + 3, f"{', '.join(curve.label for curve in frame)} ({frame[0].unit})")
    scale = _Scale(frame, x + LEFT, y + TOP, width - LEFT)
    page.set_draw_color(190)
    page.rect(x + LEFT, y + TOP, width - LEFT, HIGH)
    page.set_font("body", size=6)
    for t, across in ((scale.since, x + LEFT), (scale.until, x + width - 7)):
        page.text(across, y + TOP + HIGH + 3, speech.local(t)[1][:5])
    for curve in frame:
        _limits(page, scale, curve)
        _points(page, scale, curve)
    _labels(page, scale, frame, x)
    page.set_draw_color(0)
    page.set_fill_color(0)


def _limits(page: FPDF, scale: _Scale, curve: Curve) -> None:
    page.set_draw_color(*LIMIT)
    page.set_dash_pattern(dash=0.8, gap=0.8)
    for t, value in curve.limits:
        across, down = scale.at(t, value)
        page.line(max(across - 2, scale.left), down, min(across + 2, scale.left + scale.width), down)
    page.set_dash_pattern()


def _points(page: FPDF, scale: _Scale, curve: Curve) -> None:
    page.set_draw_color(*INK)
    page.set_fill_color(*INK)
    places = [scale.at(*point) for point in curve.points]
    for (x1, y1), (x2, y2) in pairwise(places):
        page.line(x1, y1, x2, y2)
    for across, down in places:
        page.circle(across, down, 0.6, style="F")


def _labels(page: FPDF, scale: _Scale, frame: list[Curve], x: float) -> None:
    """Values beside the frame: limits first, then readings, each where there is still room."""
    limits = [(value, LIMIT) for curve in frame for _, value in curve.limits]
    read = [(value, INK) for curve in frame for _, value in curve.points]
    taken: list[float] = []
    for value, colour in (*limits, *read):
        down = scale.at(scale.since, value)[1] + 1
        if all(abs(down - other) > 2.4 for other in taken):
            page.set_text_color(*colour)
            page.text(x + 1, down, f"{value:g}")
            taken.append(down)
    page.set_text_color(0)
