"""Places the libraries that the pages use under static/vendor/, whenever a wheel or the editable install is built.

Nothing of it is copied into the repository: package-lock.json names each version and its checksum, and npm fetches it.
Without npm the build still succeeds; what needs a library is then off, and the server says so when it starts.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# By library, its files that a page asks for: the relative imports between them stay as they are.
WANTED = {"qr": ("index.js", "decode.js", "LICENSE-MIT")}


class Libraries(BuildHookInterface[Any]):
    """Runs before the files of a wheel are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Never ends the build: it warns."""
        home, vendor = Path(self.root) / "libraries", Path(self.root) / "static" / "vendor"
        try:
            fetch(home)
            for name, files in WANTED.items():
                place(home / "node_modules" / name, vendor / name, files)
        except (OSError, subprocess.SubprocessError) as error:
            there = all((vendor / name / file).is_file() for name, files in WANTED.items() for file in files)
            state = "stay as they were" if there else "are missing: hand-over by light is off"
            self.app.display_warning(f"The libraries could not be fetched, so they {state}. {error}")


def fetch(folder: Path) -> None:
    """What package-lock.json says, no more and no less, and no script of theirs is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is missing: install Node 20 or newer and build again.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)  # noqa: S603


def place(source: Path, target: Path, files: tuple[str, ...]) -> None:
    """Copies what differs: a server may be reading these."""
    target.mkdir(parents=True, exist_ok=True)
    for name in files:
        body = (source / name).read_bytes()
        if not (target / name).is_file() or (target / name).read_bytes() != body:
            (target / name).write_bytes(body)
