"""Whether answers can open each gate at all, before it was passed shut. Imports only the form. It has no twin."""

from .form import Refusal
from .values import Json

# What is only known once a gate has been passed can't be what a step of that gate waits for. Before a dose there is a
# hold only where silence stands for one.
KNOWN_TOO_LATE = {"dose": ("first_dose", "dose", "leave", "hold"), "leave": ("leave",), "drive": (), "close": ()}

# Events that come after passing a gate, or that put an end to it, can't be what it waits for.
DONE_TOO_LATE = {"dose": ("leave", "close", "cancel"), "leave": ("close",), "drive": (), "close": ()}

NEEDED = {"first_dose": "dose", "dose": "dose", "leave": "leave"}  # anchors, and the events that they are


def opening_refusals(rules: Json) -> list[Refusal]:
    marked = {step.get("marks") for step in rules["steps"]}
    found: list[Refusal] = []
    if "dose" not in marked:
        found.append((None, "A step must mark dose: without one the leave gate can't be opened."))
    if not marked & {"leave", "cancel"}:
        found.append((None, "A step must mark leave or cancel: without one the close gate can't be opened."))
    for step in rules["steps"]:
        whys = obstacles(step, marked) if step.get("gate") else []
        found += [(step["id"], f"The {step['gate']} gate can't be opened: {why}") for why in whys]
    return found


def obstacles(step: Json, marked: set[str | None]) -> list[str]:
    """Why this step, which holds a gate, can never be done while the gate waits for it."""
    gate, event, anchor = step["gate"], step.get("marks"), str((step.get("opens") or {}).get("from"))
    found = []
    if event == "help":
        found.append("a step that marks help is never done. It must hold no gate.")
    if event in DONE_TOO_LATE[gate]:
        found.append(f"a step that marks {event} is done after it. It must hold no gate, or a later one.")
    if anchor in KNOWN_TOO_LATE[gate]:
        found.append(f"opens is from {anchor}, which is not known before. Reckon it from an earlier anchor.")
    elif anchor in NEEDED and NEEDED[anchor] not in marked:
        found.append(f"opens is from {anchor}, but no step marks {NEEDED[anchor]}. Add one, or reckon it otherwise.")
    if gate == "leave" and asks_the_impaired(step):
        found.append("only an impaired client could answer. Let somebody else, or open it before the dose.")
    if not can_be_ok(step["answer"]):
        found.append("no answer to this step is ok. At least one must be.")
    return found


def asks_the_impaired(step: Json) -> bool:
    """Whether it waits for the client's own word on what they can't vouch for until the hold ends."""
    is_clients = step["who"] == ["client"] or (step["quorum"] == "all" and "client" in step["who"])
    opens = step.get("opens") or {"from": "start", "minutes": 0}
    return bool(step["capacity"] and is_clients and opens["from"] in ("first_dose", "dose") and opens["minutes"] >= 0)


def can_be_ok(answer: Json) -> bool:
    if answer["type"] == "choice":
        return any(option["verdict"] == "ok" for option in answer["options"])
    if answer["type"] == "measure":
        return all(has_room(field) for field in answer["fields"])
    return True


def has_room(field: Json) -> bool:
    """Whether any number lies within all of a field's limits."""
    lows = [field["min"], field.get("stop_below"), field.get("never_below")]
    highs = [field["max"], field.get("stop_above"), field.get("never_above")]
    return bool(max(low for low in lows if low is not None) <= min(high for high in highs if high is not None))
