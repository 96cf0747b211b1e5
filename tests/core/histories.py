"""Random days, made as days are: mostly well, with phones offline, people changing their minds, and now and then
nonsense. A day comes from one seed, so that one which failed can be had again."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from sessionday.core import evaluate
from tests.core.checklists import MINUTE, ROLES, START, Json, bad_answer, good_answer, random_protocol

HOUR = 60 * MINUTE
MIDNIGHT = START - 10 * HOUR

# What JSON may hold where something else was asked for.
NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 5.0, 0.5, -0.0, 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 10**400, 1e308, START + 0.5,
    "", " ", "\u00a0", "\t\r\n", "5", "yes", "no", "ok", "never", "client", "staff", "__proto__", "\ud800",
    [], ["yes"], [[]], {}, {"__proto__": "yes"}, {"constructor": 1}, {"mg": True}, {"mg": "5"}, {"mg": 10**400},
    {"mg": 120.0},
)  # fmt: skip


@dataclass
class Device:
    name: str
    n: int = 0
    held: int = 0
    is_offline: bool = False
    unsent: list[Json] = field(default_factory=list)


class Day:
    """Plays one day under one protocol: who says what on which device, and what reaches the server when."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.protocol = random_protocol(self.random)
        self.entries: list[Json] = []
        self.seq = 0
        self.devices = {role: [Device(f"{role}{i}") for i in range(self.random.choice((1, 2, 2)))] for role in ROLES}
        days = range(-1, self.random.choice((11, 11, 11, 11, 2, 1, 0)))
        midnights = [MIDNIGHT + day * 24 * HOUR for day in days]
        mornings = [{"midnight": midnight, "morning": midnight + 6 * HOUR} for midnight in midnights]
        self.session = {"id": "s1", "start": START, "pickup_code": "4821", "days": mornings}
        self.dose = START + self.random.choice((0, 0, 5, 40)) * MINUTE
        self.leave = self.dose + self.random.choice((3, 4, 5)) * HOUR
        self.hold_end = max(MIDNIGHT + 30 * HOUR, self.dose + self.protocol["hold"]["at_least_minutes"] * MINUTE)
        self.play()

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def play(self) -> None:
        plan = [(t, place, step) for place, step in enumerate(self.protocol["steps"]) for t in self.times(step)]
        for t, _, step in sorted(plan, key=lambda planned: planned[:2]):
            roles = step["who"] if step["quorum"] == "all" else [self.random.choice(step["who"])]
            for role in roles:
                good = self.chance(0.98)
                answer = good_answer(step["answer"]) if good else bad_answer(self.random, step["answer"])
                self.say(role, t, "answer", step["id"], answer=answer)
        for _ in range(self.random.choice((0, 0, 2, 4, 9))):
            self.disturb()
        for devices in self.devices.values():
            for device in devices:
                if self.chance(0.7):
                    self.sync(device)
        for _ in range(self.random.choice((0, 0, 0, 1, 4))):
            self.garble()

    def times(self, step: Json) -> list[int]:
        """When this step would be answered: never, once, or again and again."""
        rare = {"help": 0.15, "cancel": 0.08, "dose": 0.88, "leave": 0.85, "close": 0.5}
        if not self.chance(rare.get(step["marks"], 0.98)):
            return []
        marked = {"dose": self.dose, "leave": self.leave, "close": self.hold_end + 3 * HOUR}
        gated = {"dose": self.dose - 12 * MINUTE, "leave": self.leave - 12 * MINUTE, "drive": self.hold_end}
        wandering = {"help": self.dose, "cancel": START - 90 * MINUTE}
        t = (marked | wandering).get(step["marks"]) or gated.get(step["gate"], self.hold_end + HOUR)
        if step["opens"]:
            anchors = {"start": START, "first_dose": self.dose, "dose": self.dose, "leave": self.leave}
            t = max(t, anchors.get(step["opens"]["from"], self.hold_end) + int(step["opens"]["minutes"] * MINUTE))
        if step["marks"] not in marked:
            t += self.random.randint(0, 10) * MINUTE
        if step["every"]:
            return [self.dose + i * step["every"]["minutes"] * MINUTE for i in range(1, self.random.choice((2, 6, 9)))]
        return [t, t + 70 * MINUTE] if step["marks"] == "dose" and self.chance(0.2) else [t]

    def say(self, role: str, t: int, kind: str, step: str | None, **rest: Any) -> None:
        device = self.random.choice(self.devices[role])
        if self.chance(0.08):
            device.is_offline = not device.is_offline
        if not device.is_offline:
            self.sync(device)
        device.n += 1 if self.chance(0.97) else self.random.choice((-3, 0, 4))
        seen = device.held if self.chance(0.95) else self.random.randint(0, self.seq + 2)
        entry = {"id": f"{self.random.getrandbits(64):016x}", "device": device.name, "n": device.n, "seen": seen}
        entry |= {"seq": None, "role": role, "t": t, "kind": kind, "step": step, "answer": None, "of": None}
        entry |= {"reason": None} | rest
        self.entries.append(entry)
        device.unsent.append(entry)
        if not device.is_offline:
            self.sync(device)

    def sync(self, device: Device) -> None:
        for entry in device.unsent:
            self.seq += 1
            entry["seq"] = self.seq
        device.unsent.clear()
        device.held = self.seq

    def disturb(self) -> None:
        """What people do besides answering well."""
        choose = self.random.choice
        step = choose(self.protocol["steps"])
        said = choose(self.entries) if self.entries else {"t": START, "id": "none", "role": "staff", "step": step["id"]}
        t = said["t"] + choose((-MINUTE, 0, 0, MINUTE, 30 * MINUTE, HOUR))
        act = choose(("take back", "take back another's", "waive", "waive", "waive well", "contradict", "redacted"))
        if self.chance(0.3):
            act = choose(("answer well", "answer badly", "acknowledge"))
        if act == "take back":
            self.say(said["role"], t, "withdraw", None, of=said["id"])
        elif act == "take back another's":
            self.say(choose(ROLES), t, "withdraw", None, of=said["id"])
        elif act == "waive":
            self.say("staff", t, "waive", said["step"], reason=choose(("seen", "seen", " \t", None)))
        elif act == "waive well":
            self.say("staff", t, "waive", step["id"], reason="decided")
        elif act == "contradict":
            self.say(said["role"], t, "answer", said["step"], answer="no", seen=choose((0, self.seq)))
        elif act == "redacted":
            self.say(said["role"], t, "answer", said["step"], verdict=choose(("ok", "stop", "never")))
        elif act == "answer well":
            self.say(choose(step["who"]), t, "answer", step["id"], answer=good_answer(step["answer"]))
        elif act == "answer badly":
            self.say(choose(step["who"]), t, "answer", step["id"], answer=bad_answer(self.random, step["answer"]))
        else:
            self.acknowledge(t)

    def acknowledge(self, t: int) -> None:
        told = evaluate(self.protocol, self.session, self.entries, t)["alerts"]
        key = self.random.choice([alert["key"] for alert in told] or ["help:none"])
        self.say(self.random.choice(("staff", "staff", "staff", "client")), t, "ack", None, of=key)

    def garble(self) -> None:
        """What no device of ours sends: nonsense in a field, a thing that is no entry, one entry held twice."""
        entries = [entry for entry in self.entries if isinstance(entry, dict)]
        if not entries:
            return
        entry = self.random.choice(entries)
        copy = dict(entry)
        act = self.random.choice(("spoil", "spoil", "spoil", "drop", "twice", "none"))
        if act == "none":
            self.entries.append(self.random.choice(NONSENSE))
        elif act == "twice":
            self.entries.insert(0, copy | {"seq": None})
        elif act == "drop":
            self.entries[self.entries.index(entry)] = {k: v for k, v in copy.items() if self.chance(0.8)}
        else:
            key = self.random.choice([*copy, "verdict"])
            self.entries[self.entries.index(entry)] = copy | {key: self.random.choice(NONSENSE)}

    def instants(self) -> list[int]:
        """When it is worth asking: about what happened, and long after."""
        around = [e["t"] for e in self.entries if isinstance(e, dict) and type(e.get("t")) is int] + [
            START,
            self.hold_end,
        ]
        at = self.random.choice(around) + self.random.choice((-1, 0, 0, 1, MINUTE, 20 * MINUTE, 5 * HOUR))
        return [
            at,
            self.random.choice((self.leave + HOUR, self.hold_end - 1, self.hold_end + 2 * HOUR, START + 400 * HOUR)),
        ]


def case(seed: int) -> Json:
    """All that `evaluate` is asked, for the day of this seed."""
    day = Day(seed)
    now = day.random.choice(day.instants())
    return {"protocol": day.protocol, "session": day.session, "entries": day.entries, "now": now}
