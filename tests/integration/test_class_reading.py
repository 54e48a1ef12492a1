"""Do two teachers get through their letters on the page that moderators use, each with the own class only?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Moderator
from tests import builders as b
from tests.support.desk import held
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, who: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, who.sign_in_id, staff=True))


async def two_letters(visit: Visit) -> tuple[Classes, Letter, Letter]:
    """Ava has written twice; Ms Okafor sits down."""
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        at = await classes(db, now=now)
        _, first = await held(db, at.ava_writes, "I have a cat.", at=now - timedelta(hours=2))
        _, second = await held(db, at.ava_writes, "I like chess.", at=now - timedelta(hours=1))
    await sit_down(visit, at.okafor)
    return at, first, second


async def opened(visit: Visit) -> tuple[str, str, str]:
    """The first letter that waits: its address, its words, and the hash that a yes is bound to."""
    to = (await visit.get("/desk/letters")).headers["location"]
    shown = await visit.get(to)
    found = re.search(r'name="seen_hash" value="([0-9a-f]{64})"', shown.text)
    assert found
    return to, words(shown), found[1]


async def state_of(visit: Visit, letter: Letter) -> LetterState:
    async with visit.database.reading() as db:
        return (await db.get_one(Letter, letter.id)).state


async def test_R22_each_letter_is_opened_and_approved_and_then_the_next_comes(visit: Visit) -> None:
    at, first, second = await two_letters(visit)
    to, said, seen = await opened(visit)
    assert "I have a cat." in said
    assert "on to the other class" in said
    answer = await visit.post(f"{to}/release", seen_hash=seen)
    following = await visit.get(answer.headers["location"])
    assert "I like chess." in words(following)
    assert "The teacher of the other class reads the letter next." in words(following)
    assert await state_of(visit, first) is LetterState.HELD

    await sit_down(visit, at.weber)
    to, said, seen = await opened(visit)
    assert "The teacher of Ava B has read this letter" in said
    answer = await visit.post(f"{to}/release", seen_hash=seen)
    assert answer.headers["location"] == "/classes"
    assert await state_of(visit, first) is LetterState.RELEASED
    assert await state_of(visit, second) is LetterState.HELD


async def test_an_approval_can_be_undone_until_the_other_teacher_opens_the_letter(visit: Visit) -> None:
    at, _first, _second = await two_letters(visit)
    to, _, seen = await opened(visit)
    shown = await visit.get((await visit.post(f"{to}/release", seen_hash=seen)).headers["location"])
    undo = re.search(r'action="(/desk/decisions/[^"]+/undo)"', shown.text)
    assert undo
    assert (await visit.post(undo[1])).headers["location"] == to

    await visit.post(f"{to}/release", seen_hash=seen)
    await sit_down(visit, at.weber)
    await opened(visit)
    await sit_down(visit, at.okafor)
    shown = await visit.get((await visit.get("/desk/letters")).headers["location"])
    assert "/undo" not in shown.text


async def test_R18_a_teacher_finds_nothing_of_the_desk_but_letters(visit: Visit) -> None:
    await two_letters(visit)
    for path in ("/desk", "/desk/people", "/desk/matches", "/desk/reports", "/desk/rounds", "/desk/mail"):
        assert (await visit.get(path)).status_code == 404, path
    assert (await visit.get("/me")).status_code in (303, 404)
