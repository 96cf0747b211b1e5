"""A reason that stays for good names nobody, however a name is spelt."""

import pytest

from sessionday.web.named import names_any


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Sam", "sam wants it"), ("Sam", "Sams wish"), ("Sam", "Sam’s wish"), ("Sam", "the Sam-record"),
        ("Sam", "see Sam_2026"), ("Sam", "(SAM)"), ("Alex", "Alexes file"),
        ("Mary Ann", "Mary Ann asked"), ("Mary Ann", "Mary-Ann asked"), ("Mary Ann", "MaryAnn asked"),
        ("Mary Ann", "for Ann"), ("Anne Marie", "so said Marie"), ("Anne-Marie", "Anne Marie said so"),
        ("AnneMarie", "Anne Marie said so"), ("O'Neil", "O’Neil asked"), ("O'Neil", "O Neil asked"),
        ("O'Neil", "ONeil asked"), ("O'Neil", "Mr Neil asked"), ("José", "JOSE asked"), ("Álex", "alex asked"),
        ("Zoe\u0308", "Zoë asked"), ("Weiß", "Weiss wants it"), ("J. Smith", "Smith wants it"),
        ("王芳", "应王芳要求"), ("Иван", "по просьбе Ивана"), ("राम", "राम ने कहा"), ("さくら", "さくらさんの希望"),
        ("سام", "بطلب لسام"),
    ],
)  # fmt: skip
def test_a_name_is_found(name: str, text: str) -> None:
    assert names_any(text, ["", name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Sam", "The same law of the place asks for it."), ("Ann", "An annual review"), ("O'Neil", "O yes"),
        ("J. Smith", "J"), ("", "The client asked."), ("  ", "The client asked."), ("'", "It isn't needed."),
        ("Иван", "по закону"),
    ],
)  # fmt: skip
def test_what_names_nobody_is_taken(name: str, text: str) -> None:
    assert not names_any(text, [name])
