"""Scripts that act before a page's first paint: they stand in the page, and the policy names each by its hash.

A file of its own would hold the paint up by a round trip or two.
"""

import base64
import hashlib

from markupsafe import Markup

from sessionday.settings import folder

# `dim` keeps a dark room dark; it stands in each page that a phone keeps, so it is short, and where the browser has no
# storage it ends there. `linked` takes a link's secret out of the address bar.
_CODE = {name: (folder("templates") / "first" / f"{name}.js").read_text("utf-8").strip() for name in ("dim", "linked")}
SOURCES = " ".join(
    f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in _CODE.values()
)


def first(name: str) -> Markup:
    """The script as an element of the page."""
    return Markup(f"<script>{_CODE[name]}</script>")  # noqa: S704 - our own file, whole
