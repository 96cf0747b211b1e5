"""The forms in which a record is taken out, each as bytes with what a browser must know of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sessionday.record.fhir import bundle
from sessionday.record.table import table


@dataclass(frozen=True, slots=True)
class Format:
    """`ending` is the file's; `made` is a pure function of an exported record."""

    ending: str
    media_type: str
    made: Callable[[Mapping[str, Any]], bytes]


def whole(record: Mapping[str, Any]) -> bytes:
    """The record itself, with its chain."""
    return json.dumps(record, ensure_ascii=False, indent=2).encode() + b"\n"


def printed(record: Mapping[str, Any]) -> bytes:
    """The record to read and to print. What draws it takes long to load, and most processes never print."""
    from sessionday.record.pdf import pdf

    return pdf(record)


FORMATS = {
    "pdf": Format("pdf", "application/pdf", printed),
    "json": Format("json", "application/json", whole),
    "csv": Format("csv", "text/csv; charset=utf-8", table),
    "fhir": Format("fhir.json", "application/fhir+json", bundle),
}
