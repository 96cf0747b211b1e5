"""Many pushes as one piece of work: from what is stored of all that they touch, each entry's verdict and its row.

Entries are numbered only after duplicates were dropped. Pure but for the salts: no SQL, no clock.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from . import chain
from .errors import NoSuchSession, StoreError
from .types import EntryDict, Push, Verdict
from .verdicts import MAX_BYTES, WHY, Sent, StepRule, fault, happened_at, normal, read

Key = tuple[str, str]  # clinic, session


@dataclass(slots=True)
class Body:
    """One entry as it came: as canonical text, and read where it can be. `exact`: see chain.canonical."""

    text: str
    sent: Sent | None
    named: str | None
    exact: bool

    @classmethod
    def of(cls, entry: Any, *, allotted: bool) -> "Body":
        exact = chain.is_exact(entry)
        if not exact:
            entry = normal(entry)
            exact = chain.is_exact(entry)
        id = entry.get("id") if isinstance(entry, dict) else None
        named = id if isinstance(id, str) else None
        return cls(chain.canonical(entry, exact=exact), read(entry, allotted=allotted), named, exact)


@dataclass(slots=True)
class Offer:
    """A push, read before it waits its turn. `allotted`: a form's, whose `n` is given when it is stored."""

    push: Push
    bodies: list[Body]
    allotted: bool
    key: Key
    device: tuple[str, str, str]  # the same with the device

    @classmethod
    def of(cls, push: Push, *, allotted: bool) -> "Offer":
        bodies = [Body.of(entry, allotted=allotted) for entry in push.entries]
        key = (push.clinic, push.session)
        return cls(push, bodies, allotted, key, (*key, push.device))

    def mark(self, body: Body) -> str:
        """Names what is held, so that sending it again keeps no second copy. (A form's second tap has another time.)"""
        text = body.text
        if self.allotted and body.sent:
            text = chain.canonical([body.sent.id, *body.sent.content(allotted=True)])
        return sha256(f"{self.push.device} {text}".encode()).hexdigest()


@dataclass(slots=True)
class Head:
    """A session's counters while a batch is worked on."""

    seq: int
    head: str
    held: int
    over_at: int
    steps: dict[str, StepRule]
    folded: bool = False
    changed: bool = False


@dataclass(slots=True)
class Stored:
    sent: Sent
    device: str
    by: str
    seq: int


@dataclass(slots=True)
class Device:
    person: str
    last_n: int


@dataclass(slots=True)
class Batch:
    """What is known of all that one batch touches, and what it adds."""

    heads: dict[Key, Head] = field(default_factory=dict)
    devices: dict[tuple[str, str, str], Device] = field(default_factory=dict)
    stored: dict[tuple[str, str, str], Stored] = field(default_factory=dict)
    counts: set[tuple[str, str, str, int]] = field(default_factory=set)
    held: dict[tuple[str, str, str], str] = field(default_factory=dict)
    new_entries: list[tuple[Any, ...]] = field(default_factory=list)
    new_held: list[tuple[Any, ...]] = field(default_factory=list)
    used: set[tuple[str, str, str]] = field(default_factory=set)
    fresh: dict[Key, list[EntryDict]] = field(default_factory=dict)

    def verdicts(self, offer: Offer) -> list[Verdict] | StoreError:
        if offer.key not in self.heads:
            return NoSuchSession("There is no such session.")
        return [self._verdict(offer, body) for body in offer.bodies]

    def _verdict(self, offer: Offer, body: Body) -> Verdict:
        sent = body.sent
        before = self.stored.get((*offer.key, sent.id)) if sent else None
        # First of all: what is in the record is in the record, whatever has happened to seat or session since.
        if sent and before and _is_again(before, sent, offer):
            return Verdict(sent.id, "duplicate", before.seq)
        # And what was held once is held: the same again can't get another answer.
        mark = offer.mark(body) if self.heads[offer.key].held else ""
        why = self.held.get((*offer.key, mark)) or self._why(offer, body)
        if why or sent is None:
            return self._hold(offer, body, why or "newer_app")
        return self._store(offer, sent, exact=body.exact)

    def _why(self, offer: Offer, body: Body) -> str | None:
        push, sent, head = offer.push, body.sent, self.heads[offer.key]
        if push.aside:
            return push.aside
        if sent is None or push.newer_app:
            return "newer_app"
        if len(body.text) * 4 > MAX_BYTES and len(body.text.encode()) > MAX_BYTES:
            return "too_big"
        if push.revoked:
            return "seat_revoked"
        if push.now > head.over_at:
            return "session_over"
        device = self.devices.get(offer.device)
        if device and device.person != push.by:
            return "other_device"
        if (*offer.key, sent.id) in self.stored:
            return "same_id_other_content"
        if sent.n is not None and (*offer.device, sent.n) in self.counts:
            return "same_n_other_content"
        return fault(sent, push.role, head.steps)

    def _hold(self, offer: Offer, body: Body, why: str) -> Verdict:
        push, head, mark = offer.push, self.heads[offer.key], offer.mark(body)
        if (*offer.key, mark) not in self.held:
            self.held[*offer.key, mark] = why
            head.held += 1
            head.changed = True
            said = (body.named, push.device, body.sent.n if body.sent else None, push.role, push.by, push.now)
            self.new_held.append((*offer.key, head.held, mark, *said, why, WHY[why], body.text))
        return Verdict(body.named, "held", None, why, WHY[why])

    def _store(self, offer: Offer, sent: Sent, *, exact: bool) -> Verdict:
        push, head, key = offer.push, self.heads[offer.key], offer.device
        device = self.devices.get(key)
        if device is None:
            device = self.devices[key] = Device(push.by, 0)
        n = sent.n or device.last_n + 1
        if sent.n is None:
            sent = replace(sent, n=n)  # a copy: the offer may be worked on again, alone
        device.last_n = max(device.last_n, n)
        self.used.add(key)
        head.seq += 1
        head.changed = True
        entry, row = _chained(head, push, sent, exact=exact)
        self.new_entries.append((*offer.key, *row))
        if offer.key in self.fresh:
            self.fresh[offer.key].append(entry)
        else:
            self.fresh[offer.key] = [entry]
        self.stored[*offer.key, sent.id] = Stored(sent, push.device, push.by, head.seq)
        self.counts.add((*key, n))
        return Verdict(sent.id, "stored", head.seq)

    def news(self) -> set[tuple[str, str, int]]:
        """Up to which `seq` each session that got something new has come; 0 where something was kept aside."""
        aside = {(row[0], row[1], 0) for row in self.new_held}
        return aside | {(*key, self.heads[key].seq) for key in self.fresh}


def _is_again(before: Stored, sent: Sent, offer: Offer) -> bool:
    """The same word once more. It has another count where the phone lost its own and became a new device."""
    if before.device == offer.push.device:
        return _same(before.sent, sent, offer.allotted)
    return before.by == offer.push.by and before.sent.at == sent.at and _same(before.sent, sent, allotted=True)


def _same(one: Sent, other: Sent, allotted: bool) -> bool:
    return one.content(allotted=allotted) == other.content(allotted=allotted)


def _chained(head: Head, push: Push, sent: Sent, *, exact: bool) -> tuple[EntryDict, tuple[Any, ...]]:
    """A new entry as it is read back, and its row from `seq` on; moves the session's head on."""
    t, skew = happened_at(sent.at, push.sent_at, push.now, push.set.get(sent.id, 0) if push.set else 0)
    public = {
        "seq": head.seq, "id": sent.id, "device": push.device, "n": sent.n, "seen": sent.seen, "role": push.role,
        "by": push.by, "t": t, "at": sent.at, "skew": skew, "received_at": push.now, "kind": sent.kind,
        "step": sent.step, "of": sent.of,
    }  # fmt: skip
    private, salt = {"answer": sent.answer, "reason": sent.reason, "extra": sent.extra}, next(_SALTS)
    content_hash, head.head = chain.link(head.head, public, private, salt, exact=exact)
    said = _dumped(sent.answer, exact), sent.of, sent.reason, _dumped(sent.extra, exact)
    row = (
        head.seq, sent.id, push.device, sent.n, sent.seen, push.role, push.by, t, sent.at, skew, push.now, sent.kind,
        sent.step, *said, salt, content_hash, head.head,
    )  # fmt: skip
    return {**public, "answer": sent.answer, "reason": sent.reason}, row


def _salts() -> Iterator[str]:
    """Each 16 random bytes; the system is asked for many at once, because asking is what takes time."""
    while True:
        many = secrets.token_hex(16 * 256)
        yield from (many[start : start + 32] for start in range(0, len(many), 32))


_SALTS = _salts()


def _dumped(value: Any, exact: bool) -> str | None:
    return None if value is None else chain.canonical(value, exact=exact)
