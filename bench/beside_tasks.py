"""The tasks, and how each is done in each system: which page is opened, and what is tapped and typed on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TASKS = {
    "ride": "A support person confirms the ride home",
    "rules": "A client answers six lines with yes or no",
    "pressure": "Staff enter a blood pressure that is over its limit",
    "hold": "A client finds out until when not to drive",
    "help": "A client calls for help",
}
NAMES = {
    "ours": "Session Day", "govuk": "GOV.UK Frontend", "nhsuk": "NHS.UK frontend", "survey": "SurveyJS",
    "enketo": "Enketo Core",
}  # fmt: skip
SYSTEMS = tuple(NAMES)
RULES = ("no_car", "no_bike", "no_scooter", "no_machines", "no_papers", "no_alcohol")

ENKETO_RADIO = "input[data-name='/data/{0}'][value=yes], input[name='/data/{0}'][value=yes]"

# What is tapped, and then typed: "" where a tap is all, None where it is only looked at.
Action = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Way:
    """The pages that are passed on the way, each with what is done on it; the last is where the answer is given."""

    url: str
    pages: tuple[tuple[Action, ...], ...]
    saved: str  # shows that it was taken, on the page or the one that follows
    code: str = ""  # opens the seat where no script reads the link
    staff: bool = False
    ready: str = ""
    day: str = ""


def tap(selector: str) -> Action:
    return selector, ""


def ours(task: str, session: Mapping[str, Any]) -> Way:
    """Session Day, from the link in a message. Staff are signed in and open the day."""
    role = {"ride": "support"}.get(task, "client")
    opened = (tap("[data-link] button"),)
    onward = (tap("[data-next-link]"),)
    line = "article [data-list=lines] > li"
    common = {"ready": "body[data-ready=true]", "day": session["url"], "code": session["codes"][role]}
    link = session["links"][role]
    if task == "ride":
        return Way(link, (opened, onward, (tap("article button[value=yes]"),)), line, **common)
    if task == "rules":
        answers = tuple(tap(f"input[name={name}][value=yes]") for name in RULES)
        return Way(link, (opened, onward, (*answers, tap("form.answer-checks button.go"))), line, **common)
    if task == "pressure":
        typed = (("input[name=systolic]", "152"), ("input[name=diastolic]", "94"), tap("form.answer-measure button.go"))
        return Way(session["url"], (onward, typed), line, staff=True, **{**common, "code": ""})
    if task == "hold":
        return Way(link, (opened, (("[data-hold-until] .big", None),)), "[data-hold-until] .big", **common)
    asked = "[data-help-call]:not([hidden])"
    return Way(link, (opened, (tap(".help-button"),)), asked, **common)


def theirs(system: str, task: str, base: str) -> Way:
    """A peer: a design system's list of tasks with a page for each, or a builder's form with a link of its own."""
    if system in ("govuk", "nhsuk"):
        return designed(system, task, f"{base}/{system}/day")
    return built(system, task, f"{base}/{system}/{task}")


def designed(system: str, task: str, day: str) -> Way:
    """The pages of a design system."""
    if task == "hold":
        warning = ".govuk-warning-text" if system == "govuk" else ".nhsuk-warning-callout, .nhsuk-card__description"
        return Way(day, (((warning, None),),), warning)
    saved, button = f".{system}-panel", f"form button.{system}-button"
    if task == "help":
        return Way(day, ((tap(button),),), saved)
    answers: tuple[Action, ...] = (tap("input[name=answer][value=yes]"),)
    if task == "rules":
        answers = tuple(tap(f"input[name={name}][value=yes]") for name in RULES)
    if task == "pressure":
        answers = (("#systolic", "152"), ("#diastolic", "94"))
    return Way(day, ((tap(f"a[href='/{system}/{task}']"),), (*answers, tap(button))), saved)


def built(system: str, task: str, form: str) -> Way:
    """The page of a form builder."""
    survey = system == "survey"
    saved, button = "body[data-taken=true]", ".sd-navigation__complete-btn" if survey else "#submit"
    if task == "hold":
        told = "#form p" if survey else ".question-label.active"
        return Way(form, (((told, None),),), told)
    named = "[data-name={}] input".format if survey else "input[name='/data/{}']".format
    if task == "pressure":
        return Way(form, (((named("systolic"), "152"), (named("diastolic"), "94"), tap(button)),), saved)
    names = RULES if task == "rules" else (task,)
    chosen = "[data-name={}] input[value=yes]" if survey else ENKETO_RADIO
    return Way(form, ((*(tap(chosen.format(name)) for name in names), tap(button)),), saved)
