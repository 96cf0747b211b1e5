"""Serves the drawn pages, gzipped, and takes their answers: a plain form is led on with 303, a script is told that its
answer was taken.

python serving.py PORT FOLDER
"""

import gzip
import mimetypes
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

WANTED = {
    "ride": ["answer"], "help": ["answer"], "pressure": ["systolic", "diastolic"],
    "rules": ["no_car", "no_bike", "no_scooter", "no_machines", "no_papers", "no_alcohol"],
}  # fmt: skip
LIMITS = {"systolic": 140, "diastolic": 90}


class Handler(BaseHTTPRequestHandler):
    """GET a page or a file; POST an answer."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_GET(self) -> None:
        self._page(self.path.partition("?")[0])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        system, name = self.path.strip("/").split("/")
        if system in ("survey", "enketo"):
            self._tell(200, "application/json", b"{}")
            return
        answer = {key: values[0] for key, values in parse_qs(body).items()}
        if [one for one in WANTED[name] if not answer.get(one, "").strip()]:
            self._page(f"/{system}/{name}.error", 422)
            return
        over = any(answer.get(key, "").isdecimal() and int(answer[key]) > most for key, most in LIMITS.items())
        self.send_response(303)
        self.send_header("Location", f"/{system}/{name}.{'over' if over else 'saved'}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, path: str, status: int = 200) -> None:
        file = (self.folder / path.lstrip("/")).resolve()
        if not file.is_file():
            file = file.with_name(f"{file.name}.html")
        if not file.is_relative_to(self.folder) or not file.is_file():
            self._tell(404, "text/plain", b"")
            return
        self._tell(status, mimetypes.guess_type(file.name)[0] or "text/html", file.read_bytes())

    def _tell(self, status: int, kind: str, body: bytes) -> None:
        zipped = gzip.compress(body, 9)
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "no-cache" if kind == "text/html" else "public, max-age=31536000, immutable")
        self.send_header("Content-Length", str(len(zipped)))
        self.end_headers()
        self.wfile.write(zipped)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    Handler.folder = Path(sys.argv[2]).resolve()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
