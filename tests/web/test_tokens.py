"""The tokens hold what they promise: 7:1 for every pair that carries text, in each scheme; signs without colour."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "css" / "day.css").read_text("utf-8")
SIGNS = (Path(__file__).parents[2] / "static" / "icons" / "signs.svg").read_text("utf-8")
TEXT = 7.0  # WCAG 2.2, 1.4.6 (AAA)
EDGE = 3.0  # 1.4.11: what shows where a control is
SURFACES = ("paper", "sheet")
PAIRS = [
    *product(("ink", "soft", "deep", "good", "stop"), SURFACES),
    ("warn", "sheet"),
    *((ink, f"{ink}-back") for ink in ("deep", "good", "warn", "stop")),
    *product(("ink", "soft", "deep"), ("good-back",)),
    ("ink", "deep-back"),
    ("deep-ink", "deep"),
    ("stop-ink", "stop"),
]


def tokens(selector: str) -> dict[str, str]:
    """The colours that stand in the first rule of a selector."""
    body = CSS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", body))


LIGHT = tokens(":root")
SCHEMES = {
    "light": LIGHT,
    "dark": LIGHT | tokens("@media screen and (prefers-color-scheme: dark) {\n    :root"),
    "dim": LIGHT | tokens(':root[data-scheme="dim"]'),
}


def light(colour: str) -> float:
    """Relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_that_carries_text_is_at_seven_to_one(scheme: str) -> None:
    known = SCHEMES[scheme]
    low = {f"{ink} on {back}": round(contrast(known[ink], known[back]), 2) for ink, back in PAIRS}
    assert {pair: found for pair, found in low.items() if found < TEXT} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_edge_of_a_control_can_be_seen(scheme: str) -> None:
    known = SCHEMES[scheme]
    assert all(contrast(known["edge"], known[surface]) >= EDGE for surface in SURFACES)


def test_each_scheme_has_colours_of_its_own() -> None:
    assert len({known["paper"] for known in SCHEMES.values()}) == 3


def test_nothing_in_the_dim_scheme_is_white() -> None:
    assert max(light(colour) for colour in tokens(':root[data-scheme="dim"]').values()) < 0.55


def test_each_status_has_a_sign_of_its_own_and_the_strip_has_it() -> None:
    rules = re.findall(r'\[data-status="([a-z]+)"\]\)? \.item-note::before \{ --sign: (\d+)', CSS)
    used = dict(rules)
    assert len(set(used.values())) == len(used) >= 8
    rows = SIGNS.count("<g ")
    assert all(int(row) < rows for row in re.findall(r"--sign: (\d+)", CSS))
    assert f'viewBox="0 0 24 {24 * rows}"' in SIGNS
