"""`python -m tests.components` writes docs/components.html: every component in every state, by the real partials."""

from collections.abc import Iterator
from pathlib import Path

from sessionday.web.rendering import Pages
from tests.components.day import of_the_day
from tests.components.desk import of_the_desk
from tests.components.phone import around_the_day
from tests.components.seats import Component

DOCUMENT = Path(__file__).parents[2] / "docs" / "components.html"
LISTS = {"A step in the list": '<div class="steps"><ul>{}</ul></div>', "An alert": '<ul class="alerts">{}</ul>'}
BROAD = ("The way through a day", "The time-out")


def every_state() -> Iterator[Component]:
    """Each component in each state."""
    yield from of_the_day()
    yield from around_the_day()
    yield from of_the_desk()


def piece(one: Component, drawn: str) -> str:
    """A component with its heading, in the list that it belongs to."""
    inside = LISTS.get(one.name, "{}").replace("{}", drawn)
    kind = "piece broad" if one.name in BROAD else "piece"
    return f'<section class="{kind}"><h3>{one.name}: {one.state}</h3>\n{inside}</section>\n'


def document() -> str:
    """The page: ids are made the same in every run, so that a change of it is a change of a component."""
    pages = Pages("build", "https://clinic.example")
    drawn: dict[str, list[str]] = {}
    for one in every_state():
        html = b"id".join(pages.piece(one.template, **one.context).plain).decode()
        html = one.cut(html).replace("/static/build/", "../static/")
        drawn.setdefault(one.name, []).append(piece(one, html))
    body = "".join(f"<h2>{name}</h2>\n<div class=pieces>\n{''.join(pieces)}</div>\n" for name, pieces in drawn.items())
    return HEAD + body + "</main></body></html>\n"


HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session Day: every component in every state</title>
<link rel="stylesheet" href="../static/css/day.css"><link rel="stylesheet" href="../static/css/desk.css">
<link rel="stylesheet" href="components.css"><script src="../static/js/dim.js" defer></script></head>
<body data-seat="client" data-stage="during">
<header class="band" data-role="client"><p class="band-who"><strong>Every component in every state</strong></p></header>
<main>
<p>Made by <code>python -m tests.components</code> from the partials that the product itself draws with. Light and dark
follow the browser; a button below dims it. Opened as a file, a browser leaves out the signs: run <code>python -m
http.server</code> here and open <code>/docs/components.html</code> there.</p>
"""
