"""`python -m bench` measures everything; `python -m bench sync rivals` some of it. Every figure is a ratio of things
that were measured side by side, in turns, in one run. What all of it says is written to docs/performance.md."""

import argparse
import importlib
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from bench import machine
from bench.contest import Plan
from bench.servers import ROOT
from bench.table import Row, as_row, lines

# What can be asked for: the module that measures it, and its heading.
PARTS = {
    "sync": "The hot path",
    "entries": "Entries committed",
    "rivals": "Against the naive ways and peers",
    "slow": "On a slower disk",
    "order": "Stored means on disk",
    "news": "News",
    "board": "The board",
    "pages": "Pages",
    "wire": "Bytes on the wire",
    "evaluate": "The rules",
    "postgres": "PostgreSQL",
    "growth": "Growth",
    "phone": "The phone's side",
}
PAGE = ROOT / "docs" / "performance.md"


def main() -> None:
    """Measures, prints, and where everything was measured writes the page."""
    given = arguments()
    wanted = given.names or list(PARTS)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="sessionday-bench-"))
    plan = Plan(folder, given.rounds, given.seconds)
    found: dict[str, list[Row]] = {}
    for name in wanted:
        print(f"== {PARTS[name]}", flush=True)
        found[name] = measured(name, plan)
        print(*lines(found[name]), sep="\n", flush=True)
    minutes = (time.monotonic() - began) / 60
    keep(folder, found)
    if not given.names or given.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(found, plan, minutes))
    print(f"{minutes:.0f} min; raw results in {folder / 'results.json'}")
    if any(not row.ratio for rows in found.values() for row in rows):
        sys.exit("Not everything could be measured.")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument(
        "--write", action="store_true", help="write docs/performance.md also when only some is measured"
    )
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in PARTS]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)} (there are {', '.join(PARTS)})")
    return given


def measured(name: str, plan: Plan) -> list[Row]:
    """One part's rows; what can't be measured here is a row that says why, never silence."""
    try:
        return [as_row(row) for row in importlib.import_module(f"bench.{name}").rows(plan, say)]
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        print(f"   NOT MEASURED: {type(error).__name__}: {error}", flush=True)
        return [Row(PARTS[name], "", [], note=f"not measured: {type(error).__name__}: {said}")]


def say(line: str) -> None:
    """Progress."""
    print(f"   {line}", flush=True)


def keep(folder: Path, found: dict[str, list[Row]]) -> None:
    """The raw results: every round of every row; nothing else of the run is left."""
    whole = {name: [asdict(row) for row in rows] for name, rows in found.items()}
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left.suffix != ".log":
            left.unlink()
    (folder / "results.json").write_text(json.dumps({"machine": machine.described(), "rows": whole}, indent=1))


def page(found: dict[str, list[Row]], plan: Plan, minutes: float) -> str:
    """docs/performance.md, whole."""
    told = [
        "# Performance, measured",
        "",
        "Made by `python -m bench`; not written by hand. Every ratio is of things measured side by side, in turns, in",
        f"one run: the median of {plan.rounds} rounds of {plan.seconds:g} s each, and from where to where they went.",
        "All stores are durable (SQLite: WAL and synchronous=FULL) unless a row says otherwise. The generator is",
        "compiled C; its share of the processor time stands beside the figures.",
        "",
        *(f"- {name}: {value}" for name, value in machine.described().items()),
        f"- the whole run: {minutes:.0f} minutes",
    ]
    for name, rows in found.items():
        told += ["", f"## {PARTS[name]}", "", *lines(rows)]
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    main()
