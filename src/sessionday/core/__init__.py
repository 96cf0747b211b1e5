"""The rules, pure: what a session's record says at an instant. Imports the standard library alone, and of that no
clock, storage, environment or randomness. Its twin is static/js/core/."""

from .evaluate import evaluate

__all__ = ["evaluate"]
