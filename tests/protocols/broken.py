# ruff: noqa: E501 - messages stand whole, as people get them
"""Protocols that are broken in one way each, and exactly what is said of them: line, step, message.

`python -m tests.protocols.broken` writes docs/protocol_mistakes.md from it.
"""

from dataclasses import dataclass
from pathlib import Path

Said = tuple[int, str | None, str]
SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol_mistakes.md"
INTRO = """# What a broken protocol is told

Made by `python -m tests.protocols.broken`; `tests/protocols/test_broken.py` holds it true. Each row breaks
`tests/protocols/small.yaml` in one way: `sessionday protocol check` and the page of a draft say this beside the line.

| mistake | written | line | step | what is said |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Broken:
    """`there` stands in the small protocol; with `instead` in its place, `said` is all that is said."""

    name: str
    there: str
    instead: str
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """The whole protocol, broken."""
        assert self.there in SMALL
        return SMALL.replace(self.there, self.instead, 1)


BROKEN = [
    Broken(
        "a key that is spelt wrong",
        "waivable: yes",
        "wavable: yes",
        ((29, "ride", "unknown key ‘wavable’ in a step; did you mean ‘waivable’?"),),
    ),
    Broken(
        "a role that does not exist",
        "who: [client, support]",
        "who: [client, suport]",
        (
            (
                25,
                "ride",
                "each of ‘who’ can't be ‘suport’; did you mean ‘support’? It is one of: client, support, staff, prescriber",
            ),
        ),
    ),
    Broken(
        "the same role twice",
        "who: [client, support]",
        "who: [client, client]",
        ((25, "ride", "‘who’ names one twice; name each once"),),
    ),
    Broken(
        "nobody who answers",
        "who: [client, support]",
        "who: []",
        ((25, "ride", "‘who’ is empty; name at least one of: client, support, staff, prescriber"),),
    ),
    Broken(
        "a gate that does not exist",
        "gate: drive",
        "gate: driving",
        ((111, "slept", "‘gate’ can't be ‘driving’; did you mean ‘drive’? It is one of: dose, leave, drive, close"),),
    ),
    Broken(
        "a phase that does not exist",
        "phase: during",
        "phase: middle",
        ((62, None, "‘phase’ can't be ‘middle’; it is one of: before, during, after"),),
    ),
    Broken(
        "a part before its time",
        "phase: after",
        "phase: before",
        (
            (
                85,
                None,
                "the part ‘home’ of phase ‘before’ comes after one of phase ‘during’; the order is before, during, after",
            ),
        ),
    ),
    Broken(
        "a moment without its anchor",
        "due: 90 min before start",
        "due: 90 min",
        (
            (
                31,
                "ride",
                "‘due’ can't be ‘90 min’; write a moment, like ‘4 h before start’, ‘40 min after dose’ or ‘at hold’; a moment is counted from: start, first_dose, dose, leave, hold",
            ),
        ),
    ),
    Broken(
        "a moment behind the step's own gate",
        "opens: 2 d before start",
        "opens: at dose",
        (
            (
                30,
                "ride",
                "‘opens’ is counted from dose, which nobody knows before the dose gate opens; count it from: start, hold",
            ),
        ),
    ),
    Broken(
        "a length that is no length",
        "fresh: 1 h 30 min",
        "fresh: 1.5 h",
        (
            (
                46,
                "pressure",
                "‘fresh’ can't be ‘1.5 h’; write a length of time, like ‘45 min’, ‘4 h’, ‘1 h 30 min’ or ‘2 d’",
            ),
        ),
    ),
    Broken(
        "a repeated reading without its grace",
        ", grace: 5 min}",
        "}",
        ((79, "watch", "‘every’ lacks the key ‘grace’; add it"),),
    ),
    Broken(
        "a repeated reading without a pause",
        "each: 15 min",
        "each: 0 min",
        ((79, "watch", "‘each’ must be longer than 0 minutes, like ‘15 min’"),),
    ),
    Broken(
        "a time to stay counted from the wrong moment",
        "observe: 2 h after dose",
        "observe: 2 h after leave",
        (
            (
                6,
                None,
                "‘observe’ can't be ‘2 h after leave’; write a moment, like ‘4 h before start’, ‘40 min after dose’ or ‘at hold’; a moment is counted from: first_dose, dose",
            ),
        ),
    ),
    Broken(
        "a clock time that is none",
        '"06:00"',
        '"6am"',
        ((7, None, '‘day_starts’ can\'t be ‘6am’; write a clock time in quotes, like "06:00"'),),
    ),
    Broken(
        "an answer without what it needs",
        "answer: code",
        "answer: choice",
        ((91, "code", "an answer of type ‘choice’ needs more than its type: write {type: choice, options: …}"),),
    ),
    Broken(
        "a verdict that does not exist",
        "friend: ok,",
        "friend: fine,",
        ((27, "ride", "‘friend’ can't be ‘fine’; it is one of: ok, stop, never"),),
    ),
    Broken(
        "an option without its verdict",
        "friend: ok,",
        "friend: ,",
        (
            (27, "ride", "‘friend’ in ‘options’ has nothing behind its colon; write what it means"),
            (37, "ride", "‘answers’ has a label for ‘friend’, but the answer has only: myself; leave it out"),
        ),
    ),
    Broken(
        "an id with a capital letter",
        "friend: ok,",
        "Friend: ok,",
        (
            (
                27,
                "ride",
                "the id of an option can't be ‘Friend’: an id is a to z, 0 to 9 and _, begins with a letter, at most 40 long",
            ),
            (37, "ride", "‘answers’ has a label for ‘friend’, but the answer has only: myself; leave it out"),
        ),
    ),
    Broken(
        "an id that forms need for themselves",
        "ill: no}",
        "reason: no}",
        (
            (16, "rules", "the id of an item can't be ‘reason’: forms need that name for themselves; choose another"),
            (23, "rules", "‘answers’ has a label for ‘ill’, but the answer has only: no_car; leave it out"),
        ),
    ),
    Broken(
        "limits in the wrong order",
        "never_above: 160.5",
        "never_above: 120",
        (
            (
                44,
                "pressure",
                "in field ‘systolic’, stop_above (140) is more than never_above (120); they must rise: min, never_below, stop_below, stop_above, never_above, max",
            ),
        ),
    ),
    Broken(
        "a number in words",
        "max: 260",
        "max: lots",
        ((44, "pressure", "‘max’ of field ‘systolic’ must be a number, such as 120, not ‘lots’"),),
    ),
    Broken(
        "a field without its highest number",
        "max: 260, ",
        "",
        ((44, "pressure", "field ‘systolic’ lacks the key ‘max’; add it"),),
    ),
    Broken(
        "an answer hidden from who gives it",
        "visible_to: [client, support, staff]",
        "visible_to: [client, staff]",
        (
            (32, "ride", "‘visible_to’ lacks support: support answers this step; add it"),
            (38, "ride", "‘for’ has words for support, who neither answers nor sees this step; leave them out"),
        ),
    ),
    Broken(
        "a step from nowhere",
        "source: [K43]",
        "source: []",
        ((94, "code", "‘source’ is empty; say where the step comes from"),),
    ),
    Broken(
        "a text without its language",
        '{en: "Gone?"}',
        '"Gone?"',
        ((105, "leave", "‘what’ needs its language: write {en: 'Gone?'}"),),
    ),
    Broken(
        "a language that is not listed",
        '{en: "Gone?"}',
        '{en: "Gone?", de: "Weg?"}',
        ((105, "leave", "‘what’ has the language ‘de’, which ‘languages’ at the top does not list; add it there"),),
    ),
    Broken(
        "an option without its words",
        'friend: {en: "A friend"}, ',
        "",
        ((37, "ride", "‘answers’ has no label for ‘friend’; write what people read there"),),
    ),
    Broken(
        "words for somebody who never sees them",
        "for: {support:",
        "for: {prescriber:",
        ((38, "ride", "‘for’ has words for prescriber, who neither answers nor sees this step; leave them out"),),
    ),
    Broken(
        "two steps of one name",
        "id: watch",
        "id: dose",
        ((74, "dose", "two steps have the id ‘dose’: in line 65 and line 74; rename one"),),
    ),
    Broken(
        "a key twice",
        "        gate: drive\n",
        "        gate: drive\n        gate: close\n",
        ((112, "slept", "a step has ‘gate’ twice: in line 111 and line 112; keep one"),),
    ),
    Broken(
        "a step without its question",
        '        what: {en: "Gone?"}\n',
        "",
        ((99, "leave", "a step lacks the key ‘what’; add it"),),
    ),
    Broken(
        "a gate that nothing can open",
        "options: {friend: ok, myself: never}",
        "options: {friend: stop, myself: never}",
        ((24, "ride", "The dose gate can't be opened: no answer to this step is ok. At least one must be."),),
    ),
    Broken(
        "a step that waits for itself",
        "marks: leave",
        "marks: leave\n        gate: leave",
        ((99, "leave", "gate can't be leave: the step would wait for itself. Leave it out, or name another gate."),),
    ),
    Broken(
        "a dose that is given by others",
        "who: staff\n        marks: dose",
        "who: [staff, support]\n        marks: dose",
        ((65, "dose", "who must be staff alone: a step that marks dose is theirs."),),
    ),
    Broken(
        "a day without a dose",
        "        marks: dose\n",
        "",
        (
            (1, None, "A step must mark dose: without one the leave gate can't be opened."),
            (
                73,
                "watch",
                "The leave gate can't be opened: opens is from first_dose, but no step marks dose. Add one, or reckon it otherwise.",
            ),
            (
                88,
                "code",
                "The leave gate can't be opened: opens is from dose, but no step marks dose. Add one, or reckon it otherwise.",
            ),
        ),
    ),
    Broken(
        "an alias",
        "source: [K43]",
        "source: &x [K43]\n        fresh: *x",
        ((95, None, "this is not YAML: aliases (‘*name’) are not used here; write it out"),),
    ),
    Broken(
        "a bracket that is never closed",
        "who: [client, support]",
        "who: [client, support",
        (
            (
                26,
                None,
                "this is not YAML: expected ',' or ']', but got ':'; look here and just above for a bracket, a quote or a colon that is missing",
            ),
        ),
    ),
]


def row(case: Broken) -> str:
    """One line of the table for each thing that is said."""
    written = " ".join(case.instead.split()) or "(left out)"
    lines = [
        f"| {case.name} | `{written}` | {line} | {f'`{step}`' if step else ''} | {said} |"
        for line, step, said in case.said
    ]
    return "\n".join(lines)


def document() -> str:
    """docs/protocol_mistakes.md"""
    return INTRO + "\n".join(row(case) for case in BROKEN) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
