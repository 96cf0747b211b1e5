"""The product's own words, a YAML file a language. A protocol's words stand with the protocol."""

from pathlib import Path
from typing import Any

import yaml

WORDS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(Path(__file__).parent.glob("*.yaml"))
}
