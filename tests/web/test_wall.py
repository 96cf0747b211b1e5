"""The board on a wall: as live as the board, and without a word that says who somebody is or what they answered."""

import re

from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, World


async def test_the_wall_names_nobody_and_repeats_no_answer(world: World) -> None:
    world.clock.now = START + MINUTE
    desk, client = await world.desk(), await world.seat("client")
    await client.say("help", "yes")
    answer = await desk.http.get("/board/wall")
    page = Page(answer.text)
    assert (answer.status_code, page.faults) == (200, [])
    for private in ("Sam", "Alex", "Osei", "Robin", world.booked.session.client):
        assert private not in answer.text
    assert "Help was asked for" in answer.text
    assert page.having("data-urgent") == ["critical"]
    assert page.gate("dose") == "false"
    assert page.having("data-due-at")


async def test_two_sessions_are_two_marks(world: World) -> None:
    await world.book("Sam", start=world.clock.now + HOUR)
    page = (await (await world.desk()).http.get("/board/wall")).text
    marks = re.findall(r'<b class="mark ([^"]*)"><i>(\w+)</i></b>', page)
    assert [letters for _, letters in marks].count("S") == 2
    assert len({mark for mark, letters in marks if letters == "S"}) == 2, "the same letter, another colour or pattern"
    assert "Sam" not in page


async def test_every_kind_of_alert_has_words_for_the_wall() -> None:
    from sessionday.words import WORDS

    kinds = WORDS["en"]["alerts"].keys() - {"since", "acked"}
    assert kinds <= WORDS["en"]["wall"]["alerts"].keys()
