"""The compiler: what it makes of a right file, and what it says, and of which line, about every kind of mistake."""

import json
import random
from pathlib import Path

import pytest

from sessionday.protocols import Checklist, Problem, ProtocolError, compile_text, load, names

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProtocolError) as caught:
        compile_text(text, "my.yaml")
    return caught.value.problems


def line_with(words: str, text: str, nth: int = 1) -> int:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return lines[nth - 1]


def rule(step: str) -> dict[str, object]:
    found = [each for each in compile_text(SMALL, "my.yaml").rules["steps"] if each["id"] == step]
    return dict(found[0])


LEAVE = 'gates: {leave: {title: {en: "T"}, open: {en: "O"}, shut: {en: "S"}}}\n'


def test_a_protocol_may_call_a_gate_by_other_words() -> None:
    assert "gates" not in compile_text(SMALL, "my.yaml").words["en"]
    words = compile_text(SMALL.replace("parts:", LEAVE + "parts:", 1), "my.yaml").words["en"]
    assert words["gates"] == {"leave": {"title": "T", "open": "O", "shut": "S"}}


@pytest.mark.parametrize(
    ("there", "instead", "says"),
    [
        ("leave:", "leaves:", "unknown key ‘leaves’ in ‘gates’; did you mean ‘leave’?"),
        (', shut: {en: "S"}', "", "‘gates’ leave lacks the key ‘shut’; add it"),
        ('{en: "O"}', "Open", "‘open’ of leave needs its language: write {en: 'Open'}"),
        ('{en: "O"}', '{fr: "O"}', "‘open’ of leave has no words in ‘en’; write ‘en: …’ beside the others"),
    ],
)
def test_words_of_a_gate_that_are_not_whole_are_told(there: str, instead: str, says: str) -> None:
    text = SMALL.replace("parts:", LEAVE.replace(there, instead) + "parts:", 1)
    assert says in [one.message for one in problems_of(text)]


def test_a_step_compiles_to_the_rules_form_with_every_key() -> None:
    assert rule("ride") == {
        "id": "ride",
        "phase": "before",
        "who": ["client", "support"],
        "quorum": "all",
        "answer": {
            "type": "choice",
            "options": [{"id": "friend", "verdict": "ok"}, {"id": "myself", "verdict": "never"}],
        },
        "gate": "dose",
        "marks": None,
        "waivable": True,
        "capacity": False,
        "fresh_minutes": None,
        "opens": {"from": "start", "minutes": -2880},
        "due": {"from": "start", "minutes": -90},
        "every": None,
    }


def test_lengths_of_time_compile_to_minutes() -> None:
    compiled = compile_text(SMALL, "my.yaml").rules
    assert compiled["observe"] == {"from": "dose", "minutes": 120}
    assert compiled["hold"] == {"day_starts": "06:00", "at_least_minutes": 720}
    assert compiled["assume"] == {"from_minutes": 0, "last_minutes": 240}
    assert rule("pressure")["fresh_minutes"] == 90
    assert rule("watch")["every"] == {"minutes": 15, "grace_minutes": 5}
    assert rule("food")["answer"] == {"type": "time", "latest_minutes": -240}


def test_limits_that_are_absent_are_null_and_numbers_stay_as_written() -> None:
    assert rule("pressure")["answer"] == {
        "type": "measure",
        "fields": [
            {
                "id": "systolic",
                "unit": "mmHg",
                "min": 80,
                "max": 260,
                "stop_below": None,
                "stop_above": 140,
                "never_below": None,
                "never_above": 160.5,
            }
        ],
    }


def test_yes_and_no_are_words_without_quotes() -> None:
    assert rule("rules")["answer"] == {
        "type": "checks",
        "items": [{"id": "no_car", "want": "yes"}, {"id": "ill", "want": "no"}],
    }
    words = compile_text(SMALL, "my.yaml").words["en"]["steps"]["leave"]
    assert words["answers"] == {"yes": "Yes", "no": "No"}


def test_staff_and_those_who_answer_see_a_step_where_nothing_else_is_written() -> None:
    steps = compile_text(SMALL, "my.yaml").steps
    assert steps["rules"] == {"part": "arrival", "visible_to": ["client", "staff"], "source": ["K07"]}
    assert steps["ride"]["visible_to"] == ["client", "support", "staff"]


def test_words_stand_by_language_and_for_a_role_only_where_they_differ() -> None:
    words = compile_text(SMALL, "my.yaml").words["en"]
    assert words["title"] == "Small"
    assert words["parts"] == {"arrival": "Arrival", "session": "Session", "home": "Home"}
    assert words["steps"]["ride"] == {
        "title": "Ride",
        "what": "How do you get home?",
        "why": "You do not drive.",
        "answers": {"friend": "A friend", "myself": "I drive"},
        "for": {"support": {"what": "How do they get home?"}},
    }


def test_a_second_language_stands_beside_the_first() -> None:
    text = SMALL.replace("languages: [en]", "languages: [en, de]").replace('"}', '", de: "Wort"}')
    words = compile_text(text, "my.yaml").words
    assert words["de"]["steps"]["ride"]["answers"] == {"friend": "Wort", "myself": "Wort"}
    assert words["en"]["steps"]["ride"]["answers"]["friend"] == "A friend"


@pytest.mark.parametrize("name", ["small", *names()])
def test_a_checklist_survives_being_stored_as_json(name: str) -> None:
    made = compile_text(SMALL, "my.yaml") if name == "small" else load(name)
    assert Checklist.from_json(json.loads(json.dumps(made.to_json()))) == made


# What is broken: the text that stands there, what comes instead, the step, and what must be said. The line is that
# of the first line that changes, unless the mistake is noted where its mapping begins.
MISTAKES = [
    ("waivable: yes", "wavable: yes", "ride", "unknown key ‘wavable’ in a step; did you mean ‘waivable’?"),
    ("waivable: yes", "waivable: perhaps", "ride", "‘waivable’ must be true or false, not ‘perhaps’"),
    ("who: [client, support]", "who: [client, suport]", "ride", "can't be ‘suport’; did you mean ‘support’?"),
    ("who: [client, support]", "who: [client, client]", "ride", "‘who’ names one twice"),
    ("who: [client, support]", "who: []", "ride", "‘who’ is empty"),
    ("who: [client, support]", "who: {client: yes}", "ride", "‘who’ must be a list"),
    ("quorum: all", "quorum: both", "ride", "‘quorum’ can't be ‘both’; it is one of: any, all"),
    ("gate: drive", "gate: driving", "slept", "‘gate’ can't be ‘driving’; did you mean ‘drive’?"),
    ("marks: leave", "marks: left", "leave", "‘marks’ can't be ‘left’"),
    ("phase: during", "phase: middle", None, "‘phase’ can't be ‘middle’; it is one of: before, during, after"),
    ("opens: at hold", "opens: at holt", "slept", "‘opens’ can't be ‘at holt’"),
    (
        "opens: 2 d before start",
        "opens: at dose",
        "ride",
        "‘opens’ is counted from dose, which nobody knows before the dose",
    ),
    (
        "due: 90 min before start",
        "due: at leave",
        "ride",
        "‘due’ is counted from leave, which nobody knows before the dose",
    ),
    (
        "opens: 1 h after dose",
        "opens: at leave",
        "code",
        "‘opens’ is counted from leave, which nobody knows before the leave",
    ),
    ("due: 90 min before start", "due: 90 min", "ride", "‘due’ can't be ‘90 min’; write a moment"),
    ("due: 90 min before start", "due: {from: start}", "ride", "‘due’ must be text, not a mapping"),
    ("fresh: 1 h 30 min", "fresh: 1.5 h", "pressure", "‘fresh’ can't be ‘1.5 h’; write a length of time"),
    ("each: 15 min", "each: 0 min", "watch", "‘each’ must be longer than 0 minutes"),
    (", grace: 5 min}", "}", "watch", "‘every’ lacks the key ‘grace’"),
    ("observe: 2 h after dose", "observe: 2 h after leave", None, "counted from: first_dose, dose"),
    ('"06:00"', '"6am"', None, "‘day_starts’ can't be ‘6am’; write a clock time"),
    ("from: at start", "from: at dose", None, "‘from’ can't be ‘at dose’"),
    ("answer: code", "answer: cod", "code", "the type of an answer can't be ‘cod’; did you mean ‘code’?"),
    ("answer: code", "answer: choice", "code", "an answer of type ‘choice’ needs more than its type"),
    ("answer: code", "answer: {type: choice}", "code", "an answer of type ‘choice’ lacks the key ‘options’"),
    ("answer: code", "answer: {type: code, digits: 4}", "code", "unknown key ‘digits’ in an answer of type ‘code’"),
    ("answer: code", "answer: {}", "code", "‘answer’ lacks its ‘type’"),
    ("answer: code", "answer: [code]", "code", "‘answer’ must be a mapping"),
    ("friend: ok,", "friend: fine,", "ride", "‘friend’ can't be ‘fine’; it is one of: ok, stop, never"),
    ("friend: ok,", "friend: ,", "ride", "‘friend’ in ‘options’ has nothing behind its colon"),
    ("friend: ok,", "Friend: ok,", "ride", "the id of an option can't be ‘Friend’"),
    ("ill: no}", "ill: maybe}", "rules", "‘ill’ can't be ‘maybe’; it is one of: yes, no"),
    ("ill: no}", "reason: no}", "rules", "the id of an item can't be ‘reason’: forms need that name"),
    ("items: {no_car: yes, ill: no}", "items: {}", "rules", "‘items’ is empty; write at least one"),
    ("latest: 4 h before start", "latest: 4 h before dose", "food", "‘latest’ can't be ‘4 h before dose’"),
    ("min: 80", "min: 300", "pressure", "in field ‘systolic’, min (300) is more than stop_above (140)"),
    ("never_above: 160.5", "never_above: 120", "pressure", "stop_above (140) is more than never_above (120)"),
    (
        "stop_above: 140",
        "stop_below: 150, stop_above: 140",
        "pressure",
        "stop_below (150) is more than stop_above (140)",
    ),
    ("max: 260", "max: lots", "pressure", "‘max’ of field ‘systolic’ must be a number, such as 120, not ‘lots’"),
    ("max: 260, ", "", "pressure", "field ‘systolic’ lacks the key ‘max’"),
    ("id: watch", "id: Watch", None, "a step's id can't be ‘Watch’: an id is a to z"),
    ("id: watch", "id: step", None, "a step's id can't be ‘step’: forms need that name"),
    ("visible_to: [client, support, staff]", "visible_to: [client, staff]", "ride", "lacks support: support answers"),
    ("visible_to: [client, support, staff]", "visible_to: [client, support]", "ride", "lacks staff: staff see every"),
    ("visible_to: [client, support, staff]", "visible_to: [clinic]", "ride", "each of ‘visible_to’ can't be ‘clinic’"),
    ("source: [K43]", "source: []", "code", "‘source’ is empty"),
    ("source: [K43]", 'source: ""', "code", "each of ‘source’ is empty"),
    ('{en: "Gone?"}', '{de: "Weg?"}', "leave", "‘what’ has no words in ‘en’"),
    ('{en: "Gone?"}', '{en: "Gone?", de: "Weg?"}', "leave", "the language ‘de’, which ‘languages’ at the top does not"),
    ('{en: "Gone?"}', '{en: " "}', "leave", "‘what’ in ‘en’ is empty"),
    ('{en: "Gone?"}', '"Gone?"', "leave", "‘what’ needs its language: write {en: 'Gone?'}"),
    ('{en: "A friend"}', "{en: [A, friend]}", "ride", "the label of ‘friend’ in ‘en’ must be text, not a list"),
    ('friend: {en: "A friend"}, ', "", "ride", "‘answers’ has no label for ‘friend’"),
    (
        'friend: {en: "A friend"}',
        'frend: {en: "A friend"}',
        "ride",
        "a label for ‘frend’, but the answer has only: friend",
    ),
    ("for: {support:", "for: {sport:", "ride", "unknown key ‘sport’ in ‘for’; did you mean ‘support’?"),
    ("for: {support:", "for: {prescriber:", "ride", "words for prescriber, who neither answers nor sees this step"),
    ("languages: [en]", "languages: [english]", None, "‘languages’ can't have ‘english’"),
    ("languages: [en]", "languages: []", None, "‘languages’ names none"),
    ("id: small", "id: Small One", None, "‘id’ can't be ‘Small One’"),
    ("  - id: session", "  - id: arrival", None, "two parts have the id ‘arrival’"),
]


@pytest.mark.parametrize(("there", "instead", "step", "said"), MISTAKES, ids=[f"{a} -> {b}" for a, b, *_ in MISTAKES])
def test_a_mistake_is_told_with_its_line_its_step_and_what_would_be_right(
    there: str, instead: str, step: str | None, said: str
) -> None:
    assert there in SMALL
    found = [problem for problem in problems_of(SMALL.replace(there, instead, 1)) if said in problem.message]
    assert found, problems_of(SMALL.replace(there, instead, 1))
    assert (found[0].file, found[0].step) == ("my.yaml", step)
    assert abs(found[0].line - line_with(there.strip(), SMALL)) <= 1


NEEDED = ["id", "version", "languages", "title", "observe", "hold", "assume", "parts"]


@pytest.mark.parametrize("key", NEEDED)
def test_a_protocol_that_lacks_a_key_is_told_which(key: str) -> None:
    text = SMALL.replace(f"\n{key}:", f"\nnot_{key}:")
    assert f"a protocol lacks the key ‘{key}’; add it" in [problem.message for problem in problems_of(text)]


@pytest.mark.parametrize("key", ["who", "answer", "source", "title", "what", "why", "answers"])
def test_a_step_that_lacks_a_key_is_told_which_at_its_own_line(key: str) -> None:
    lines = SMALL.splitlines()
    start = line_with("id: leave", SMALL)
    gone = next(n for n in range(start, start + 9) if lines[n].strip().startswith(f"{key}:"))
    text = "\n".join(lines[:gone] + lines[gone + 1 :])
    assert problems_of(text)[0] == Problem("my.yaml", start, "leave", f"a step lacks the key ‘{key}’; add it")


def test_a_step_without_an_id_is_told_at_its_line() -> None:
    text = SMALL.replace("      - id: leave\n        who: staff", "      - who: staff")
    assert Problem(
        "my.yaml", line_with("- who: staff", text), None, "a step lacks the key ‘id’; add it"
    ) in problems_of(text)


def test_two_steps_of_one_id_are_told_with_both_lines() -> None:
    text = SMALL.replace("id: watch", "id: dose")
    lines = line_with("id: dose", text), line_with("id: dose", text, 2)
    said = f"two steps have the id ‘dose’: in line {lines[0]} and line {lines[1]}; rename one"
    assert Problem("my.yaml", lines[1], "dose", said) in problems_of(text)


def test_a_key_that_is_there_twice_is_told_with_both_lines() -> None:
    text = SMALL.replace("        gate: drive\n", "        gate: drive\n        gate: close\n")
    line = line_with("gate: drive", text)
    said = f"a step has ‘gate’ twice: in line {line} and line {line + 1}; keep one"
    assert Problem("my.yaml", line + 1, "slept", said) in problems_of(text)


def test_parts_stand_in_the_order_of_the_day() -> None:
    text = SMALL.replace("phase: during", "phase: after").replace("phase: after", "phase: during", 2)
    text = text.replace("phase: before", "phase: after")
    messages = [problem.message for problem in problems_of(text)]
    assert any("the order is before, during, after" in message for message in messages)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("gate: drive", "gate: no").replace("quorum: all", "quorum: 2").replace('"06:00"', "6")
    found = problems_of(text)
    assert len(found) == 3
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_problem_reads_as_file_line_step_and_message() -> None:
    error = ProtocolError(problems_of(SMALL.replace("quorum: all", "quorum: 2")))
    line = line_with("quorum: all", SMALL)
    assert str(error) == f"my.yaml:{line}: step ‘ride’: ‘quorum’ can't be ‘2’; it is one of: any, all"


REFUSED = [
    ("marks: leave", "marks: leave\n        gate: leave", "leave"),
    ("who: staff\n        marks: close", "who: client\n        marks: close", "close"),
    ("who: staff\n        marks: dose", "who: [staff, support]\n        marks: dose", "dose"),
    ("marks: leave", "marks: leave\n        capacity: true", "leave"),
    ("every: {each: 15 min, grace: 5 min}", "every: {each: 15 min, grace: 5 min}\n        fresh: 1 h", "watch"),
    ("options: {friend: ok, myself: never}", "options: {friend: stop, myself: never}", "ride"),
]


@pytest.mark.parametrize(("there", "instead", "step"), REFUSED, ids=[b for _, b, _ in REFUSED])
def test_what_the_rules_refuse_is_told_at_the_steps_line(there: str, instead: str, step: str) -> None:
    assert there in SMALL
    text = SMALL.replace(there, instead, 1)
    found = [problem for problem in problems_of(text) if problem.step == step]
    assert [problem.line for problem in found] == [line_with(f"id: {step}", text)]


def test_what_the_rules_refuse_is_told_in_the_files_words() -> None:
    text = SMALL.replace("fresh: 1 h 30 min", "fresh: 0 min")
    assert [problem.message for problem in problems_of(text)] == ["fresh must be a number above 0."]


def test_a_day_without_a_dose_is_refused_as_a_whole() -> None:
    found = problems_of(SMALL.replace("        marks: dose\n", ""))
    assert Problem("my.yaml", 1, None, "A step must mark dose: without one the leave gate can't be opened.") in found


def test_a_step_of_a_wrong_form_is_not_judged_by_the_rules_as_well() -> None:
    found = problems_of(SMALL.replace("marks: dose", "marks: doze"))
    assert [(problem.step, problem.message[:30]) for problem in found] == [("dose", "‘marks’ can't be ‘doze’; did y")]


def test_a_mistake_of_form_hides_no_refusal_of_another_step() -> None:
    found = problems_of(
        SMALL.replace("quorum: all", "quorum: 2")
        .replace("friend: ok", "friend: stop")
        .replace("marks: close", "marks: close\n        capacity: true")
    )
    assert [problem.step for problem in found] == ["ride", "close"]


NOT_YAML = [
    ("", "the file is empty"),
    ("a: [1, 2", "this is not YAML"),
    ("a:\n\t- b", "this is not YAML"),
    ("a: 1\n---\nb: 2", "this is not YAML"),
    ("a: &x [1]\nb: *x", "aliases (‘*name’) are not used here"),
    ("a: \x00", "this is not YAML"),
    ("[" * 3000, "this is nested too deeply"),
    ("just words", "a protocol must be a mapping"),
    ("- a", "a protocol must be a mapping"),
    ("? [a]\n: b", "a key of a protocol must be a word"),
]


@pytest.mark.parametrize(("text", "said"), NOT_YAML, ids=[said for _, said in NOT_YAML])
def test_what_is_no_protocol_at_all_is_told_so(text: str, said: str) -> None:
    assert any(said in problem.message for problem in problems_of(text))


def test_no_text_makes_anything_but_a_checklist_or_a_protocol_error() -> None:
    """Lines dropped, doubled, swapped, cut and sprinkled with the characters that YAML gives a meaning."""
    chance = random.Random(20261201)
    for _ in range(300):
        lines = SMALL.splitlines()
        for _ in range(chance.randint(1, 3)):
            where, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            cut = chance.randrange(len(lines[where]) + 1)
            sprinkle = chance.choice([*"{}[]:,-#&*!|>'\"%@`?~ \t\x00é", "null", "9" * 5000, "<<: ", "!!int ", "no"])
            match chance.randrange(4):
                case 0:
                    del lines[where]
                case 1:
                    lines[where], lines[other] = lines[other], lines[where]
                case 2:
                    lines.insert(other, lines[where])
                case _:
                    lines[where] = lines[where][:cut] + sprinkle + lines[where][cut + chance.randrange(3) :]
            lines = lines or [""]
        assert all(problem.line >= 1 for problem in problems_if_any("\n".join(lines)))


def problems_if_any(text: str) -> tuple[Problem, ...]:
    try:
        compile_text(text, "my.yaml")
    except ProtocolError as error:
        return error.problems or (Problem("my.yaml", 0, None, "an error without a problem"),)
    return ()
