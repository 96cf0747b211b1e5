"""Whether an entry can be stored as it is; if not, why it is kept aside. Pure: no database, no clock.

An answer that is wrong by the checklist (an option it lacks, "abc" for a number) is no reason to hold it: it is a stop,
and a stop must count. Held is only what can't be read as a fact about this session by this person.
"""

import re
from dataclasses import dataclass
from typing import Any

from sessionday.words import ENGLISH, WORDS

from .chain import canonical

WHY: dict[str, str] = WORDS[ENGLISH]["why_held"]  # as it is kept beside what was held
KINDS = ("answer", "withdraw", "waive", "ack")
MAX_BYTES = 16 * 1024
MAX_NUMBER = 2**53
DAYS_BACK_MS = 30 * 24 * 60 * 60 * 1000
NOISE_MS = 5_000
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
READ = {"id", "n", "seen", "at", "kind", "step", "answer", "of", "reason"}
TAKES: dict[str, type | tuple[type, ...]] = {
    "confirm": str,
    "choice": str,
    "code": str,
    "text": str,
    "checks": dict,
    "measure": dict,
    "time": (int, float),
}


@dataclass(frozen=True, slots=True)
class StepRule:
    """What the store needs to know of a step."""

    who: frozenset[str]
    answer: str


@dataclass(slots=True)
class Sent:
    """An entry's envelope, read. `at`, `kind` and `step` are as they came, for `fault` to look at."""

    id: str
    n: int | None
    seen: int
    at: Any
    kind: Any
    step: Any
    answer: Any
    of: str | None
    reason: str | None
    extra: dict[str, Any] | None

    def content(self, *, allotted: bool) -> tuple[Any, ...]:
        """What makes two sendings the same. Where the writer allots `n`, a second tap comes later, and is the same."""
        sent = (self.seen, self.kind, self.step, self.of, self.reason, canonical([self.answer, self.extra]))
        return sent if allotted else (self.n, self.at, *sent)


def normal(value: Any) -> Any:
    """120.0 is 120: JSON knows one kind of number, and a phone may write either."""
    kind = type(value)
    if kind is float and value.is_integer() and abs(value) <= MAX_NUMBER:
        return int(value)
    if kind is dict:
        return {key: normal(inner) for key, inner in value.items()}
    if kind is list:
        return [normal(inner) for inner in value]
    return value


def read(body: Any, *, allotted: bool) -> Sent | None:
    """The envelope of a `normal` body; None when it isn't of the form that this release knows."""
    if not isinstance(body, dict):
        return None
    id, n, seen = body.get("id"), body.get("n"), body.get("seen", -1)
    if not isinstance(id, str) or not ID.fullmatch(id) or not _whole(seen, 0):
        return None
    if allotted:
        n = None
    elif not _whole(n, 1):
        return None
    extra = {key: value for key, value in body.items() if key not in READ}
    return Sent(
        id=id,
        n=n,
        seen=seen,
        at=body.get("at"),
        kind=body.get("kind"),
        step=body.get("step"),
        answer=body.get("answer"),
        of=_text_or_aside(body, "of", extra),
        reason=_text_or_aside(body, "reason", extra),
        extra=extra or None,
    )


def _whole(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= MAX_NUMBER


def _text_or_aside(body: dict[str, Any], key: str, extra: dict[str, Any]) -> str | None:
    """What is no text can't mean anything there, but is kept beside."""
    value = body.get(key)
    if value is None or isinstance(value, str):
        return value
    extra[key] = value
    return None


def fault(sent: Sent, role: str, steps: dict[str, StepRule]) -> str | None:
    """Why this entry can't be a fact of the session, or None."""
    if sent.kind not in KINDS:
        return "unknown_kind"
    step = steps.get(sent.step) if isinstance(sent.step, str) else None
    if step is None and not _needs_no_step(sent):
        return "unknown_step"
    if not _may(sent, role, step):
        return "not_your_step"
    if not _complete(sent, step):
        return "bad_answer"
    if type(sent.at) is not int or abs(sent.at) > MAX_NUMBER:
        return "bad_time"
    return None


def _needs_no_step(sent: Sent) -> bool:
    if sent.kind == "ack":
        return sent.step is None or isinstance(sent.step, str)
    return sent.kind == "withdraw" and sent.step is None


def _may(sent: Sent, role: str, step: StepRule | None) -> bool:
    if sent.kind in ("waive", "ack"):
        return role == "staff"
    if sent.kind == "withdraw" and role == "staff":
        return True  # it may be their waive, of a step that others answer
    return step is None or role in step.who


def _complete(sent: Sent, step: StepRule | None) -> bool:
    if sent.kind == "answer":
        takes = TAKES.get(step.answer if step else "", ())
        return isinstance(sent.answer, takes) and not isinstance(sent.answer, bool)
    if sent.kind == "waive":
        return sent.reason is not None
    return bool(sent.of)


def happened_at(at: int, sent_at: int, now: int, set_since: int = 0) -> tuple[int, int]:
    """(t, skew): a device's clock corrected by its error at this push, and by how much it was set since `at`; never
    after receipt, nor 30 days before."""
    skew = now - sent_at
    if abs(skew) < NOISE_MS:
        skew = 0
    skew += set_since
    return max(now - DAYS_BACK_MS, min(now, at + skew)), skew
