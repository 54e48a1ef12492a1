"""What if two teachers press at the very same moment on the board? Nobody's press is lost, nobody is opened twice."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from penfriends.actions import board, board_agreement, class_dates, date_reminders, pupil_care
from penfriends.actions.class_dates import Wish
from penfriends.db import Database, make_engine
from penfriends.errors import Refusal, Refused
from penfriends.jobs import nobody
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple, Pairing, RoundClass
from penfriends.models.schools import PaperYes
from tests import builders as b
from tests.support import boards
from tests.support.at_once import Press, overlapping
from tests.support.boards import Scene
from tests.support.calendars import AUGUST, ring

AT, NOW = b.AT, b.NOW


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    opened = Database(make_engine(fresh_database), nobody)
    yield opened
    await opened.close()


async def suggested(database: Database, *, agreed: bool = False) -> Scene:
    """Three pupils on each side with a suggestion; the first teacher has agreed to it, or not."""
    async with database.transaction() as db:
        scene = await boards.scene(db, 3, 3)
        await boards.suggested(db, scene)
        if agreed:
            await agreeing(scene, scene.first.teacher)(db)
    return scene


def agreeing(scene: Scene, teacher: Moderator) -> Press:
    version = scene.pairing.board_version
    return lambda db: board_agreement.agree(db, scene.pairing.id, teacher, seen=version, at=AT, now=NOW)


def suggesting(scene: Scene, teacher: Moderator, version: int) -> Press:
    return lambda db: board.suggest(db, scene.pairing.id, teacher, seen=version, now=NOW)


async def states(database: Database, of: Callable[[Any], Any] = lambda asked: asked) -> list[CorrespondenceState]:
    async with database.reading() as db:
        return list(await db.exec(of(select(Correspondence.state))))


async def couples(database: Database) -> list[Couple]:
    async with database.reading() as db:
        return list(await db.exec(select(Couple).order_by(col(Couple.id))))


async def test_two_who_agree_at_once_begin_the_letters(database: Database) -> None:
    scene = await suggested(database)
    ends = await overlapping(database, agreeing(scene, scene.first.teacher), agreeing(scene, scene.second.teacher))
    assert [one.all_agreed for one in ends] == [False, True]
    assert await states(database) == [CorrespondenceState.OPEN] * 3


async def test_the_last_yes_pressed_twice_opens_each_correspondence_once(database: Database) -> None:
    scene = await suggested(database, agreed=True)
    press = agreeing(scene, scene.second.teacher)
    ends = await overlapping(database, press, press)
    assert [one.opened for one in ends] == [3, 0]
    assert await states(database) == [CorrespondenceState.OPEN] * 3


@pytest.mark.parametrize("leaves_first", [True, False])
async def test_who_leaves_while_the_other_teacher_agrees_writes_to_nobody(
    database: Database, *, leaves_first: bool
) -> None:
    scene = await suggested(database, agreed=True)
    who = scene.first.pupils[0].resident_id
    presses: list[Press] = [
        lambda db: pupil_care.leave(db, who, scene.first.teacher, now=NOW),
        agreeing(scene, scene.second.teacher),
    ]
    await overlapping(database, *(presses if leaves_first else reversed(presses)))
    mine = col(Correspondence.id).in_(select(Participant.correspondence_id).where(Participant.resident_id == who))
    assert CorrespondenceState.OPEN not in await states(database, lambda asked: asked.where(mine))
    assert len(await couples(database)) == 2


async def test_a_yes_that_comes_while_the_last_teacher_agrees_begins_its_letters(database: Database) -> None:
    scene = await suggested(database, agreed=True)
    who = scene.first.pupils[0].resident_id
    async with database.transaction() as db:
        await pupil_care.set_paper(db, who, scene.first.teacher, PaperYes.NONE, now=NOW)
    ends = await overlapping(
        database,
        agreeing(scene, scene.second.teacher),
        lambda db: pupil_care.set_paper(db, who, scene.first.teacher, PaperYes.PAPER, now=NOW),
    )
    assert ends[0].all_agreed
    assert ends[1].paper is PaperYes.PAPER
    assert await states(database) == [CorrespondenceState.OPEN] * 3


async def test_of_two_who_change_at_once_one_is_told_what_the_other_did(database: Database) -> None:
    async with database.transaction() as db:
        scene = await boards.scene(db, 4, 4)
    ends = await overlapping(
        database, suggesting(scene, scene.first.teacher, 0), suggesting(scene, scene.second.teacher, 0)
    )
    assert ends[0].changed == 4
    assert isinstance(ends[1], Refused)
    assert ends[1].refusal is Refusal.CHANGED_SINCE
    assert len(await couples(database)) == 4


async def test_a_pair_that_is_locked_while_the_other_draws_anew_stays(database: Database) -> None:
    scene = await suggested(database)
    before = await couples(database)
    locking: Press = lambda db: board.lock(  # noqa: E731
        db, scene.pairing.id, tuple(one.id for one in before), scene.second.teacher, locked=True, now=NOW
    )
    ends = await overlapping(database, locking, suggesting(scene, scene.first.teacher, 1))
    assert not any(isinstance(one, Exception) for one in ends)
    assert [one.id for one in await couples(database)] == [one.id for one in before]


async def test_a_pair_that_comes_apart_while_the_other_locks_it_is_said_to_be_gone(database: Database) -> None:
    scene = await suggested(database)
    before = tuple(one.id for one in await couples(database))
    ends = await overlapping(
        database,
        lambda db: pupil_care.leave(db, scene.first.pupils[0].resident_id, scene.first.teacher, now=NOW),
        lambda db: board.lock(db, scene.pairing.id, before, scene.second.teacher, locked=True, now=NOW),
    )
    assert isinstance(ends[1], Refused)
    assert ends[1].refusal is Refusal.CHANGED_SINCE


# --- dates ----------------------------------------------------------------------------------------------------------


async def test_two_who_agree_to_the_dates_at_once_have_both_agreed(database: Database) -> None:
    async with database.transaction() as db:
        school = await ring(db, "thetford", "huerth")
        one, other = school.teachers.values()
        await class_dates.suggest(db, school.pairing.id, one, Wish(4, 5), version=0, now=AUGUST)

    def press(teacher: Moderator) -> Press:
        return lambda db: class_dates.agree(db, school.pairing.id, teacher, version=1, now=AUGUST)

    assert await overlapping(database, press(one), press(other)) == (False, True)


@pytest.mark.parametrize("reminds_first", [True, False])
async def test_a_round_that_moves_while_reminders_go_out_is_told_of_once(
    database: Database, *, reminds_first: bool
) -> None:
    async with database.transaction() as db:
        school = await ring(db, "thetford", "huerth")
        one, _other = school.teachers.values()
        await class_dates.suggest(db, school.pairing.id, one, Wish(4, 5), version=0, now=AUGUST)
        first = (await db.exec(select(RoundClass).order_by(col(RoundClass.write_on)))).first()
        assert first is not None
        begins = first.write_on
    soon = AUGUST + (begins - AUGUST.date() - timedelta(days=2))
    presses: list[Press] = [
        lambda db: date_reminders.sweep(db, at=AT, now=soon),
        lambda db: class_dates.move_rest(db, school.pairing.id, one, 1, version=1, now=soon),
    ]
    ends = await overlapping(database, *(presses if reminds_first else reversed(presses)))
    assert not any(isinstance(end, Exception) for end in ends), ends
    async with database.transaction() as db:
        assert (await db.get_one(Pairing, school.pairing.id)).calendar_version == 2
        told = await db.exec(select(func.count()).where(col(RoundClass.reminded_at).is_not(None)))
        if reminds_first:
            assert told.one(), "who was told is told once"
