"""How long the rules take over a full day, in Python and in JavaScript, beside a fixed piece of plain work (reading and
writing the same entries as JSON). Processor time, so that waiting for others is not counted; and the ratio, which stays
comparable where a busy machine's milliseconds do not.

    python -m bench.evaluate [rounds]
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from bench.day import a_day

from sessionday.core import evaluate

CALLS = 40  # of each kind in a round, in turns


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    day = a_day()
    print(f"{len(day['protocol']['steps'])} steps, {len(day['entries'])} entries, {rounds} rounds of {CALLS} calls")
    text = json.dumps(day["entries"])
    tell("Python", [a_round(lambda: evaluate(**day), lambda: json.dumps(json.loads(text))) for _ in range(rounds)])
    twin = Path(__file__).with_name("evaluate.mjs")
    asked = json.dumps({"day": day, "rounds": rounds, "calls": CALLS})
    found = subprocess.run(["node", twin], input=asked, capture_output=True, text=True, check=True)  # noqa: S603, S607
    tell("JavaScript", json.loads(found.stdout))


def a_round(asked: Callable[[], object], plain: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, taken in turns so that both meet the same weather."""
    times = [(milliseconds(asked), milliseconds(plain)) for _ in range(CALLS)]
    return [median(each) for each in zip(*times, strict=True)]


def milliseconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return (process_time() - started) * 1000


def tell(language: str, rounds: list[list[float]]) -> None:
    evaluated, plain = zip(*rounds, strict=True)
    ratios = [ours / theirs for ours, theirs in rounds]
    print(f"{language}: evaluate {spread(evaluated)} ms, plain work {spread(plain)} ms, ratio {spread(ratios)}")


def spread(found: list[float] | tuple[float, ...]) -> str:
    return f"{median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


if __name__ == "__main__":
    main()
