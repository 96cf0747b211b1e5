"""What travels: each page and file of the release, as it is and compressed, and what compression costs a request."""

import asyncio
import gzip
import http.client
import re
from collections.abc import Callable, Sequence
from statistics import median

from bench import busy, clinic, load
from bench.contest import Contestant, Plan, against, rates
from bench.servers import ROOT, Server, ours
from bench.table import Row


def rows(plan: Plan, say: Callable[[str], None]) -> Sequence[Row]:
    """Bytes of each, compressed against plain; then the rate of a compressed file against the plain one."""
    url = f"sqlite:///{plan.folder / 'wire.db'}"
    opened = asyncio.run(busy.open_busy(url, 50))
    with ours(url, plan.folder) as server:
        seat, desk = clinic.tap(server.port, opened.booked[0].links["client"]), clinic.sign_in(server.port)
        handle = opened.booked[0].session.handle
        pages = [
            ("landing page", "/j", ""), ("sign-in", "/sign-in", ""), ("session page", f"/s/{handle}/", seat),
            ("a question", f"/s/{handle}/steps/ride_details", seat), ("a session's pack", f"/s/{handle}/pack", seat),
            ("board of 50", "/board", desk), ("worker", "/sw.js", ""),
        ]  # fmt: skip
        sizes = {name: both(server.port, path, cookie) for name, path, cookie in pages}
        files = static_files(server.port, seat, handle)
        each = {path: both(server.port, path, "") for path in files}
        for kind in ("js", "css"):
            some = [size for path, size in each.items() if path.endswith(kind)]
            sizes[f"all {len(some)} .{kind} files"] = (sum(a for a, _ in some), sum(b for _, b in some))
        largest = max((path for path in files if path.endswith(".js")), key=lambda path: each[path][0])
        cost = compressed_against_plain(plan, server, largest, say)
    return [*(told(name, *size) for name, size in sizes.items()), *cost]


def told(name: str, plain: int, compressed: int) -> Row:
    """One thing's bytes."""
    note = f"{plain:,} → {compressed:,} bytes"
    return Row(f"bytes of {name}, with gzip asked for", "as it is", [compressed / plain], note=note)


def both(port: int, path: str, cookie: str) -> tuple[int, int]:
    """The bytes of the body as it is, and where gzip is accepted."""
    return _size(port, path, cookie, "identity"), _size(port, path, cookie, "gzip")


def _size(port: int, path: str, cookie: str, encoding: str) -> int:
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    to.request("GET", path, headers={"Accept-Encoding": encoding, **({"Cookie": cookie} if cookie else {})})
    answer = to.getresponse()
    body = answer.read()
    to.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    if answer.getheader("content-encoding") == "gzip":
        gzip.decompress(body)
    return len(body)


def static_files(port: int, cookie: str, handle: str) -> list[str]:
    """The paths of this release's scripts and styles, by the build that a page names."""
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    to.request("GET", f"/s/{handle}/", headers={"Cookie": cookie, "Accept-Encoding": "identity"})
    found = re.search(rb"/static/([^/]+)/", to.getresponse().read())
    to.close()
    if not found:
        raise RuntimeError("the session page names no build")
    home = ROOT / "static"
    files = [file.relative_to(home) for file in sorted(home.rglob("*")) if file.suffix in (".js", ".css")]
    return [
        f"/static/{found[1].decode()}/{file.as_posix()}" for file in files if file.name not in ("sw.js", "escape.js")
    ]


def compressed_against_plain(plan: Plan, server: Server, path: str, say: Callable[[str], None]) -> list[Row]:
    """That a file is not compressed for each request anew: its rate as gzip, and as it is."""
    ways = []
    for way in ("gzip", "identity"):
        asked = [load.get(path, **{"Accept-Encoding": way})] * 16
        ways.append(Contestant(way, server, lambda server: [], expect="", ready=asked))
    for number in range(plan.rounds):
        for one in ways:
            one.turns.append(one.turn(plan))
        say(f"{path}, round {number + 1}: " + ", ".join(f"{one.name} {rates(one)[-1]:,.0f}/s" for one in ways))
    note = ", ".join(f"{one.name} {median(rates(one)):,.0f}/s" for one in ways)
    return [Row("the largest script with gzip: rate", "as it is", against(rates(ways[0]), rates(ways[1])), note=note)]
