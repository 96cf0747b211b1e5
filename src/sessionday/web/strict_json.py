"""Reads JSON from outside, and refuses what two parsers could read in two ways."""

import json
import re
from typing import Any, NoReturn

import orjson

MAX_DEPTH = 8
MAX_INTEGER = 2**53
# A string (also one that never ends, so that no input makes this slow) or a bracket outside of strings.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_LONG_NUMBER = re.compile(rb"(?:^|[:,\[])-?\d{16}")


class BadJSON(ValueError):
    """Not the JSON we take; `code` names the fault, the message says it in a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def read_json(body: bytes) -> Any:
    """The value of `body`. Raises BadJSON: not UTF-8, not JSON, too deep, ambiguous, or text that can't be stored."""
    _refuse_depth(body)
    value = _plain(body)
    return _careful(body) if value is None else value


def _plain(body: bytes) -> Any:
    """The value of what is written just as orjson would write it, which is how phones write; None for all else.

    What comes back byte for byte can hold no key twice, nor anything else that reading loses; only an escape might
    still be NUL, and a long number one that is not whole elsewhere. It takes a fifth of the time.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if not _is_doubtful(body) and orjson.dumps(value) == body else None


def _is_doubtful(body: bytes) -> bool:
    return b"\\u" in body or _LONG_NUMBER.search(body) is not None


def _careful(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, parse_constant=_constant, object_pairs_hook=_object, parse_int=_integer, parse_float=_float
        )
    except BadJSON:
        raise
    except UnicodeDecodeError:
        raise BadJSON("not_utf8", "This is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise BadJSON("not_json", "This is not JSON.") from None
    if b"\\u" in body and _has_unstorable_text(value):
        raise BadJSON("bad_text", "Text may not hold NUL or half a character.")
    return value


def _refuse_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKEN.findall(body):
        if token in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadJSON("too_deep", f"This is nested more than {MAX_DEPTH} deep.")
        elif token in (b"]", b"}"):
            depth -= 1


def _has_unstorable_text(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(_has_unstorable_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_has_unstorable_text(part) for part in value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise BadJSON("duplicate_key", "A key stands twice in one object.")
    return made


def _constant(name: str) -> NoReturn:
    raise BadJSON("not_json", f"{name} is not JSON.")


def _integer(digits: str) -> int | float:
    if len(digits) > 400:
        raise BadJSON("bad_number", "A number has too many digits.")
    number = int(digits)
    return number if abs(number) <= MAX_INTEGER else _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadJSON("bad_number", "A number is too large.")
    return number
