"""Random protocols in the compiled form, near enough to a real one that a day under them gets somewhere, and answers to
their steps."""

from random import Random
from typing import Any

Json = dict[str, Any]

START = 1_781_100_000_000
MINUTE = 60_000

PRESSURE = [
    {"id": "systolic", "unit": "mmHg", "min": 50, "max": 300, "stop_below": 85, "stop_above": 140, "never_below": None}
    | {"never_above": 160},
    {"id": "diastolic", "unit": "mmHg", "min": 20, "max": 200, "stop_below": None, "stop_above": 90}
    | {"never_below": None, "never_above": 100},
]
RIDES = [
    {"id": "named_driver", "verdict": "ok"},
    {"id": "toString", "verdict": "ok"},
    {"id": "none", "verdict": "stop"},
    {"id": "driving_myself", "verdict": "never"},
]
CONFIRM: Json = {"type": "confirm"}
ANSWERS: tuple[Json, ...] = (
    CONFIRM,
    {"type": "choice", "options": RIDES},
    {"type": "checks", "items": [{"id": "no_car", "want": "yes"}, {"id": "constructor", "want": "no"}]},
    {"type": "checks", "items": [{"id": "__proto__", "want": "yes"}]},
    {"type": "measure", "fields": PRESSURE},
    {"type": "time", "latest_minutes": -240},
    {"type": "time", "latest_minutes": None},
    {"type": "code"},
    {"type": "text"},
)
ROLES = ("client", "support", "staff", "prescriber")


def random_protocol(random: Random) -> Json:
    steps = [
        a_step(random, f"{gate}_{i}", gate) for gate in ("dose", "leave", "drive", "close", None) for i in range(2)
    ]
    steps += [
        a_step(random, id, "dose") for id in random.sample(("__proto__", "constructor", "toString", "7", "10"), 2)
    ]
    watch: Json = {"waivable": True, "who": ["staff", "support"], "every": {"minutes": 30, "grace_minutes": 5}}
    opening = random.choice(({"from": "first_dose", "minutes": 0}, {"from": "dose", "minutes": 10}, None))
    steps.append(step("watch", "leave", **watch, opens=opening))
    random.shuffle(steps)
    dose = {"type": "measure", "fields": [{"id": "mg", "unit": "mg", "min": 1, "max": 500, "stop_above": 300}]}
    steps.append(step("dose", None, marks="dose", answer=dose, waivable=random.random() < 0.5))
    steps.append(step("leave", None, marks="leave", waivable=random.random() < 0.5))
    steps.append(step("close", None, marks="close", fresh_minutes=random.choice((None, 60))))
    steps.append(step("cancel", None, marks="cancel", phase="before", waivable=random.random() < 0.5))
    steps.append(step("help", None, marks="help", who=["client", "support"]))
    return {
        "id": "random",
        "version": "1",
        "observe": {"from": random.choice(("first_dose", "dose")), "minutes": random.choice((0, 120))},
        "hold": {"day_starts": "06:00", "at_least_minutes": random.choice((0, 960, 3000))},
        "assume": {"from_minutes": random.choice((-120, 0, 60)), "last_minutes": random.choice((0, 240))},
        "steps": steps,
    }


def a_step(random: Random, id: str, gate: str | None) -> Json:
    chance = random.random
    who = random.sample(ROLES, random.choice((1, 1, 2)))
    made = step(id, gate, who=who, answer=random.choice(ANSWERS), waivable=chance() < 0.5, capacity=chance() < 0.3)
    made["phase"] = random.choice(("before", "during", "after")) if chance() < 0.2 else made["phase"]
    made["quorum"] = "all" if chance() < 0.25 else "any"
    made["fresh_minutes"] = random.choice((30, 600, 2.5, 0)) if chance() < 0.3 else None
    if chance() < 0.4:
        made["opens"] = offset(random, gate, (-720, -60) if gate == "dose" else (0, 0, 35, 0.5))
    if chance() < 0.4:
        made["due"] = offset(random, gate, (-1440, -120, 0, 90))
    if chance() < 0.1:
        made["every"] = {"minutes": random.choice((10, 240)), "grace_minutes": random.choice((0, 5))}
        made |= {"due": None, "fresh_minutes": None, "capacity": False, "quorum": "any"}
    return made


def offset(random: Random, gate: str | None, usual: tuple[float, ...]) -> Json:
    """Mostly one that a day can meet, now and then any."""
    likely = {"dose": ["start"], "leave": ["start", "first_dose", "dose"]}
    if random.random() < 0.05:
        anchor = random.choice(("start", "first_dose", "dose", "leave", "hold"))
        return {"from": anchor, "minutes": random.choice((-720, 0, 35, 240))}
    return {"from": random.choice(likely.get(gate or "", ["leave", "hold"])), "minutes": random.choice(usual)}


def step(id: str, gate: str | None, **given: Any) -> Json:
    """A step of staff's, confirmed once; all that is not given is null."""
    phase = {"dose": "before", "leave": "during"}.get(gate or "", "after")
    plain: Json = {
        "id": id,
        "phase": phase,
        "who": ["staff"],
        "quorum": "any",
        "answer": CONFIRM,
        "gate": gate,
        "marks": None,
    }
    times: Json = {"fresh_minutes": None, "opens": None, "due": None, "every": None}
    return plain | {"waivable": False, "capacity": False} | times | given


def good_answer(answer: Json) -> Any:
    kind = answer["type"]
    if kind == "choice":
        return next(option["id"] for option in answer["options"] if option["verdict"] == "ok")
    if kind == "checks":
        return {item["id"]: item["want"] for item in answer["items"]}
    if kind == "measure":
        return {field["id"]: 80 for field in answer["fields"]} | {"systolic": 120.0}
    return {"confirm": "yes", "time": START - 300 * MINUTE, "code": "4821", "text": "some words"}[kind]


def bad_answer(random: Random, answer: Json) -> Any:
    kind = answer["type"]
    if kind == "choice":
        return random.choice(("none", "driving_myself", "hasOwnProperty"))
    if kind == "checks":
        return {item["id"]: random.choice(("yes", "no", True)) for item in answer["items"][:1]}
    if kind == "measure":
        return {field["id"]: random.choice((0, 85, 90, 95, 140, 150, 161, 301, 501)) for field in answer["fields"]}
    return {"confirm": "no", "time": START - random.choice((239, -600)) * MINUTE, "code": "0000", "text": " \t\n\r"}[
        kind
    ]
