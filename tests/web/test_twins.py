"""What pages say, and how forms are read, is the same in Python and on the phone."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sessionday import zones
from sessionday.core import evaluate
from sessionday.web import telling
from sessionday.web.answers import BadAnswer, answer_from, happened_at, local_instant
from sessionday.web.here import Here, entries_for
from sessionday.web.pack import pack_for
from sessionday.web.proving import could_open
from sessionday.words import LANGUAGES, speak
from tests.world import CHECKLIST, HOUR, MINUTE, START, World

NODE = ["node", str(Path(__file__).with_name("tell_lines.mjs"))]
ODD = [
    None,
    "",
    " ",
    "yes",
    "no",
    "maybe",
    0,
    1.5,
    120.0,
    -3,
    True,
    [],
    [1],
    {},
    {"systolic": 1},
    {"__proto__": 1},
    "{text}",
    "ünïcode 🙂",
]


def ask_node(lines: list[dict[str, Any]]) -> list[Any]:
    """What the phone's side says of each line."""
    text = "\n".join(json.dumps(line) for line in lines)
    done = subprocess.run(NODE, input=text, capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


async def packs_of(world: World) -> list[tuple[Here, dict[str, Any]]]:
    """The pack of each role at Sam's session."""
    place = await world.app.state.site.known.place(world.booked.session.handle)
    assert place
    found = []
    for role in ("client", "support", "prescriber", "staff"):
        person = next((seat for seat in place.seats if seat.role == role), None)
        known = (person.id, person.name) if person else ("robin", "Robin")
        here = Here(place, role, known[0], known[1], "")
        found.append((here, pack_for(here, "build")))
    return found


def random_day(chance: random.Random) -> list[dict[str, Any]]:
    """A record with everything that a line can say, sensible or not."""
    entries: list[dict[str, Any]] = []
    for n in range(1, chance.randrange(2, 90)):
        step = chance.choice(CHECKLIST.rules["steps"])
        kind = chance.choices(["answer", "withdraw", "waive", "ack"], [12, 1, 2, 1])[0]
        role = chance.choice(step["who"]) if kind == "answer" else "staff"
        said = some_answer(chance, step["answer"])
        entries.append(
            {
                "id": f"e{n:03}",
                "device": role,
                "n": n,
                "seen": n - 1,
                "seq": n if chance.random() < 0.9 else None,
                "role": role,
                "t": START + round(chance.uniform(-1600, 1800)) * MINUTE,
                "kind": kind,
                "step": None if kind == "ack" else step["id"],
                "answer": said if kind == "answer" else None,
                "of": chance.choice(entries)["id"] if entries and kind in ("withdraw", "ack") else None,
                "reason": chance.choice(["looked twice", " ", "{who}"]) if kind == "waive" else None,
                "name": "Robin Lee",
            }
        )
    return entries


def some_answer(chance: random.Random, form: dict[str, Any]) -> Any:
    """Often well, sometimes a stop, sometimes nothing that fits."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    match form["type"]:
        case "choice":
            return chance.choice(form["options"])["id"]
        case "checks":
            return {item["id"]: chance.choice([item["want"], "no", "yes"]) for item in form["items"]}
        case "measure":
            return {field["id"]: chance.choice([field["min"], field["max"], 97.5, 120]) for field in form["fields"]}
        case "time":
            return START + round(chance.uniform(-3000, 100)) * MINUTE
    return chance.choice(["yes", "yes", "no", "some words"])


async def test_both_tell_a_day_in_the_same_words(world: World) -> None:
    chance = random.Random(7)
    asked: list[dict[str, Any]] = []
    expected: list[dict[str, Any]] = []
    for number in range(60):
        entries = random_day(chance)
        speak(list(LANGUAGES)[number % len(LANGUAGES)])
        for here, pack in await packs_of(world):
            now = START + round(chance.uniform(-1700, 2600)) * MINUTE
            state = evaluate(pack["protocol"], world.booked.session.rules_form(), entries, now)
            shown = entries_for(here, entries)
            looks = [{"name": "Robin", "seq": chance.randrange(60)}, {"name": "Kim", "seq": number}]
            asked.append({"ask": "day", "pack": pack, "state": state, "entries": shown, "looks": looks})
            expected.append(told(pack, state, shown, looks))
    for line, here_says, phone_says in zip(asked, expected, ask_node(asked), strict=True):
        assert phone_says == json.loads(json.dumps(here_says)), line["pack"]["seat"]


def told(
    pack: dict[str, Any], state: dict[str, Any], entries: list[dict[str, Any]], looks: list[dict[str, Any]]
) -> dict[str, Any]:
    """The same questions as tests/js/tell_lines.mjs asks."""
    return {
        "hold": telling.hold(pack, state),
        "idle": telling.idle(pack, state),
        "gates": {name: telling.gate(pack, state, name) for name in state["gates"]},
        "notes": {step: telling.note(pack, state, step) for step in state["steps"]},
        "titles": {step: telling.title(pack, step) for step in state["steps"]},
        "alerts": [telling.alert(pack, one, entries) for one in state["alerts"]],
        "lines": [telling.line(pack, entry) for entry in entries],
        "truths": [telling.truth(pack, entry, looks) for entry in entries],
        "unsent": [telling.unsent(pack, count) for count in (0, 1, 2, 3, 7, 11, 100, 101, 103)],
        "place": telling.place(pack, state, entries),
        "taker": telling.taker(pack, state, entries),
        "when": [telling.when(pack, entry["t"]) for entry in entries],
    }


TYPED = [
    "",
    " ",
    "120",
    "120,5",
    " 7 ",
    "12o",
    "-1",
    "1e3",
    "99999999999",
    "0.0000001",
    "½",
    "yes",
    "no",
    "2026-12-01T10:00",
    "x",
]


async def test_both_read_a_form_alike(world: World) -> None:
    (_, pack), chance = (await packs_of(world))[3], random.Random(8)
    asked, expected = [], []
    for step in CHECKLIST.rules["steps"]:
        if step["id"] not in pack["texts"]["steps"]:
            continue
        names = [part["id"] for part in (*step["answer"].get("items", ()), *step["answer"].get("fields", ()))] or [
            "answer"
        ]
        for _ in range(30):
            form = {name: chance.choice(TYPED) for name in [*names, "sure"] if chance.random() < 0.9}
            asked.append({"ask": "answer", "pack": pack, "step": step, "form": form})
            try:
                expected.append({"answer": answer_from(pack, step, form)})
            except BadAnswer as bad:
                expected.append({"field": bad.field, "sentence": str(bad)})
    for line, here_says, phone_says in zip(asked, expected, ask_node(asked), strict=True):
        assert phone_says == here_says, (line["step"]["id"], line["form"])


async def test_both_know_alike_what_could_open_a_gate(world: World) -> None:
    (here, pack) = (await packs_of(world))[3]
    choices = [option["id"] for step in CHECKLIST.rules["steps"] for option in step["answer"].get("options", ())]
    answers = [*ODD, *choices, {"systolic": 120, "diastolic": 80}, {"systolic": 190, "diastolic": 80}, START]
    asked: list[dict[str, Any]] = [
        {"ask": "opens", "pack": pack, "entry": {"kind": kind, "step": step, "answer": answer}}
        for step in (*(one["id"] for one in CHECKLIST.rules["steps"]), None, "nowhere", 5)
        for kind in ("answer", "waive", "withdraw", "ack", None)
        for answer in (answers if kind == "answer" else [None])
    ]
    expected = [could_open(here, *one["entry"].values()) for one in asked]
    assert {True, False} == set(expected)
    for line, here_says, phone_says in zip(asked, expected, ask_node(asked), strict=True):
        assert phone_says is here_says, line["entry"]


@pytest.mark.parametrize(
    "name", ["America/Toronto", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Europe/Berlin"]
)
async def test_both_know_the_clinics_clock_as_the_time_zone_database_does(world: World, name: str) -> None:
    (_, pack) = (await packs_of(world))[0]
    zone, asked = zones.zone_named(name), []
    here_says: list[Any] = []
    for month in range(12):
        start = START + month * 30 * 24 * HOUR
        local_pack = {**pack, "clock": zones.clock(start, zone)}
        for hours in range(-36 * 24, 36 * 24, 7):
            t = start + hours * HOUR
            asked.append({"ask": "when", "pack": {"clock": local_pack["clock"], "words": pack["words"]}, "t": t})
            here_says.append(telling.when(local_pack, t))
            shown = zones.shown(t, zone)
            assert here_says[-1].endswith(shown[11:16]), (name, shown)
            asked.append({"ask": "local", "pack": {"clock": local_pack["clock"]}, "text": shown})
            here_says.append(local_instant(local_pack, shown))
            assert here_says[-1] == zones.parse_local(shown, zone)
    assert ask_node(asked) == here_says


async def test_both_refuse_what_happened_in_the_future(world: World) -> None:
    (_, pack), asked = (await packs_of(world))[3], []
    here_says: list[dict[str, Any]] = []
    for text in ("", "2026-12-01T09:59", "2026-12-01T10:01", "2026-02-30T10:00", "nonsense", "2026-12-01T10:00:30"):
        asked.append({"ask": "at", "pack": pack, "form": {"at": text}, "now": START})
        try:
            here_says.append({"at": happened_at(pack, {"at": text}, START)})
        except BadAnswer as bad:
            here_says.append({"field": bad.field, "sentence": str(bad)})
    assert ask_node(asked) == here_says
    assert [sorted(one) for one in here_says] == [
        ["at"],
        ["at"],
        ["field", "sentence"],
        ["field", "sentence"],
        ["field", "sentence"],
        ["at"],
    ]
