"""What the session's pages show, as plain data for the templates: a pack, a state and a record put into words.

static/js/paint.js fills the same places of the same pages from the same words when the phone is on its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sessionday.web import telling
from sessionday.web.due import due_view
from sessionday.web.short_answers import why_no_driving
from sessionday.web.telling import Entry, Pack
from sessionday.web.vitals import vitals_view
from sessionday.words import spoken

State = Mapping[str, Any]
Looks = Sequence[Mapping[str, Any]]
DUE = 6  # so many of what is due next stand on the page; static/js/desk.js shows as many
QUIET = frozenset({"ack"})
TIME_OUT, PRESCRIBED, DUTIES = "time_out", "dose_planned", "duties_accepted"  # what the protocols call them


def day_view(pack: Pack, state: State, entries: Sequence[Entry], looks: Looks) -> dict[str, Any]:
    """The session page of a seat."""
    role = pack["seat"]["role"]
    return {
        "pack": pack,
        "vitals": vitals_view(pack, entries) if role == "staff" else None,
        "state": state,
        "role": role,
        "calm": role == "client" and state["stage"] == "during",
        "next": next_view(pack, state),
        "place": telling.place(pack, state, entries),
        "taker": telling.taker(pack, state, entries),
        "duties": DUTIES,
        "hold": telling.hold(pack, state),
        "gates": {name: telling.gate(pack, state, name) for name in state["gates"]},
        "parts": parts_view(pack, state),
        "at_hand": at_hand_view(pack, state),
        "alerts": alerts_view(pack, state, entries) if role == "staff" else [],
        "due": due_view(pack, state, DUE) if role == "staff" else [],
        "help": help_view(pack, state, entries, looks),
        "code_step": next((step["id"] for step in pack["protocol"]["steps"] if step["answer"]["type"] == "code"), None),
    }


def step_view(pack: Pack, state: State, entries: Sequence[Entry], looks: Looks, step: str) -> dict[str, Any]:
    """One question's page."""
    rules = next(one for one in pack["protocol"]["steps"] if one["id"] == step)
    role = pack["seat"]["role"]
    return {
        **day_view(pack, state, entries, looks),
        "step": step,
        "rules": rules,
        "texts": pack["texts"]["steps"][step],
        "standing": state["steps"][step],
        "note": telling.note(pack, state, step),
        "mine": role in rules["who"],
        "why_no_driving": why_no_driving(role, step),
        "waives": role == "staff" and rules["waivable"],
        "own_gate": rules["marks"] if rules["marks"] in state["gates"] and role in rules["who"] else None,
        "lines": lines_view(pack, entries, looks, step),
        "repeats": rules["every"] is not None or rules["marks"] in ("dose", "help"),
        "last": _last_of_mine(pack, entries, step),
        "limits": {field["id"]: limits_text(field) for field in rules["answer"].get("fields", ())},
        "prescribed": prescribed_view(pack, state, entries, looks) if role == "staff" and _gives(pack, rules) else None,
        "read_aloud": read_aloud_view(pack, state) if step == TIME_OUT and role == "staff" else None,
    }


def _gives(pack: Pack, rules: Mapping[str, Any]) -> bool:
    """Whether a step is about giving a dose: who answers it must have before them what was prescribed."""
    return rules["id"] == TIME_OUT or (rules["marks"] == "dose" and PRESCRIBED in pack["texts"]["steps"])


def prescribed_view(pack: Pack, state: State, entries: Sequence[Entry], looks: Looks) -> dict[str, Any]:
    """What is prescribed: the word that counts now and no other, so that nobody gives what was taken back (F21)."""
    by = state["steps"].get(PRESCRIBED, {}).get("by")
    return {"step": PRESCRIBED, "lines": [line_view(pack, entry, looks) for entry in entries if entry["id"] == by]}


def read_aloud_view(pack: Pack, state: State) -> dict[str, Any]:
    """What two people read to each other before a dose, beside what was prescribed: what holds its gate (C10, C13)."""
    holding = [step for step in pack["protocol"]["steps"] if step["gate"] == "dose" and _is_listed(pack, step)]
    return {"items": [_item(pack, state, step) for step in holding if step["id"] != TIME_OUT]}


def limits_text(field: Mapping[str, Any]) -> str:
    """The limits of one reading, beside its field."""
    words = spoken()["limits"]
    known = [(kind, field[kind]) for kind in words if field[kind] is not None]
    texts = [telling.fill(words[kind], limit=telling.number_text(limit)) for kind, limit in known]
    return str(spoken()["lines"]["comma"]).join(texts)


def next_view(pack: Pack, state: State) -> dict[str, Any]:
    """The one big card: what this seat answers next, or that there is nothing."""
    step = state["next"].get(pack["seat"]["role"])
    if step is None or step not in pack["texts"]["steps"]:
        return {"step": None, "title": telling.idle(pack, state), "what": "", "note": ""}
    texts = pack["texts"]["steps"][step]
    return {"step": step, "title": texts["title"], "what": texts["what"], "note": telling.note(pack, state, step)}


def parts_view(pack: Pack, state: State) -> list[dict[str, Any]]:
    """The steps that this seat may see, by part of the day; a part with none is left out."""
    shown = [step for step in pack["protocol"]["steps"] if _is_listed(pack, step)]
    parts = []
    for part in pack["parts"]:
        steps = [_item(pack, state, step) for step in shown if pack["steps"][step["id"]]["part"] == part["id"]]
        if steps:
            parts.append({"id": part["id"], "title": pack["texts"]["parts"][part["id"]], "steps": steps})
    return parts


def at_hand_view(pack: Pack, state: State) -> list[dict[str, Any]]:
    """What this seat records whenever it happens, and never is only ‘next’: doses, readings again and again, ends."""
    mine = [step for step in pack["protocol"]["steps"] if pack["seat"]["role"] in step["who"]]
    steps = [step for step in mine if step["every"] or step["marks"] in ("dose", "leave", "close")]
    return [{**_item(pack, state, step), "hidden": not at_hand(state, step["id"])} for step in steps]


def at_hand(state: State, step: str) -> bool:
    """Whether a step can be recorded now, as its status says."""
    return state["steps"][step]["status"] not in ("locked", "off")


def _is_listed(pack: Pack, step: Mapping[str, Any]) -> bool:
    """Help has a button of its own; calling the session off is nothing that others wait for."""
    mine = pack["seat"]["role"] in step["who"]
    return step["id"] in pack["texts"]["steps"] and step["marks"] != "help" and (mine or step["marks"] != "cancel")


def _item(pack: Pack, state: State, step: Mapping[str, Any]) -> dict[str, Any]:
    mine = pack["seat"]["role"] in step["who"]
    others = pack["words"]["lines"]["comma"].join(telling.who(pack, {"role": role}) for role in step["who"])
    return {
        "id": step["id"],
        "title": telling.title(pack, step["id"]),
        "status": state["steps"][step["id"]]["status"],
        "note": telling.note(pack, state, step["id"]),
        "who": "" if mine else telling.fill(pack["words"]["next"]["for"], who=others),
    }


def lines_view(pack: Pack, entries: Sequence[Entry], looks: Looks, step: str) -> list[dict[str, Any]]:
    """What was said to a step, newest first, each with when and how far it has come."""
    said = [entry for entry in entries if entry["step"] == step and entry["kind"] not in QUIET]
    return [
        line_view(pack, entry, looks)
        for entry in sorted(said, key=lambda entry: (entry["t"], entry["id"]), reverse=True)
    ]


def line_view(pack: Pack, entry: Entry, looks: Looks) -> dict[str, Any]:
    """One entry for the list of what was said."""
    return {
        "id": entry["id"],
        "text": telling.line(pack, entry),
        "when": telling.when(pack, entry["t"]),
        "truth": telling.truth(pack, entry, looks),
        "truth_kind": "phone" if entry.get("seq") is None else "clinic",
    }


def alerts_view(pack: Pack, state: State, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Every alert; those that nobody answered first, the gravest of them on top."""
    alerts = [
        {
            "key": one["key"],
            "level": one["level"],
            "acked": one["acked"],
            "since": one["since"],
            "step": one["step"],
            "text": telling.alert(pack, one, entries),
        }
        for one in state["alerts"]
    ]
    return sorted(alerts, key=lambda one: (one["acked"], one["level"] != "critical"))


def help_view(pack: Pack, state: State, entries: Sequence[Entry], looks: Looks) -> dict[str, Any] | None:
    """The help step of this seat, and its last call that nobody has answered yet."""
    step = next((s["id"] for s in pack["protocol"]["steps"] if s["marks"] == "help"), None)
    if step is None or step not in pack["texts"]["steps"] or not _may(pack, step):
        return None
    open_calls = {
        one["key"].removeprefix("help:")
        for one in state["alerts"]
        if one["key"].startswith("help:") and not one["acked"]
    }
    calls = [entry for entry in entries if entry["id"] in open_calls and entry["role"] == pack["seat"]["role"]]
    last = max(calls, key=lambda entry: entry["t"], default=None)
    call = {**line_view(pack, last, looks), "coming": telling.coming(pack, last)} if last else None
    return {"step": step, "call": call}


def _may(pack: Pack, step: str) -> bool:
    return any(one["id"] == step and pack["seat"]["role"] in one["who"] for one in pack["protocol"]["steps"])


def _last_of_mine(pack: Pack, entries: Sequence[Entry], step: str) -> Entry | None:
    """This seat's latest answer or waive to a step: what ‘Take it back’ names."""
    mine = [
        e
        for e in entries
        if e["step"] == step and e["role"] == pack["seat"]["role"] and e["kind"] in ("answer", "waive")
    ]
    gone = {e["of"] for e in entries if e["kind"] == "withdraw" and e["role"] == pack["seat"]["role"]}
    return max((e for e in mine if e["id"] not in gone), key=lambda e: (e["t"], e["id"]), default=None)
