"""The record as plain rows, section by section: what the page and the printed form both show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sessionday.record import monitoring
from sessionday.record.arranged import sentence
from sessionday.record.replay import gates_and_alerts, is_thinned
from sessionday.record.speech import Speech
from sessionday.web import telling

Json = Mapping[str, Any]
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over rows; `columns` are their headings, none where each row names itself."""

    id: str
    title: str
    columns: list[str]
    rows: Rows
    empty: str = ""


def sections(record: Json) -> list[Section]:
    """Everything, in the order in which it is read."""
    speech = Speech(record)
    turns, alerts = gates_and_alerts(record)
    rows = {
        "summary": _summary(speech),
        **({"monitoring": monitoring.form(speech)} if monitoring.is_asked(speech) else {}),
        "gates": [_turn(speech, one) for one in turns],
        "timeline": [_line(speech, one) for one in in_order(speech)],
        "readings": _readings(speech),
        "waives": [_waive(speech, one) for one in in_order(speech) if one["kind"] == "waive"],
        "alerts": [_alert(speech, one) for one in alerts],
        "aside": [_aside(speech, one) for one in record["held"]],
        "arrangements": [_arranged(speech, one) for one in record["arrangements"]],
        "accesses": [_access(speech, one) for one in record["accesses"]],
        "addenda": [_line(speech, one) for one in addenda(speech)],
        "chain": _chain(speech),
    }
    words = speech.words["sections"]
    return [Section(id, rows=found, **_heads(words[id])) for id, found in rows.items()]


def _heads(words: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": words["title"], "columns": words.get("columns", []), "empty": words.get("empty", "")}


def in_order(speech: Speech) -> list[dict[str, Any]]:
    """As it happened, not as it came in."""
    return sorted(speech.entries, key=lambda entry: (entry["t"], entry["seq"]))


def addenda(speech: Speech) -> list[dict[str, Any]]:
    """What came in after the record was closed."""
    closing = {id for id, step in speech.rules.items() if step["marks"] == "close"}
    closed = next((e["seq"] for e in speech.entries if e["step"] in closing and speech.verdict(e) == "ok"), None)
    return [] if closed is None else [entry for entry in in_order(speech) if entry["seq"] > closed]


def _summary(speech: Speech) -> Rows:
    record, words = speech.record, speech.words["summary"]
    state, session = record["state"], record["session"]
    stage = speech.pack["words"]["stages"][state["stage"]]
    known = {
        "client": session["client"],
        "clinic": record["clinic"]["name"],
        "protocol": f"{record['protocol']['words']['en']['title']} ({record['protocol']['id']} "
        f"{record['protocol']['version']})",
        "start": speech.when(session["start"]),
        "stage": telling.fill(words["stage_at"], stage=stage, when=speech.when(record["exported_at"])),
        "doses": "; ".join(_dose(speech, one) for one in in_order(speech) if _marks(speech, one, "dose")),
        "left": speech.when(state["left_at"]) if state["left_at"] is not None else words["not_left"],
        "hold": _hold(speech),
        "people": "; ".join(_person(speech, one) for one in [*record["seats"], *record["staff"]] if one["name"]),
        "zone": record["clinic"]["zone"],
    }
    if is_thinned(record):
        known["note"] = words["thinned"]
    return [[words[key], value or words["none"]] for key, value in known.items()]


def _hold(speech: Speech) -> str:
    """Until when, and whether that is known or only taken for granted."""
    state, words = speech.record["state"], speech.words["summary"]
    if state["hold_until"] is None:
        return str(words["no_hold"])
    when = speech.when(state["hold_until"])
    return when if state["dosed_at"] is not None else telling.fill(words["assumed"], when=when)


def _marks(speech: Speech, entry: Json, event: str) -> bool:
    return bool(entry["kind"] == "answer" and speech.rules.get(entry["step"], {}).get("marks") == event)


def _dose(speech: Speech, entry: Json) -> str:
    return f"{speech.when(entry['t'])}: {speech.answer(entry)}"


def _person(speech: Speech, one: Json) -> str:
    return f"{one['name']} ({speech.pack['words']['roles'][one.get('role', 'staff')]})"


def _turn(speech: Speech, turn: Json) -> list[str]:
    """A gate's opening or shutting, with who said what last at that instant, or that time alone did it."""
    words = speech.words["turns"]
    then = [] if turn["by_time"] else [one for one in speech.entries if one["t"] == turn["t"]]
    # Of several at one instant, the last that is about this gate
    entry = max(then, key=lambda one: (_is_about(speech, one, turn["gate"]), one["seq"]), default=None)
    by = f"{entry['name']}: {speech.title(entry['step']) or speech.answer(entry)}" if entry else words["time"]
    gate = speech.pack["words"]["gates"][turn["gate"]]["title"]
    return [speech.when(turn["t"]), gate, words["open" if turn["open"] else "shut"], by]


def _is_about(speech: Speech, entry: Json, gate: str) -> bool:
    return bool(speech.rules.get(entry["step"], {}).get("gate") == gate)


def _line(speech: Speech, entry: Json) -> list[str]:
    said = speech.answer(entry)
    late = entry["received_at"] - entry["t"] >= 5 * telling.MINUTE
    came = telling.fill(speech.words["came"], when=speech.when(entry["received_at"])) if late else ""
    text = "\n".join(part for part in (said, entry["reason"] or "", came) if part)
    return [speech.when(entry["t"]), entry["name"], speech.title(entry["step"]), text]


def _readings(speech: Speech) -> Rows:
    measured = [e for e in in_order(speech) if _is_reading(speech, e)]
    return [
        [speech.when(e["t"]), speech.title(e["step"]), speech.answer(e), speech.words["verdicts"][speech.verdict(e)]]
        for e in measured
    ]


def _is_reading(speech: Speech, entry: Json) -> bool:
    rules = speech.rules.get(entry["step"])
    is_measured = rules is not None and rules["answer"]["type"] == "measure" and not rules["marks"]
    return is_measured and entry["kind"] == "answer" and entry["role"] != "prescriber"


def _waive(speech: Speech, entry: Json) -> list[str]:
    return [speech.when(entry["t"]), entry["name"], speech.title(entry["step"]), entry["reason"] or ""]


def _alert(speech: Speech, one: Json) -> list[str]:
    words, entries = speech.words, speech.entries
    ack = next((e for e in in_order(speech) if e["kind"] == "ack" and e["of"] == one["key"]), None)
    said = next((e for e in entries if one["key"].endswith(":" + e["id"])), None)
    kind = one["key"].split(":", 1)[0]
    who = said["name"] if said else ""
    text = telling.fill(speech.pack["words"]["alerts"][kind], title=speech.title(one["step"]), who=who)
    answered = f"{ack['name']}, {speech.when(ack['t'])}" if ack else words["nobody"]
    over = speech.when(one["until"]) if one["until"] is not None else "" if ack else words["stands"]
    return [speech.when(one["since"]), words["levels"][one["level"]], text, answered, over]


def _aside(speech: Speech, one: Json) -> list[str]:
    who = speech.pack["words"]["roles"].get(one["role"], one["role"])
    return [speech.when(one["received_at"]), who, one["message"], json.dumps(one["body"], ensure_ascii=False)]


def _arranged(speech: Speech, one: Json) -> list[str]:
    by = one["name"] or speech.pack["words"]["arrange"]["system"]
    return [speech.when(one["at"]), by, sentence(one["kind"], one["body"], speech.when)]


def _access(speech: Speech, one: Json) -> list[str]:
    return [speech.when(one["at"]), one["name"], speech.words["access"]["kinds"].get(one["what"], one["what"])]


def _chain(speech: Speech) -> Rows:
    session, words = speech.record["session"], speech.words["chain"]
    return [
        [words["entries"], str(session["seq"])],
        [words["head"], session["head"]],
        [words["session"], session["id"]],
        [words["how"], words["verify"]],
    ]
