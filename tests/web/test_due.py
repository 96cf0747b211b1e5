"""What is due next, for staff: on the card and on the session's page, what is late first, with its time."""

from tests.web.pages import Page
from tests.world import HOUR, MINUTE, START, Phone, World


async def due_on(phone: Phone, path: str) -> tuple[list[str], list[str]]:
    """When each is due and whether it is late, from the top."""
    page = Page((await phone.http.get(path)).text)
    assert page.faults == []
    return page.having("data-due-at"), [late for late in page.having("data-late") if late]


async def test_what_is_due_stands_on_the_card_and_on_staffs_page_with_its_time(world: World) -> None:
    world.clock.now = START - 2 * HOUR
    desk = await world.desk()
    board, page = await due_on(desk, "/board"), await due_on(desk, f"/s/{world.booked.session.handle}/")
    assert page[0][:3] == board[0]
    assert "true" in board[1]
    assert page[1] == sorted(page[1], reverse=True)  # what is late stands first
    late = [int(at) for at, is_late in zip(*page, strict=True) if is_late == "true"]
    assert all(at < world.clock.now for at in late)
    assert "Tue 1 Dec" in (await desk.http.get(f"/s/{world.booked.session.handle}/")).text


async def test_nobody_but_staff_gets_the_list(world: World) -> None:
    for role in ("client", "support", "prescriber"):
        seat = await world.seat(role)
        text = (await seat.http.get(f"/s/{seat.handle}/")).text
        assert "data-due" not in text
        assert "desk." not in text


async def test_a_repeated_reading_is_due_again_and_comes_first_when_it_is_late(world: World) -> None:
    world.clock.now = START
    desk = await world.desk()
    await desk.say("dose", {"mg": 100, "lozenges": 1})
    checklist = world.checklist.rules["steps"]
    watched = next(step for step in checklist if step["every"])
    due = START + (watched["opens"]["minutes"] + watched["every"]["minutes"]) * MINUTE
    assert str(due) not in (await due_on(desk, "/board"))[0][:1]  # what is late from before comes before it
    world.clock.now = due + (watched["every"]["grace_minutes"] + 1) * MINUTE
    board, late = await due_on(desk, "/board")
    assert (board[0], late[0]) == (str(due), "true")
