"""What if two hands reach for the same letter at the very same moment: two devices, two teachers, writer and reader?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import drafts, letters, moderation
from penfriends.db import Database, make_engine
from penfriends.errors import Refusal, Refused
from penfriends.jobs import nobody
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.moderation import Hold, Moderator, Role, Verb
from penfriends.models.schools import ClassTeacher, Duty
from tests import builders as b
from tests.support.at_once import Press, overlapping
from tests.support.schools import Classes, classes

AT, NOW = b.AT, b.NOW


@dataclass(frozen=True, slots=True)
class Held:
    """A letter of Ava's that Ms Okafor reads first, with whoever else teaches her class."""

    database: Database
    at: Classes
    letter: Letter
    second: Moderator

    async def hold(self, *, arriving: bool = False) -> Hold:
        async with self.database.reading() as db:
            asked = select(Hold).where(Hold.letter_id == self.letter.id, col(Hold.arriving).is_(arriving))
            return (await db.exec(asked)).one()

    async def now(self) -> tuple[LetterState, int]:
        """Where the letter is, and for how many it waits."""
        async with self.database.reading() as db:
            waits = await db.exec(select(Hold).where(Hold.letter_id == self.letter.id, col(Hold.closed_at).is_(None)))
            return (await db.get_one(Letter, self.letter.id)).state, len(waits.all())

    def release(self, hold: Hold, who: Moderator) -> Press:
        async def press(db: AsyncSession) -> Any:
            seen = await moderation.shown_hash(db, await db.get_one(Letter, self.letter.id))
            return await moderation.release(db, hold.id, who, seen_hash=seen, at=AT, policy=b.POLICY, now=NOW)

        return press

    def back(self, hold: Hold, who: Moderator) -> Press:
        return lambda db: moderation.return_letter(db, hold.id, who, reasons=[], note="Please", at=AT, now=NOW)

    async def take_back(self, db: AsyncSession) -> None:
        await drafts.take_back(db, await db.get_one(Letter, self.letter.id), now=NOW)

    async def done(self, press: Press) -> Any:
        async with self.database.transaction() as db:
            return await press(db)


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    opened = Database(make_engine(fresh_database), nobody)
    yield opened
    await opened.close()


@pytest.fixture
async def held(database: Database) -> Held:
    async with database.transaction() as db:
        at = await classes(db)
        second = await b.moderator(db, at.okafor.association_id, "Mr Second", role=Role.TEACHER)
        db.add(ClassTeacher(class_id=at.here.id, moderator_id=second.id, duty=Duty.SECOND, since=NOW))
        letter = await b.letter(db, at.ava_writes, "The plums are ripe.", state=LetterState.WRITTEN)
        await _screened(db, letter)
    return Held(database, at, letter, second)


async def _screened(db: AsyncSession, letter: Letter) -> Any:
    return await letters.screen_letter(
        db, letter.id, drawn=lambda _n: False, at=AT, policy=b.POLICY, now=NOW
    )  # fmt: skip


def too_late(end: object) -> bool:
    return isinstance(end, Refused) and end.refusal in (Refusal.TOO_LATE_TO_UNDO, Refusal.ALREADY_DECIDED)


async def test_a_pupil_at_two_devices_has_one_sheet(database: Database) -> None:
    async with database.transaction() as db:
        at = await classes(db)

    async def start(db: AsyncSession) -> Any:
        return (await drafts.sheet_for(db, await db.get_one(Participant, at.ava_writes.id), now=NOW)).id

    one, other = await overlapping(database, start, start)
    assert one == other


async def test_two_teachers_of_a_class_decide_once(held: Held) -> None:
    hold = await held.hold()
    ends = await overlapping(held.database, held.release(hold, held.at.okafor), held.back(hold, held.second))
    assert ends[0].verb is Verb.RELEASE
    assert too_late(ends[1])
    assert await held.now() == (LetterState.HELD, 1)


@pytest.mark.parametrize("returned", [True, False])
async def test_who_takes_a_letter_back_while_it_is_decided_on_comes_too_late_or_has_it(
    held: Held, *, returned: bool
) -> None:
    hold = await held.hold()
    press = (held.back if returned else held.release)(hold, held.at.okafor)
    ends = await overlapping(held.database, press, held.take_back)
    if returned:
        assert too_late(ends[1])
        assert await held.now() == (LetterState.RETURNED, 0)
    else:  # nobody of the other class has opened it
        assert ends[1] is None
        assert await held.now() == (LetterState.DRAFT, 0)


async def test_a_teacher_who_decides_while_the_pupil_takes_it_back_is_told(held: Held) -> None:
    ends = await overlapping(held.database, held.take_back, held.release(await held.hold(), held.at.okafor))
    assert ends[0] is None
    assert too_late(ends[1])
    assert await held.now() == (LetterState.DRAFT, 0)


@pytest.mark.parametrize("undone_first", [True, False])
async def test_the_first_yes_is_taken_back_or_the_second_given_never_both(held: Held, *, undone_first: bool) -> None:
    decision = await held.done(held.release(await held.hold(), held.at.okafor))
    presses: list[Press] = [
        lambda db: moderation.undo(db, decision.id, held.at.okafor, now=NOW),
        held.release(await held.hold(arriving=True), held.at.weber),
    ]
    ends = await overlapping(held.database, *(presses if undone_first else reversed(presses)))
    assert not isinstance(ends[0], Exception), ends
    assert too_late(ends[1])
    assert await held.now() == ((LetterState.HELD, 1) if undone_first else (LetterState.RELEASED, 0))


async def test_nobody_takes_back_another_teachers_yes(held: Held) -> None:
    first = await held.done(held.release(await held.hold(), held.at.okafor))
    await held.done(held.release(await held.hold(arriving=True), held.at.weber))
    with pytest.raises(Refused) as refused:
        await held.done(lambda db: moderation.undo(db, first.id, held.at.okafor, now=NOW))
    assert refused.value.refusal is Refusal.TOO_LATE_TO_UNDO
    assert await held.now() == (LetterState.RELEASED, 0)


async def test_a_letter_that_is_let_go_while_its_writer_takes_it_back_does_not_travel(database: Database) -> None:
    """Between adults, where no person stands in between."""
    async with database.transaction() as db:
        home = await b.town(db)
        one, other = await b.adult(db, home), await b.adult(db, await b.town(db, twin=home))
        author, _ = await b.correspondence(db, one, other)
        for _n in range(5):
            await b.letter(db, author)
        letter = await b.letter(db, author, "The plums are ripe.", state=LetterState.WRITTEN)

    async def take_back(db: AsyncSession) -> None:
        await drafts.take_back(db, await db.get_one(Letter, letter.id), now=NOW)

    ends = await overlapping(database, lambda db: _screened(db, letter), take_back)
    assert ends == (LetterState.RELEASED, None)
    async with database.reading() as db:
        assert (await db.get_one(Letter, letter.id)).state is LetterState.DRAFT
        assert (await db.exec(select(Delivery.state))).all() == [DeliveryState.WITHDRAWN]
