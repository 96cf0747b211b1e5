"""Protocols: the checklists with their words, in YAML, and their compiler. Imports core, never store or web."""

from .checklist import Checklist, Problem, ProtocolError
from .compile import compile_text
from .own import copied, named, own_problems
from .shelf import built_in, load, names

__all__ = [
    "Checklist", "Problem", "ProtocolError", "built_in", "compile_text", "copied", "load", "named", "names",
    "own_problems",
]  # fmt: skip
