"""What was arranged about a session, in a sentence each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sessionday.words import WORDS


def sentence(kind: str, body: Mapping[str, Any], local: Callable[[int], str]) -> str:
    """`local` puts an instant (ms) into words."""
    words, roles = WORDS["en"]["arrange"], WORDS["en"]["roles"]
    said = {**body, "asked": asked_text(body.get("asked") or [])}
    for key in ("from", "to", "start"):
        if isinstance(said.get(key), int):
            said[key] = local(said[key])
    if "limits" in said:
        said["limits"] = limits_text(said["limits"])
    if "role" in said:
        said["role"] = roles.get(said["role"], said["role"])
    text: str = words["kinds"].get(kind, kind)
    for key, value in said.items():
        text = text.replace("{" + key + "}", str(value))
    return text.strip()


def asked_text(titles: Sequence[str]) -> str:
    """What a move asks again, in a sentence; empty where it asks nothing."""
    if not titles:
        return ""
    text: str = WORDS["en"]["arrange"]["asked_again"]
    return text.replace("{titles}", "; ".join(titles))


def limits_text(found: Mapping[str, float]) -> str:
    """Limits in a line."""
    words = WORDS["en"]["arrange"]
    return ", ".join(f"{words['limits'][kind]} {value:g}" for kind, value in found.items()) or words["no_limits"]
