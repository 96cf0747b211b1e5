"""The one place that knows Jinja: pages from templates/, escaped always, with a name that is missing being an error."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sessionday.settings import folder
from sessionday.words import WORDS


class Pages:
    """Renders pages of one release: `build` names the static files that they ask for."""

    def __init__(self, build: str, public_url: str) -> None:
        self._build = build
        self._environment = Environment(
            loader=FileSystemLoader(folder("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            new_id=lambda: str(uuid4()),  # an entry's, drawn into each form, so that a double tap is one entry
            asset=lambda path: f"/static/{build}/{path}",
            build=build,
            public_url=public_url,
            w=WORDS["en"],
            lang="en",
        )

    def html(self, template: str, context: Mapping[str, Any]) -> str:
        """The page as text."""
        return self._environment.get_template(template).render(context)

    def response(self, template: str, /, status: int = 200, **context: Any) -> HTMLResponse:
        """The page as a response; the header tells the worker of which release it is."""
        return HTMLResponse(self.html(template, context), status_code=status, headers={"X-Build": self._build})
