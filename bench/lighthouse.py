"""`python -m bench.lighthouse`: Lighthouse over the pages that a client meets; docs/lighthouse.md says what it found.

Its own mobile settings (a slow 4G and a processor slowed down four times, both simulated), over the demo's server, each
page from a browser that was never there.
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import machine, packages
from bench.servers import ROOT
from tests.chromium import ARGUMENTS, chromium
from tests.pictures import demo

PAGE = ROOT / "docs" / "lighthouse.md"
TOLD = Path(__file__).with_name("lighthouse.txt")  # what was mended after an earlier run, with its figures
CATEGORIES = ("performance", "accessibility", "best-practices")
# What is wanted of each page: the audit, its heading, the most that it may be, and how it is written.
WANTED = (
    ("largest-contentful-paint", "largest paint", 1200, "{:,.0f} ms"),
    ("cumulative-layout-shift", "shift", 0.0005, "{:.3f}"),
    ("total-blocking-time", "blocked", 50, "{:,.0f} ms"),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A page: what it is called, whose session of the demo it belongs to, and where it is."""

    name: str
    client: str = ""
    path: str = ""


PAGES = (
    Looked("the link", "Sam", "#"),
    Looked("the landing page without one"),
    Looked("the day, before", "Sam"),
    Looked("a question", "Noor", "steps/rules_understood"),
    Looked("a question not answered yet", "Sam", "steps/ride_plan"),
    Looked("the calm page", "Leo"),
    Looked("the day after", "Omar"),
)


def main() -> None:
    """Looks at each page as often as was asked for, in turns, and writes the page."""
    given = arguments()
    pages = [page for page in PAGES if not given.names or any(word in page.name for word in given.names)]
    place = packages.plain("lighthouse")
    found: dict[str, list[dict[str, Any]]] = {page.name: [] for page in pages}
    with demo() as told:
        for number in range(given.rounds):
            for page in pages:
                found[page.name].append(looked(place, told, page))
                print(f"{number + 1} of {given.rounds}: {line(page.name, found[page.name][-1:])}", flush=True)
    print(*table(found), sep="\n")
    if not given.names:
        PAGE.write_text(written(found, given.rounds))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="WORD", help="only pages that are called so; writes nothing")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def looked(place: Path, told: Mapping[str, Any], page: Looked) -> dict[str, Any]:
    """One run: the scores, the wanted figures, and which audits were not perfect."""
    report = run(place, told, page)
    audits = report["audits"]
    counted = [one["id"] for name in CATEGORIES for one in weighed(report, name)]
    return {
        **{name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES},
        **{audit: audits[audit]["numericValue"] for audit, *_ in WANTED},
        "weak": [one for one in counted if audits[one]["score"] not in (1, None)],
        "version": report["lighthouseVersion"],
    }


def weighed(report: Mapping[str, Any], category: str) -> Iterable[Mapping[str, Any]]:
    """The audits that make up a score."""
    return (one for one in report["categories"][category]["auditRefs"] if one["weight"])


def addressed(told: Mapping[str, Any], page: Looked) -> tuple[str, str]:
    """A page's address, and the cookie that opens it."""
    if not page.client:
        return f"{told['url']}/j", ""
    session = next(one for one in told["sessions"] if one["client"] == page.client)
    link = session["links"]["client"]
    if page.path == "#":
        return str(link), ""
    return f"{session['url']}{page.path}", cookie(link)


def cookie(link: str) -> str:
    """What a tap on a link leaves in the browser."""
    there = urlsplit(link)
    asked = HTTPConnection(there.netloc, timeout=20)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    asked.request("POST", there.path, urlencode({"token": there.fragment}), kind)
    given = asked.getresponse().headers["Set-Cookie"]
    return str(given).partition(";")[0]


def run(place: Path, told: Mapping[str, Any], page: Looked) -> dict[str, Any]:
    """Lighthouse's report on one page."""
    with tempfile.TemporaryDirectory(prefix="sessionday-bench-") as folder:
        report = Path(folder) / "report.json"
        for last in (False, False, True):  # at times the browser does not answer in time
            # The cookie of a browser that is gone, in one that remembers nothing, would be a phone that was emptied.
            done = subprocess.run(  # noqa: S603
                command(place, report, *addressed(told, page)), check=last, timeout=180, capture_output=True,
                env={**os.environ, "CHROME_PATH": chromium() or ""},
            )  # fmt: skip
            if not done.returncode:
                break
            print(f"once more: {done.stderr.decode()[-300:]}", flush=True)
        made: dict[str, Any] = json.loads(report.read_text())
        return made


def command(place: Path, report: Path, url: str, cookies: str) -> list[str]:
    """What starts Lighthouse on a page."""
    return [
        str(place / "node_modules" / ".bin" / "lighthouse"), url, "--quiet", "--output=json",
        f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}",
        *([f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []),
    ]  # fmt: skip


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """All pages as a Markdown table."""
    heads = ["page", *CATEGORIES, *(name for _, name, *_ in WANTED), "not perfect"]
    return [
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
        *(line(name, runs) for name, runs in found.items()),
    ]


def line(name: str, runs: Sequence[Mapping[str, Any]]) -> str:
    """One page: medians, and from where to where they went."""
    scores = [f"{median(run[category] for run in runs):.0f}" for category in CATEGORIES]
    figures = [figure([run[audit] for run in runs], most, form) for audit, _, most, form in WANTED]
    weak = sorted({one for run in runs for one in run["weak"]})
    return f"| {' | '.join([name, *scores, *figures, ', '.join(weak)])} |"


def figure(runs: Sequence[float], most: float, form: str) -> str:
    """The median, its spread, and whether it is more than was wanted."""
    told = form.format(median(runs))
    if min(runs) != max(runs):
        told += f" [{form.format(min(runs))} to {form.format(max(runs))}]"
    return told if median(runs) < most else f"{told} **missed**"


def written(found: Mapping[str, Sequence[Mapping[str, Any]]], rounds: int) -> str:
    """docs/lighthouse.md, whole."""
    facts = machine.described()
    version = next(iter(found.values()))[0]["version"]
    return "\n".join([
        "# Lighthouse",
        "",
        f"Made by `python -m bench.lighthouse` on {facts['date']}; not written by hand. Lighthouse {version} with its",
        "own mobile settings: a slow 4G and a processor four times slower, both simulated from what it saw. The demo's",
        f"server on loopback, plain HTTP/1.1. Each page {rounds} times in turns, each time in a browser that was",
        "never there: medians, and in brackets from where to where they went. Wanted: three times 100, the",
        "largest paint within 1,200 ms, no shift, less than 50 ms blocked.",
        "",
        f"Measured on {facts['processor']}, {facts['system']}. The load was {os.getloadavg()[2]:.1f} in",
        "the last quarter of an hour: what comes from the processor is worse on a busy machine; what comes from bytes",
        "and round trips is not touched by that.",
        "",
        *table(found),
        "",
        TOLD.read_text("utf-8").strip(),
        "",
    ])  # fmt: skip


if __name__ == "__main__":
    main()
