"""A seat's link on its way to its person: as a square code, by the phone's own share sheet, text message or mail, or
read out as a code. The words say nothing of what the day is: others may see a message."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

import segno
from markupsafe import Markup

from sessionday import zones
from sessionday.store import Clinic, Session
from sessionday.web import telling
from sessionday.web.site import Site
from sessionday.words import spoken


def share(
    site: Site, clinic: Clinic, session: Session, links: Mapping[str, str], codes: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The ways to hand over each link. Secrets: shown once, never stored."""
    words = spoken()["sharing"]
    day = local_time(clinic, session.start)
    shared = []
    for role, link in links.items():
        message = telling.fill(words["message"], clinic=clinic.name, day=day, link=link)
        subject = telling.fill(words["subject"], clinic=clinic.name)
        shared.append(
            {
                "role": role,
                "link": link,
                "code": f"{codes[role][:4]} {codes[role][4:]}",
                "square": square(link),
                "message": message,
                "sms": f"sms:?&body={quote(message)}",
                "mailto": f"mailto:?subject={quote(subject)}&body={quote(message)}",
            }
        )
    return shared


def square(link: str) -> Markup:
    """The link as an SVG to stand in a page; black on white also in the dark, or cameras don't read it."""
    drawn = BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=4, dark="#000", light="#fff", omitsize=True,
        svgclass="square", lineclass=None,
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704 - made of a matrix, not of anybody's words


def local_time(clinic: Clinic, t: int) -> str:
    """Weekday, date and clock time in the clinic's zone."""
    words = spoken()
    return telling.when({"words": words, "clock": zones.clock(t, zones.zone_named(clinic.zone))}, t)


def dated(clinic: Clinic, t: int) -> str:
    """The same with its year: what is kept for years is not of this one."""
    words, zone = spoken(), zones.zone_named(clinic.zone)
    year = zones.shown(t, zone)[:4]
    of_year = {**words, "months": [f"{month} {year}" for month in words["months"]]}
    return telling.when({"words": of_year, "clock": zones.clock(t, zone)}, t)
