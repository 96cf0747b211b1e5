"""The one place that knows Jinja: pages from templates/, escaped always, with a name that is missing being an error."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sessionday.settings import folder
from sessionday.web.compression import Parts, joined, takes_gzip
from sessionday.web.schemes import scheme
from sessionday.words import LANGUAGES, WORDS, counted, direction, language, spoken

KEPT = 500
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """Takes a template's indents, which only its readers need; what is filled in keeps its own."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template's text as it is compiled."""
        return INDENT.sub("", source)


class Pages:
    """Renders pages of one release: `build` names the static files that they ask for."""

    def __init__(self, build: str, public_url: str, *, light: bool = False) -> None:
        self._build = build
        # Stands where each form gets an id of its own, so that a page can be drawn once and given out many times.
        self._mark, self._gap = f"id-{secrets.token_hex(16)}", f"gap-{secrets.token_hex(16)}"
        self._kept: OrderedDict[Hashable, tuple[Hashable, Parts]] = OrderedDict()
        self._pasts, self._gone = 0, set[str]()
        self._environment = Environment(
            loader=FileSystemLoader(folder("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=[Unindented],
            trim_blocks=True,
        )
        self._environment.globals.update(
            new_id=lambda: self._mark,  # an entry's, in each form, so that a double tap is one entry
            asset=lambda path: f"/static/{build}/{path}",
            build=build,
            light=light,  # whether pages offer to hand over by light
            public_url=public_url,
            languages={code: name for code, name in LANGUAGES.items() if code in WORDS},
            unreviewed={code for code, words in WORDS.items() if words["reviewed"] is None},
            counted=lambda forms, count: counted(forms, count, language()),
        )

    def piece(self, template: str, /, **context: Any) -> Parts:
        """A page, or a part of one, that can be kept: without the ids that its forms get when it is given out."""
        return Parts(self._drawn(template, context).split(self._mark))

    def around(self, template: str, inside: str, /, **context: Any) -> tuple[Parts, Parts]:
        """A page in two pieces, for others to stand between them, where it shows the name `inside`."""
        before, after = self._drawn(template, {**context, inside: self._gap}).split(self._gap)
        return Parts(before.split(self._mark)), Parts(after.split(self._mark))

    async def kept(self, session: str, key: Hashable, basis: Hashable, draw: Callable[[], Awaitable[Parts]]) -> Parts:
        """The piece of a session that was drawn for `key` in the language that is spoken now and its scheme, while
        all that it was drawn from (`basis`) is the same."""
        key = (key, language(), scheme())
        found = self._kept.get(key)
        if found is None or found[0] != basis:
            past, found = self._pasts, (basis, await draw())
            if past != self._pasts or session in self._gone:
                return found[1]
            self._kept[key] = found
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found[1]

    def _drawn(self, template: str, context: dict[str, Any]) -> str:
        said = {"w": spoken(), "lang": language(), "dir": direction(language()), "scheme": scheme()}
        return self._environment.get_template(template).render({**said, **context})

    def forget(self, gone: Iterable[str] = ()) -> None:
        """All that was kept, and what is being drawn now. `gone`: sessions that were erased, of which nothing is kept
        any more: a request that began before may still draw them."""
        self._pasts += 1
        self._gone.update(gone)
        self._kept.clear()

    def response(self, template: str, /, status: int = 200, **context: Any) -> Response:
        """A page that is drawn for once. It may show what was typed, so it is not compressed."""
        return self._told([self.piece(template, **context)], status, zipped=False)

    def given(self, request: Request, *pieces: Parts) -> Response:
        """A page from pieces that were drawn."""
        return self._told(pieces, 200, zipped=takes_gzip(request))

    def _told(self, pieces: Sequence[Parts], status: int, *, zipped: bool) -> Response:
        """The header tells the worker of which release the page is."""
        known = secrets.randbits(128) & ~0xFFFF_FFFF  # random bits are asked for once; the forms are counted
        count = sum(len(piece.plain) - 1 for piece in pieces)
        ids = [str(UUID(int=known + number, version=4)).encode() for number in range(count)]
        headers = {"X-Build": self._build, "Vary": "Accept-Encoding"}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return HTMLResponse(joined(pieces, ids, zipped=zipped), status, headers)
