"""A full, believable day under kap-lozenge, for what is measured here: every step answered, mostly more than once, by
every device that has a say. Always the same day."""

from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from sessionday.protocols import load

Json = dict[str, Any]

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_781_100_000_000
MIDNIGHT = START - 10 * HOUR
DOSE, BOOSTER, LEAVE = START + 5 * MINUTE, START + 50 * MINUTE, START + 240 * MINUTE
HOLD_END = MIDNIGHT + 30 * HOUR  # six in the morning, more than twelve hours after the second lozenge
CLOSE = HOLD_END + 3 * HOUR
ROLES = ("client", "support", "staff", "prescriber")
EVENTS = {"dose": DOSE, "leave": LEAVE, "close": CLOSE}
ANCHORS = {"start": START, "first_dose": DOSE, "dose": BOOSTER, "leave": LEAVE, "hold": HOLD_END}
SAID_BEFORE = START - 40 * HOUR  # what has no time of its own, in the days before

# How long before the gate that it holds a step is first answered, where it opens in time.
WELL_BEFORE = {"dose": 25 * MINUTE, "leave": 20 * MINUTE, "close": 40 * MINUTE, "drive": 30 * MINUTE}


def a_day() -> Json:
    """All that `evaluate` is asked, once the record is closed."""
    protocol = load("kap-lozenge").rules
    midnights = [MIDNIGHT + day * 24 * HOUR for day in range(-1, 11)]
    days = [{"midnight": midnight, "morning": midnight + 6 * HOUR} for midnight in midnights]
    session = {"id": "s1", "start": START, "pickup_code": "4821", "days": days}
    return {"protocol": protocol, "session": session, "entries": entries_of(protocol), "now": CLOSE + HOUR}


def entries_of(protocol: Json) -> list[Json]:
    random = Random(1)  # noqa: S311  nothing hangs on it
    said = [entry for step in protocol["steps"] for entry in said_of(step, random)]
    said.sort(key=lambda entry: entry["t"])
    devices = {role: [a_uuid(random), a_uuid(random)] for role in ROLES}
    counts = {device: count(1) for both in devices.values() for device in both}
    for seq, entry in enumerate(said, start=1):
        device = devices[entry["role"]][0 if random.random() < 0.7 else 1]
        entry |= {"device": device, "n": next(counts[device]), "seen": max(0, seq - random.randint(1, 4)), "seq": seq}
    return said


def said_of(step: Json, random: Random) -> list[Json]:
    """What is said of one step in the course of the day: mostly well, now and then taken back or set aside."""
    if step["every"]:
        lapse = step["every"]["minutes"] * MINUTE
        return [said(step, "staff", t, random) for t in range(DOSE + lapse // 2, LEAVE, lapse)]
    if step["marks"] == "cancel":
        return []
    if step["marks"] in EVENTS:
        times = [DOSE, BOOSTER] if step["marks"] == "dose" else [EVENTS[step["marks"]]]
        return [said(step, "staff", t, random) for t in times]
    t = time_of(step)
    if step["marks"] == "help":
        call = said(step, "support", t, random)
        return [call, said(step, "staff", t + MINUTE, random, kind="ack", answer=None, of=f"help:{call['id']}")]
    roles = [step["who"][i % len(step["who"])] for i in range(random.choice((4, 5)))]
    found = [said(step, role, t + i * 2 * MINUTE, random) for i, role in enumerate(roles)]
    if step["fresh_minutes"] and step["gate"] == "dose":
        found += [said(step, "staff", BOOSTER - i * MINUTE, random) for i in (6, 5)]
    if random.random() < 0.25:
        slip = said(step, roles[0], t - MINUTE, random, answer="a slip")
        found += [slip, said(step, roles[0], t, random, kind="withdraw", answer=None, of=slip["id"])]
    if step["waivable"] and random.random() < 0.25:
        found.append(said(step, "staff", t + 9 * MINUTE, random, kind="waive", answer=None, reason="Talked about."))
    return found


def time_of(step: Json) -> int:
    """When a step is first answered: once it opens, and soon enough for its gate."""
    opens = ANCHORS[step["opens"]["from"]] + step["opens"]["minutes"] * MINUTE if step["opens"] else 0
    if step["gate"] and (step["opens"] or step["gate"] != "dose"):
        gate = EVENTS.get(step["gate"], CLOSE)
        return int(max(opens, gate - WELL_BEFORE[step["gate"]]))
    usual = {"before": SAID_BEFORE, "during": DOSE + HOUR}.get(step["phase"], HOLD_END + HOUR)
    return int(max(opens, usual))


def said(step: Json, role: str, t: int, random: Random, **rest: Any) -> Json:
    entry = {"id": a_uuid(random), "role": role, "t": t, "kind": "answer", "step": step["id"]}
    return entry | {"answer": good_answer(step["answer"]), "of": None, "reason": None} | rest


def a_uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def good_answer(form: Json) -> Any:
    kind = form["type"]
    if kind == "choice":
        return next(option["id"] for option in form["options"] if option["verdict"] == "ok")
    if kind == "checks":
        return {item["id"]: item["want"] for item in form["items"]}
    if kind == "measure":
        return {field["id"]: within(field) for field in form["fields"]}
    return {"confirm": "yes", "time": START - 300 * MINUTE, "code": "4821", "text": "As we spoke on the phone."}[kind]


def within(field: Json) -> float:
    """A number inside all of a field's limits."""
    lows = [field[limit] for limit in ("min", "stop_below", "never_below") if field[limit] is not None]
    highs = [field[limit] for limit in ("max", "stop_above", "never_above") if field[limit] is not None]
    return float(max(lows) + min(highs)) / 2
