"""Serves the pages that ours are held against: a few files from memory, compressed once, on loopback.

python serving.py PORT FOLDER…
"""

import gzip
import mimetypes
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KINDS = (".html", ".js", ".css")


class Handler(BaseHTTPRequestHandler):
    """GET only; what is not a page may be kept for good, as ours may."""

    protocol_version = "HTTP/1.1"
    files: dict[str, tuple[str, bytes]]

    def do_GET(self) -> None:
        kind, body = self.files.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        if kind:
            forever = kind != "text/html" and "worker" not in self.path
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Cache-Control", "public, max-age=31536000, immutable" if forever else "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def read(folders: list[str]) -> dict[str, tuple[str, bytes]]:
    """Every file of these folders by its address."""
    found = [file for folder in folders for file in Path(folder).iterdir() if file.suffix in KINDS]
    return {f"/{file.name}": (mimetypes.guess_type(file.name)[0] or "", packed(file)) for file in found}


def packed(file: Path) -> bytes:
    """Its bytes as they go over the wire."""
    return gzip.compress(file.read_bytes(), 9)


if __name__ == "__main__":
    Handler.files = read(sys.argv[2:])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
