"""`sessionday serve` with a clock that a file moves: the file holds the ms by which the server's clock is ahead."""

import sys
import time
from pathlib import Path

import uvicorn

from sessionday.__main__ import build_parser, settings_with_keys
from sessionday.app import create_app
from sessionday.serving import leave_now


def main() -> None:
    """python -m tests.clocked CLOCK_FILE PORT"""
    file = Path(sys.argv[1])
    settings = settings_with_keys(build_parser().parse_args(["serve", "--port", sys.argv[2]]))
    app = create_app(
        settings, now=lambda: time.time_ns() // 1_000_000 + int(file.read_text() or 0), on_failure=leave_now
    )
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
