"""What one answer means: ok, stop, or never (a stop that nobody can waive). What is not of the form is a stop.
Imports only how JSON is read."""

from typing import Any

from .values import EXACT, Json, is_blank, is_object, minutes, number, part, text

VERDICTS = ("ok", "stop", "never")  # from best to worst


def verdict(entry: Json, step: Json, session: Json) -> str:
    carried = entry.get("verdict")
    if carried is not None:
        return as_word(carried)
    judge = FORMS.get(step["answer"]["type"])
    return judge(entry.get("answer"), step["answer"], session) if judge else "stop"


def as_word(verdict: Any) -> str:
    return verdict if text(verdict) in VERDICTS else "stop"


def ok_if(condition: bool) -> str:
    return "ok" if condition else "stop"


def confirm(answer: Any, form: Json, session: Json) -> str:
    return ok_if(answer == "yes")


def choice(answer: Any, form: Json, session: Json) -> str:
    for option in form["options"]:
        if option["id"] == answer:
            return as_word(option["verdict"])
    return "stop"


def checks(answer: Any, form: Json, session: Json) -> str:
    if not is_object(answer):
        return "stop"
    for item in form["items"]:
        if part(answer, item["id"]) != item["want"]:
            return "stop"
    return "ok"


def measure(answer: Any, form: Json, session: Json) -> str:
    if not is_object(answer):
        return "stop"
    found = [measured(number(part(answer, field["id"])), field) for field in form["fields"]]
    return max(found, key=VERDICTS.index)


def measured(value: int | float | None, field: Json) -> str:
    if value is None or is_beyond(value, field.get("min"), field.get("max")):
        return "stop"
    if is_beyond(value, field.get("never_below"), field.get("never_above")):
        return "never"
    return ok_if(not is_beyond(value, field.get("stop_below"), field.get("stop_above")))


def is_beyond(value: int | float, low: int | float | None, high: int | float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def time(answer: Any, form: Json, session: Json) -> str:
    instant, latest = number(answer), form.get("latest_minutes")
    if type(instant) is not int or not -EXACT < instant < EXACT:
        return "stop"
    return ok_if(latest is None or instant <= session["start"] + minutes(latest))


def code(answer: Any, form: Json, session: Json) -> str:
    return ok_if(text(answer) is not None and answer == session.get("pickup_code"))


def words(answer: Any, form: Json, session: Json) -> str:
    return ok_if(text(answer) is not None and not is_blank(answer))


FORMS = {
    "confirm": confirm,
    "choice": choice,
    "checks": checks,
    "measure": measure,
    "time": time,
    "code": code,
    "text": words,
}
