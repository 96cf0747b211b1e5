"""A good day under any built-in protocol, written as entries: each step answered well, when its turn comes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sessionday.core import evaluate

from .built_in import BuiltIn

MINUTE = 60_000
DAY = 1440 * MINUTE
MIDNIGHT = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)
START = MIDNIGHT + 10 * 60 * MINUTE
SESSION: dict[str, Any] = {
    "id": "s1",
    "start": START,
    "pickup_code": "4821",
    "days": [
        {"midnight": MIDNIGHT + day * DAY, "morning": MIDNIGHT + day * DAY + 6 * 60 * MINUTE} for day in range(-1, 11)
    ],
}
# Minutes from the start, and what is given: three devices with their rests, or one dose.
DOSES: dict[str, list[tuple[int, dict[str, float] | None]]] = {
    "spravato": [(5 * number, {"device": number + 1, "mg": 28}) for number in range(3)],
    "kap-im": [(0, {"mg_im": 60, "mg_iv": 0})],
}
LEFT = 132


@dataclass
class Day:
    """A record that is written as the day goes on; minutes are counted from the planned start."""

    protocol: BuiltIn
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rules(self) -> dict[str, Any]:
        return self.protocol.checklist.rules

    def say(self, minute: float, step: str, answer: object = None, role: str | None = None) -> None:
        rule, number = self.protocol.steps[step], len(self.entries) + 1
        role = role or rule["who"][0]
        t = START + round(minute * MINUTE)
        entry = {"id": f"{number:08d}", "device": role, "n": number, "seen": number - 1, "seq": number, "role": role}
        entry |= {"t": t, "kind": "answer", "step": step, "of": None, "reason": None}
        self.entries.append(entry | {"answer": good(rule["answer"], t) if answer is None else answer})

    def waive(self, minute: float, step: str, reason: str) -> None:
        self.say(minute, step, "", role="staff")
        self.entries[-1] |= {"kind": "waive", "answer": None, "reason": reason}

    def at(self, minute: float) -> dict[str, Any]:
        state: dict[str, Any] = evaluate(self.rules, SESSION, self.entries, START + round(minute * MINUTE))
        return state

    def said(self) -> set[str]:
        return {entry["step"] for entry in self.entries}

    def without(self, step: str) -> "Day":
        return Day(self.protocol, [entry for entry in self.entries if entry["step"] != step])

    def shut(self, minute: float, gate: str) -> list[str | None]:
        return [blocker["step"] for blocker in self.at(minute)["gates"][gate]["blockers"]]

    def hold_ends(self) -> float:
        """The minute at which the hold does."""
        return float((self.at(LEFT + 1)["hold_until"] - START) / MINUTE)


def good(answer: dict[str, Any], t: int) -> object:
    """An answer that is ok."""
    match answer["type"]:
        case "choice":
            return next(option["id"] for option in answer["options"] if option["verdict"] == "ok")
        case "checks":
            return {item["id"]: item["want"] for item in answer["items"]}
        case "measure":
            return {each["id"]: good_number(each) for each in answer["fields"]}
        case "time":
            return t if answer["latest_minutes"] is None else START + answer["latest_minutes"] * MINUTE
        case "code":
            return SESSION["pickup_code"]
        case "confirm":
            return "yes"
        case _:
            return "words"


def good_number(limits: dict[str, Any]) -> float:
    lows = [limits[key] for key in ("min", "stop_below", "never_below") if limits[key] is not None]
    highs = [limits[key] for key in ("max", "stop_above", "never_above") if limits[key] is not None]
    return float((max(lows) + min(highs)) / 2)


def prepared(protocol: BuiltIn) -> Day:
    """Everything up to the dose, each said when it first can be."""
    day = Day(protocol)
    for step in protocol.checklist.rules["steps"]:
        if step["phase"] != "before" or step["marks"]:
            continue
        opens = step["opens"]["minutes"] if step["opens"] else -3 * 1440
        minute = max(opens, -30) if step["fresh_minutes"] else opens
        for role in step["who"] if step["quorum"] == "all" else step["who"][:1]:
            day.say(-10 if step["id"] == "time_out" else minute, step["id"], role=role)
    return day


def dosed(protocol: BuiltIn) -> Day:
    day = prepared(protocol)
    for minute, given in DOSES.get(protocol.name, [(0, None)]):
        day.say(minute, "dose", given)
    return day


def watched(protocol: BuiltIn) -> Day:
    """As far as the door: the doses, every look when it is due, all that leaving asks for."""
    day = dosed(protocol)
    for step in protocol.checklist.rules["steps"]:
        if step["every"]:
            for minute in range(step["every"]["minutes"], 121, step["every"]["minutes"]):
                day.say(minute, step["id"])
        elif step["gate"] == "leave":
            day.say(100, step["id"])
        elif step["phase"] == "during" and not step["marks"]:
            last = DOSES.get(protocol.name, [(0, None)])[-1][0] if step["opens"]["from"] == "dose" else 0
            day.say(last + step["opens"]["minutes"] + 6, step["id"])
    return day


def left(protocol: BuiltIn) -> Day:
    day = watched(protocol)
    day.say(LEFT, "leave")
    return day


def over(protocol: BuiltIn) -> Day:
    """The end of the hold, with everything said: the evening in its time, the rest half an hour into the morning."""
    day = left(protocol)
    for minute, step in ((160, "home_safe"), (270, "evening_check"), (271, "evening_mood")):
        if step in protocol.steps:
            day.say(minute, step)
    morning = day.hold_ends() + 30
    for step in protocol.checklist.rules["steps"]:
        if step["phase"] == "after" and not step["marks"] and step["id"] not in day.said():
            day.say(morning, step["id"])
    return day
