"""What a state says in words: the pure step between `evaluate` and what people read. Its twin is static/js/telling.js.

It decides nothing. It takes a pack (see web/pack.py), a state and entries, and gives sentences; it never reads a clock.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sessionday.words import counted

Pack = Mapping[str, Any]
Entry = Mapping[str, Any]

MINUTE = 60_000
DAY = 1440 * MINUTE
LAST_INSTANT = 8_640_000_000_000_000
DOUBTFUL = ("stop", "conflict", "overdue", "expired", "impaired")
# What the built-in protocols call the way home, and company at home: whose promise it is, what else can speak against
# it, and what staff answer where it goes as promised.
RIDE: Mapping[str, Any] = {
    "promised": "ride_reconfirmed",
    "steps": ("ride_plan", "ride_confirmed", "ride_giver_reached", "way_home", "home_safe"),
    "planned": ("way_home", "as_planned"),
}
STAY: Mapping[str, Any] = {
    "promised": "watch_reconfirmed",
    "steps": ("watch_confirmed", "support_reached", "stays_on"),
    "planned": ("stays_on", "stays"),
}


def fill(text: str, /, **values: object) -> str:
    """`text` with each {name} replaced; what is not given stays as it is."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def offset_at(pack: Pack, t: int) -> int:
    """Minutes that the clinic's clocks are ahead of UTC at `t`, from the pack's own short table."""
    table = pack["clock"]
    minutes = table[0][1]
    for since, ahead in table:
        if since <= t:
            minutes = ahead
    return int(minutes)


def when(pack: Pack, t: int | None) -> str:
    """Weekday, date and clock time in the clinic's zone, as in ‘Tue 1 Dec, 10:00’."""
    words = pack["words"]
    if t is None:
        return str(words["unknown_time"])
    local = t + offset_at(pack, t) * MINUTE
    days, rest = divmod(local, DAY)
    _, month, day = civil(days)
    return fill(
        words["when"],
        weekday=words["weekdays"][(days + 3) % 7],
        day=day,
        month=words["months"][month - 1],
        clock=f"{rest // (60 * MINUTE):02d}:{rest // MINUTE % 60:02d}",
    )


def civil(days: int) -> tuple[int, int, int]:
    """Year, month, day of a count of days since 1970-01-01 (Hinnant's algorithm, which needs no date library)."""
    shifted = days + 719_468
    era, of_era = divmod(shifted, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (month <= 2), month, day


def who(pack: Pack, entry: Entry) -> str:
    """Who said it: ‘You’, a name, or the role where no name is known."""
    role = entry["role"]
    if role == pack["seat"]["role"] and role != "staff":
        return str(pack["words"]["you"])
    return str(entry.get("name") or pack["people"].get(role) or pack["words"]["roles"].get(role, role))


def title(pack: Pack, step: str | None) -> str:
    """A step's title for this seat; for a step whose words it has not, a neutral sentence."""
    texts = pack["texts"]["steps"].get(step)
    return str(texts["title"] if texts else pack["words"]["reasons"]["private"])


def answer_text(pack: Pack, step: str, answer: Any) -> str:
    """An answer in the words that were on its buttons, with units; what fits none of them is shown as it came."""
    rules = next((one for one in pack["protocol"]["steps"] if one["id"] == step), None)
    texts, lines = pack["texts"]["steps"].get(step), pack["words"]["lines"]
    if rules is None or texts is None:
        return str(lines["private"])
    labels, form = texts["answers"], rules["answer"]
    kind = form["type"]
    if kind in ("confirm", "choice") and isinstance(answer, str):
        return str(labels.get(answer, answer))
    if kind == "checks" and isinstance(answer, dict):
        checks = [_check(pack, labels, item["id"], answer.get(item["id"])) for item in form["items"]]
        return str(lines["semicolon"]).join(checks)
    if kind == "measure" and isinstance(answer, dict):
        readings = [_measure(lines, labels, field, answer.get(field["id"])) for field in form["fields"]]
        return str(lines["comma"]).join(readings)
    if kind == "time" and _is_instant(answer):
        return when(pack, int(answer))
    return number_text(answer)


def _is_instant(value: Any) -> bool:
    """Whether JavaScript's Date could hold it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and abs(value) <= LAST_INSTANT and float(value).is_integer()


def _check(pack: Pack, labels: Mapping[str, str], item: str, given: Any) -> str:
    lines = pack["words"]["lines"]
    said = lines[given] if given in ("yes", "no") else "?"
    return fill(lines["check"], item=labels[item], answer=said)


def _measure(lines: Mapping[str, str], labels: Mapping[str, str], field: Mapping[str, Any], given: Any) -> str:
    shown = "?" if given is None else number_text(given)
    return fill(lines["measure"], reading=labels[field["id"]], value=f"{shown} {field['unit'] or ''}".strip())


def number_text(value: Any) -> str:
    """A value as JavaScript would print it, so that both sides show the same."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return "?" if isinstance(value, (dict, list)) else str(value)


def line(pack: Pack, entry: Entry) -> str:
    """One entry as a sentence: who said what."""
    lines, kind = pack["words"]["lines"], entry["kind"]
    values = {"who": who(pack, entry), "text": "", "reason": entry.get("reason") or ""}
    if kind == "answer":
        hidden = entry.get("answer") is None
        values["text"] = lines["private"] if hidden else answer_text(pack, entry["step"], entry["answer"])
    if kind == "waive" and not entry.get("reason"):
        kind = "waive_hidden"
    return fill(lines[kind], **values)


def truth(pack: Pack, entry: Entry, looks: Sequence[Mapping[str, Any]]) -> str:
    """How far an entry has come: on this phone, with the clinic, or seen by somebody there, in words."""
    truths = pack["words"]["truths"]
    if entry.get("held"):
        return fill(truths["held"], message=entry["held"])
    if entry.get("seq") is None:
        return str(truths["phone"])
    seen = [look["name"] for look in looks if look["seq"] >= entry["seq"]]
    return fill(truths["seen"], name=pack["words"]["lines"]["comma"].join(seen)) if seen else str(truths["clinic"])


def coming(pack: Pack, call: Entry) -> str:
    """What somebody who called for help reads: whether the clinic knows."""
    return str(pack["words"]["go"]["help_alone" if call.get("seq") is None else "help_coming"])


def unsent(pack: Pack, count: int) -> str:
    """How many answers only this phone holds."""
    words = pack["words"]["unsent"]
    return counted(words["count"], count, pack["language"]) if count else str(words["none"])


def blocker(pack: Pack, one: Mapping[str, Any]) -> str:
    """One reason why a gate is shut."""
    reasons = pack["words"]["reasons"]
    if one["step"] is not None and one["step"] not in pack["texts"]["steps"]:
        return str(reasons["private"])
    return fill(reasons[one["why"]], title=title(pack, one["step"]), until=when(pack, one["until"]))


def gate(pack: Pack, state: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A gate's sentence, and its reasons with none said twice. Of a dose that was given, its gate says so first."""
    words, found = pack["words"]["gates"][name], state["gates"][name]
    reasons = list(dict.fromkeys(blocker(pack, one) for one in found["blockers"]))
    says = words["open" if found["open"] else "shut"]
    if name == "dose" and state["dosed_at"] is not None:
        says = fill(pack["words"]["lines"]["given"], when=when(pack, state["dosed_at"]), says=says)
    return {"title": words["title"], "says": says, "reasons": reasons}


def hold(pack: Pack, state: Mapping[str, Any]) -> str:
    """The hold in words: the clinic's instruction, with weekday and time; never advice of the software's own."""
    words = pack["words"]["hold"]
    if state["stage"] == "cancelled":
        return str(pack["words"]["gates"]["drive"]["open"])
    drive = state["gates"]["drive"]
    if not drive["blockers"]:
        return str(words["ended"] if state["dosed_at"] is not None else words["before"])
    if drive["blockers"][0]["step"] is not None:
        return str(words["ask"])
    until = drive["blockers"][0]["until"]
    return str(words["unknown"]) if until is None else fill(words["until"], until=when(pack, until))


def alert(pack: Pack, one: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """What an alert says, with since when."""
    words = pack["words"]["alerts"]
    kind = one["key"].split(":", 1)[0]
    said = next((entry for entry in entries if one["key"].endswith(":" + entry["id"])), None)
    text = fill(words[kind], title=title(pack, one["step"]), who=who(pack, said) if said else "")
    since = fill(words["since"], when=when(pack, one["since"]))
    return f"{text}{pack['words']['lines']['comma']}{_answered(pack, one, entries) if one['acked'] else since}"


def _answered(pack: Pack, one: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """Who took an alert on first, and when."""
    first = next((entry for entry in entries if entry["kind"] == "ack" and entry["of"] == one["key"]), None)
    by = who(pack, first or {"role": "staff"})
    return fill(pack["words"]["alerts"]["acked"], who=by, when=when(pack, first["t"] if first else None))


def idle(pack: Pack, state: Mapping[str, Any]) -> str:
    """What stands in the place of the next step when there is none; a prescriber may be called about a no."""
    words = pack["words"]["next"]
    over = state["stage"] in ("closed", "cancelled")
    no = None if over or pack["seat"]["role"] != "prescriber" else _no(pack, state)
    if no:
        status = pack["words"]["statuses"][state["steps"][no]["status"]]
        return fill(words["none_stop"], title=title(pack, no), status=status)
    phase = {"before": "before", "during": "during"}.get(state["stage"], "after")
    return str(words["none_over" if over else f"none_{phase}"])


def _no(pack: Pack, state: Mapping[str, Any]) -> str | None:
    """The first question of those that this seat sees whose answer is a stop, or whose answers disagree."""
    steps = [one["id"] for one in pack["protocol"]["steps"] if one["marks"] is None]
    known = [step for step in steps if step in pack["texts"]["steps"]]
    return next((step for step in known if state["steps"][step]["status"] in ("stop", "conflict")), None)


def place(pack: Pack, state: Mapping[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    """Where this seat is among its own questions of the part that comes next, and what it answered last."""
    words, role = pack["words"]["place"], pack["seat"]["role"]
    mine = [e for e in entries if e["role"] == role and e["kind"] == "answer" and e["step"] in pack["texts"]["steps"]]
    last = max(mine, key=lambda entry: (entry["t"], entry["id"]), default=None)
    text = [fill(words["last"], title=title(pack, last["step"]))] if last else []
    part = pack["steps"][state["next"][role]]["part"] if state["next"].get(role) in pack["texts"]["steps"] else None
    asked = [one["id"] for one in pack["protocol"]["steps"] if _is_asked(pack, state, one, part)]
    done = sum(state["steps"][step]["status"] in ("done", "waived") for step in asked)
    if done < len(asked):
        at = fill(words["at"], part=pack["texts"]["parts"][part], at=done + 1, count=len(asked))
        text.insert(0, at)
    return {"done": done, "count": len(asked), "text": " ".join(text)}


def _is_asked(pack: Pack, state: Mapping[str, Any], step: Mapping[str, Any], part: str | None) -> bool:
    """Whether this seat is asked it once, in this part of the day."""
    here = pack["steps"][step["id"]]["part"] == part and step["marks"] is None and step["every"] is None
    return here and pack["seat"]["role"] in step["who"] and state["steps"][step["id"]]["status"] != "off"


def taker(pack: Pack, state: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """Who takes the client home, or stays with them: named only while nothing in the record speaks against it. Else
    what the client does meanwhile."""
    words, steps = pack["words"]["taker"], state["steps"]
    if steps.get("home_safe", {}).get("status") == "done":
        return str(words["home"])
    key, way = ("goes", RIDE) if RIDE["promised"] in steps else ("stays", STAY)
    if way["promised"] not in steps:
        return ""
    if _is_settled(way, steps, entries):
        return fill(words[key], name=who(pack, {"role": "support"}))
    return str(words["goes_left" if key == "goes" and state["left_at"] is not None else f"{key}_unsure"])


def _is_settled(way: Mapping[str, Any], steps: Mapping[str, Any], entries: Sequence[Entry]) -> bool:
    """Whether the one who promised it does it: their word stands, no other step doubts it, and what staff wrote down
    last is that it goes as promised."""
    doubts = any(one in steps and steps[one]["status"] in DOUBTFUL for one in (*way["steps"], way["promised"]))
    step, planned = way["planned"]
    by = steps.get(step, {}).get("by")
    goes = by is None or any(entry["id"] == by and entry["answer"] == planned for entry in entries)
    return steps[way["promised"]]["status"] == "done" and not doubts and goes


def repeats(pack: Pack, step: str) -> bool:
    """Whether it is asked again and again."""
    return any(one["id"] == step and one["every"] is not None for one in pack["protocol"]["steps"])


def note(pack: Pack, state: Mapping[str, Any], step: str) -> str:
    """A step's status in words, with when it is due while that matters; what is asked again and again is due again."""
    found, words = state["steps"][step], pack["words"]["next"]
    if found["status"] == "todo" and _marks(pack, step) == "cancel":
        return str(words["only_if"])
    label = str(pack["words"]["statuses"][found["status"]])
    again = "again" if repeats(pack, step) else None
    due = {"done": again, "waived": again, "todo": "due", "expired": "due", "locked": "due", "overdue": "late"}
    how = due.get(found["status"])
    if found["due_at"] is None or how is None:
        return label
    return f"{label}{pack['words']['lines']['comma']}{fill(words[how], when=when(pack, found['due_at']))}"


def _marks(pack: Pack, step: str) -> str | None:
    """What a step marks in the day."""
    return next((one["marks"] for one in pack["protocol"]["steps"] if one["id"] == step), None)
