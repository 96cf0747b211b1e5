"""What a phone keeps to work without signal: one release of static files, the worker, the app's manifest."""

import base64
import hashlib
import json
import mimetypes
import re
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sessionday.settings import folder
from sessionday.web.compression import Fixed
from sessionday.web.errors import NotYours
from sessionday.web.light import LIBRARY

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
FOREVER = "public, max-age=31536000, immutable"
WORKERS = ("sw.js", "escape.js")
# What is asked for only to install the app or by a link's page (which the worker leaves alone), or read only by whoever
# copies a library.
NOT_KEPT = (
    *WORKERS, "screens/", "icons/icon-", "icons/maskable", "js/landing.js", "js/linked.js", "vendor/qr/LICENSE-MIT",
)  # fmt: skip
# unproven.js is not among these: without it no session page of staff begins.
STAFF = re.compile(
    r"js/(board|camera|carrier|carry|desk|drafts|due|erased|join|keys|locked|new_session|passkeys|prove|sharing|sign_in|sound"
    r"|tablet|waiting)\.js"
    r"|css/desk\.css|vendor/qr/decode\.js"
)
FOR_READERS = re.compile(r"^[ \t]+(//.*)?|^//.*", re.MULTILINE)
BLOCKS = re.compile(r"^[ \t]*/\*(?!!)(?:(?!\*/).)*\*/[ \t]*$", re.MULTILINE | re.DOTALL)  # not /*!: whose work it is


class Release:
    """The static files as they are now, held in memory: no path of a request ever reaches the file system."""

    def __init__(self, *, escape: bool = False) -> None:
        """`escape`: give out the worker that removes itself."""
        files = _read(folder("static"))
        self._manifest: dict[str, Any] = json.loads((folder("manifest") / "app.webmanifest").read_text("utf-8"))
        whole = hashlib.sha256(json.dumps(self._manifest, sort_keys=True).encode())
        for name, body in sorted(files.items()):
            whole.update(f"{name}\0{len(body)}\0".encode() + body)
        self.build = whole.hexdigest()[:12]
        self.light = LIBRARY in files  # whether phones can hand over by light
        self._worker = Fixed(files["escape.js"] if escape else _worker(self.build, files), "text/javascript")
        self._files = {name: Fixed(body, _kind(name)) for name, body in files.items() if name not in WORKERS}

    def file(self, request: Request, build: str, name: str) -> Response:
        """A static file. Another build's address gets today's bytes, and is told to ask again; but no script, for it
        would meet those of its own build. Raises NotYours."""
        if name not in self._files or (build != self.build and name.endswith(".js")):
            raise NotYours
        return self._files[name].response(request, {"Cache-Control": FOREVER if build == self.build else "no-cache"})

    def worker(self, request: Request) -> Response:
        """The service worker, told which release it keeps."""
        return self._worker.response(request, {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"})

    def manifest(self, handle: str) -> Response:
        """The web-app manifest of one session: its own id and scope, and no secret (it is fetched without cookies)."""
        scope = f"/s/{handle}/"
        pictures = {key: [self._placed(one) for one in self._manifest[key]] for key in ("icons", "screenshots")}
        shortcuts = [{**one, "url": scope + one["url"]} for one in self._manifest["shortcuts"]]
        own = {"id": scope, "scope": scope, "start_url": f"{scope}?app", "shortcuts": shortcuts}
        body = {**self._manifest, **pictures, **own}
        return JSONResponse(body, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})

    def _placed(self, picture: dict[str, str]) -> dict[str, str]:
        return {**picture, "src": f"/static/{self.build}/{picture['src']}"}


def _worker(build: str, files: dict[str, bytes]) -> bytes:
    kept = {name: body for name, body in sorted(files.items()) if not name.startswith(NOT_KEPT)}
    told = {
        "BUILD": build,
        "FILES": [_named(build, name, body) for name, body in kept.items() if not STAFF.fullmatch(name)],
        "STAFF": [_named(build, name, body) for name, body in kept.items() if STAFF.fullmatch(name)],
    }
    lines = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    return lines.encode() + files["sw.js"]


def _named(build: str, name: str, body: bytes) -> tuple[str, str]:
    """A file's address, and the hash that its content must have."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return f"/static/{build}/{name}", f"sha256-{digest}"


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _read(root: Path) -> dict[str, bytes]:
    files = {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    return {name: _light(body) if name.endswith(".js") else body for name, body in files.items()}


def _light(script: bytes) -> bytes:
    """Without indents and comments that fill lines, which only readers of the source need. Lines keep their place."""
    without = BLOCKS.sub(lambda block: "\n" * block[0].count("\n"), script.decode())
    return FOR_READERS.sub("", without).encode()


async def static(request: Request) -> Response:
    """GET /static/{build}/{path}"""
    release: Release = request.app.state.site.release
    return release.file(request, request.path_params["build"], request.path_params["path"])


async def worker(request: Request) -> Response:
    """GET /sw.js"""
    release: Release = request.app.state.site.release
    return release.worker(request)


async def app_manifest(request: Request) -> Response:
    """GET /s/{handle}/app.webmanifest: the same for every handle, real or not, so it tells nothing."""
    release: Release = request.app.state.site.release
    return release.manifest(request.path_params["handle"])
