"""The one place that knows Jinja: pages from templates/, escaped always, with a name that is missing being an error."""

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sessionday.settings import folder
from sessionday.words import WORDS

KEPT = 500


class Pages:
    """Renders pages of one release: `build` names the static files that they ask for."""

    def __init__(self, build: str, public_url: str) -> None:
        self._build = build
        # Stands where each form gets an id of its own, so that a page can be drawn once and given out many times.
        self._mark = f"id-{secrets.token_hex(16)}"
        self._kept: OrderedDict[Hashable, tuple[Hashable, str]] = OrderedDict()
        self._environment = Environment(
            loader=FileSystemLoader(folder("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            new_id=lambda: self._mark,  # an entry's, in each form, so that a double tap is one entry
            asset=lambda path: f"/static/{build}/{path}",
            build=build,
            public_url=public_url,
            w=WORDS["en"],
            lang="en",
        )

    def piece(self, template: str, /, **context: Any) -> str:
        """A page, or a part of one, that can be kept: without the ids that its forms get when it is given out."""
        return self._environment.get_template(template).render(context)

    async def kept(self, key: Hashable, basis: Hashable, draw: Callable[[], Awaitable[str]]) -> str:
        """The piece that was drawn for `key`, while all that it was drawn from (`basis`) is still the same."""
        found = self._kept.get(key)
        if found is None or found[0] != basis:
            found = self._kept[key] = (basis, await draw())
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found[1]

    def response(self, template: str, /, status: int = 200, **context: Any) -> HTMLResponse:
        """The page as a response."""
        return self.given(self.piece(template, **context), status)

    def given(self, piece: str, status: int = 200) -> HTMLResponse:
        """A page that was drawn, as a response; the header tells the worker of which release it is."""
        return HTMLResponse(self._with_ids(piece), status_code=status, headers={"X-Build": self._build})

    def _with_ids(self, piece: str) -> str:
        first, *rest = piece.split(self._mark)
        if not rest:
            return first
        known = secrets.randbits(128) & ~0xFFFF_FFFF  # random bits are asked for once; the forms are counted
        ids = (str(UUID(int=known + number, version=4)) for number in range(len(rest)))
        return first + "".join(id + part for id, part in zip(ids, rest, strict=True))
