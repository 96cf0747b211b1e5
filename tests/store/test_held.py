"""What can't be applied as it is, is kept aside for good, with its reason; its neighbours are stored."""

from typing import Any

import pytest

from sessionday.store import WHY
from tests.store.world import NOW, OVER, World, entry, results

BAD: list[tuple[str, Any]] = [
    ("newer_app", "no object"),
    ("newer_app", None),
    ("newer_app", entry(2, id=7)),
    ("newer_app", entry(2, id="a b")),
    ("newer_app", entry(2, id="x" * 65)),
    ("newer_app", entry(2, id="")),
    ("newer_app", entry(0)),
    ("newer_app", entry("2")),
    ("newer_app", entry(True)),
    ("newer_app", entry(2.5)),
    ("newer_app", entry(2**53 + 1)),
    ("newer_app", entry(2, seen=-1)),
    ("newer_app", entry(2, seen=None)),
    ("too_big", entry(2, step="text", answer="ü" * 8200)),
    ("unknown_kind", entry(2, kind="dance")),
    ("unknown_kind", entry(2, kind=["answer"])),
    ("unknown_kind", entry(2, kind=None)),
    ("unknown_step", entry(2, step="nowhere")),
    ("unknown_step", entry(2, step=None)),
    ("unknown_step", entry(2, step={"a": 1})),
    ("unknown_step", entry(2, kind="waive", step="nowhere", reason="r")),
    ("unknown_step", entry(2, kind="withdraw", step="nowhere", of="x")),
    ("not_your_step", entry(2, step="dose", answer={"mg": 1})),
    ("not_your_step", entry(2, kind="withdraw", step="dose", of="x")),
    ("not_your_step", entry(2, kind="waive", reason="r")),
    ("not_your_step", entry(2, kind="ack", step=None, of="help:x")),
    ("bad_answer", entry(2, answer=None)),
    ("bad_answer", entry(2, answer=True)),
    ("bad_answer", entry(2, answer=1)),
    ("bad_answer", entry(2, step="choice", answer=["a"])),
    ("bad_answer", entry(2, step="code", answer=1234)),
    ("bad_answer", entry(2, step="text", answer={})),
    ("bad_answer", entry(2, step="checks", answer="yes")),
    ("bad_answer", entry(2, step="measure", answer=120)),
    ("bad_answer", entry(2, step="time", answer="10:30")),
    ("bad_answer", entry(2, step="time", answer=True)),
    ("bad_answer", entry(2, kind="withdraw", of=None)),
    ("bad_answer", entry(2, kind="withdraw", of=7)),
    ("bad_time", entry(2, at=None)),
    ("bad_time", entry(2, at="10:30")),
    ("bad_time", entry(2, at=1.5)),
    ("bad_time", entry(2, at=2**53 + 2)),
    ("bad_time", entry(2, at=True)),
]


@pytest.mark.parametrize(("why", "bad"), BAD)
async def test_what_cannot_be_read_as_a_fact_is_held_and_its_neighbours_are_stored(
    world: World, why: str, bad: Any
) -> None:
    verdicts = await world.push(entry(10), bad, entry(11))
    assert results(verdicts) == ["stored", why, "stored"]
    assert verdicts[1].message == WHY[why]
    assert verdicts[1].seq is None
    assert verdicts[2].seq == 2
    (held,) = await world.store.held(world.session)
    assert (held.number, held.why, held.body, held.by) == (1, why, bad, world.seat.id)


@pytest.mark.parametrize(
    "odd",
    [
        entry(1, answer="perhaps"),
        entry(1, step="choice", answer="no such option"),
        entry(1, step="measure", answer={"pulse": "abc"}),
        entry(1, step="measure", answer={}),
        entry(1, step="time", answer=1e300),
        entry(1, step="text", answer=""),
        entry(1, kind="withdraw", step=None, of="what-is-not-there"),
        entry(1, step="text", answer="x" * 16000),
    ],
)
async def test_a_wrong_answer_is_no_reason_to_hold_it(world: World, odd: Any) -> None:
    assert results(await world.push(odd)) == ["stored"]


@pytest.mark.parametrize(
    "said",
    [
        entry(1, step="dose", answer={"mg": 56}),
        entry(1, kind="waive", answer=None, reason="seen by the doctor"),
        entry(1, kind="waive", answer=None, reason=" "),
        entry(1, kind="ack", step=None, of="help:x"),
        entry(1, kind="ack", step="gone", of="help:x"),
    ],
)
async def test_staff_may_say_what_others_may_not(world: World, said: Any) -> None:
    assert results(await world.push(said, role="staff")) == ["stored"]


async def test_a_waive_needs_a_reason_in_text_and_an_ack_an_alert(world: World) -> None:
    assert results(await world.push(entry(1, kind="waive", reason=None), role="staff")) == ["bad_answer"]
    assert results(await world.push(entry(1, kind="waive", reason=["r"]), role="staff")) == ["bad_answer"]
    assert results(await world.push(entry(1, kind="ack"), role="staff")) == ["bad_answer"]


async def test_the_same_id_with_other_content_is_held(world: World) -> None:
    one = entry(1)
    await world.push(one)
    for change in ({"answer": "no"}, {"n": 2}, {"at": NOW}, {"seen": 1}, {"step": "code"}, {"mood": "low"}):
        assert results(await world.push({**one, **change})) == ["same_id_other_content"], change
    assert results(await world.push({**one, "at": NOW}, device="other")) == ["same_id_other_content"]
    assert results(await world.push(one, device="other", by="another person")) == ["same_id_other_content"]


async def test_the_same_word_from_the_same_person_under_a_new_device_is_a_duplicate(world: World) -> None:
    """A phone that lost its count is a new device; what it still knows it offers again under new numbers."""
    one, two = entry(1), entry(2)
    await world.push(one, two)
    again = await world.push({**one, "n": 1}, {**two, "n": 7}, device="other")
    assert [(each.result, each.seq) for each in again] == [("duplicate", 1), ("duplicate", 2)]


async def test_the_same_number_with_other_content_is_held_also_inside_one_push(world: World) -> None:
    await world.push(entry(5))
    assert results(await world.push(entry(5), entry(6), entry(6), entry(3))) == [
        "same_n_other_content",
        "stored",
        "same_n_other_content",
        "stored",
    ]


async def test_a_held_entry_takes_no_number_from_a_good_one(world: World) -> None:
    assert results(await world.push(entry(5, step="nowhere"), entry(5))) == ["unknown_step", "stored"]


async def test_a_device_belongs_to_who_first_used_it_in_the_session(world: World) -> None:
    await world.push(entry(1))
    assert results(await world.push(entry(2), by="kim", role="support")) == ["other_device"]
    assert results(await world.push(entry(3))) == ["stored"]


async def test_a_revoked_seat_is_held_and_so_is_what_comes_after_the_session(world: World) -> None:
    assert results(await world.push(entry(1), revoked=True)) == ["seat_revoked"]
    assert results(await world.push(entry(2), now=OVER + 1, sent_at=OVER + 1)) == ["session_over"]
    assert results(await world.push(entry(3), now=OVER, sent_at=OVER)) == ["stored"]
    assert results(await world.push(entry(4), newer_app=True)) == ["newer_app"]


async def test_the_same_held_entry_is_kept_once_and_answered_the_same(world: World) -> None:
    bad = entry(1, step="nowhere")
    assert results(await world.push(bad, bad)) == ["unknown_step"] * 2
    assert results(await world.push(bad, revoked=True)) == ["unknown_step"]
    await world.push(entry(2, step="nowhere"))
    assert [held.number for held in await world.store.held(world.session)] == [1, 2]
    session = await world.store.session("one")
    assert session
    assert session.held == 2


async def test_an_entry_without_an_id_has_none_in_its_verdict(world: World) -> None:
    (verdict,) = await world.push({"n": 1})
    assert (verdict.id, verdict.result) == (None, "held")


async def test_neither_an_entry_nor_what_is_held_can_be_changed_or_deleted(world: World) -> None:
    await world.push(entry(1), "odd")
    for sentence in (
        "UPDATE entry SET answer = NULL",
        "DELETE FROM entry",
        "UPDATE held SET why = ''",
        "DELETE FROM held",
    ):
        with pytest.raises(Exception, match=r"an? (held )?entry is never (changed|deleted)"):
            await world.around(sentence)
