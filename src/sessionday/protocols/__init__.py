"""Protocols: the checklists with their words, in YAML, and their compiler. Imports core, never store or web."""

from .checklist import Checklist, Problem, ProtocolError
from .compile import compile_text
from .shelf import load, names

__all__ = ["Checklist", "Problem", "ProtocolError", "compile_text", "load", "names"]
