"""What if a button about a class is pressed twice, or by two teachers, at the very same moment?"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_asks,
    class_endings,
    class_teachers,
    class_years,
    pairing_approvals,
    pupil_care,
    reserve_letters,
    roster_import,
    volunteer_letters,
)
from penfriends.actions.pupil_care import Written
from penfriends.db import Database, make_engine
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.jobs import nobody
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import AuditEntry, Moderator, Role
from penfriends.models.pairings import Pairing, PairingApproval, PairingState, ReserveLetter
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import ClassTeacher, Duty, PaperYes, Pupil, SchoolClass
from penfriends.rules.matching import Level
from penfriends.rules.roster_values import Consent as Yes
from penfriends.rules.roster_values import RosterLine, RosterReading
from tests import builders as b
from tests.support.at_once import Press, overlapping
from tests.support.desk import twins
from tests.support.schools import Classes, classes

AT, NOW = b.AT, b.NOW
TODAY = NOW.date()


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    opened = Database(make_engine(fresh_database), nobody)
    yield opened
    await opened.close()


@pytest.fixture
async def at(database: Database) -> Classes:
    async with database.transaction() as db:
        return await classes(db)


async def number(database: Database, kind: Any, *such: Any) -> int:
    async with database.reading() as db:
        return int((await db.exec(select(func.count()).select_from(kind).where(*such))).one())


def refusal(end: object) -> Refusal | None:
    return end.refusal if isinstance(end, Refused) else None


async def test_the_next_year_begins_once(database: Database, at: Classes) -> None:
    def press(db: AsyncSession) -> Any:
        return class_years.begin_next(
            db, at.here.id, at.okafor, name="7B", starts_on=TODAY + timedelta(100), ends_on=TODAY + timedelta(300),
            staying={at.ava.resident_id}, at=AT, now=NOW,
        )  # fmt: skip

    ends = await overlapping(database, press, press)
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED
    assert await number(database, SchoolClass) == 3
    assert await number(database, Pupil, Pupil.class_id == ends[0].id) == 1


async def test_a_class_ends_once(database: Database, at: Classes) -> None:
    async def press(db: AsyncSession) -> None:
        of = await db.get_one(SchoolClass, at.here.id)
        await class_endings.end_class(db, of, by=at.okafor, at=AT, now=NOW)

    assert await overlapping(database, press, press) == (None, None)
    assert await number(database, AuditEntry, AuditEntry.action == "end_class") == 1
    assert await number(database, Delivery) == 1, "the other teacher hears it once"


async def test_an_exchange_is_thanked_for_once(database: Database, at: Classes) -> None:
    def press(who: Moderator) -> Press:
        return lambda db: class_endings.thank(db, at.pairing.id, who, thanks="Thank you all", at=AT, now=NOW)

    ends = await overlapping(database, press(at.okafor), press(at.weber))
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED


async def test_two_adults_who_take_each_other_out_leave_one(database: Database, at: Classes) -> None:
    async with database.transaction() as db:
        second = await b.moderator(db, at.okafor.association_id, "Mr Second", role=Role.TEACHER)
        db.add(ClassTeacher(class_id=at.here.id, moderator_id=second.id, duty=Duty.SECOND, since=NOW))
    ends = await overlapping(
        database,
        lambda db: class_teachers.remove(db, at.here.id, at.okafor, second.id, now=NOW),
        lambda db: class_teachers.remove(db, at.here.id, second, at.okafor.id, now=NOW),
    )
    assert isinstance(ends[1], NotFound)
    teach = (ClassTeacher.class_id == at.here.id, col(ClassTeacher.until).is_(None))
    assert await number(database, ClassTeacher, *teach) == 1


async def test_a_class_is_asked_once(database: Database) -> None:
    async with database.transaction() as db:
        towns = await twins(db)
        here, okafor = await b.school_class(db, towns.here, "6B")
        there, _weber = await b.school_class(db, towns.there, "5a", teacher="Frau Weber")
        here.seeking_since = there.seeking_since = NOW
        db.add_all([here, there])

    def press(db: AsyncSession) -> Any:
        return class_asks.ask(db, here.id, there.id, okafor, words="", at=AT, now=NOW)

    ends = await overlapping(database, press, press)
    assert isinstance(ends[1], NotFound)
    assert await number(database, Pairing) == 1


async def test_two_classes_that_say_yes_to_a_third_at_once_do_not_wait_for_each_other(database: Database) -> None:
    """Each of the two yeses closes the other ask: of two who hold the own and want the other's, none would get on."""
    async with database.transaction() as db:
        towns = await twins(db)
        asker, okafor = await b.school_class(db, towns.here, "6B")
        asked = [await b.school_class(db, towns.there, name, teacher=name) for name in ("5a", "5b")]
        asker.seeking_since = NOW
        for one, _teacher in asked:
            one.seeking_since = NOW
        db.add_all([asker, *(one for one, _teacher in asked)])
        await db.flush()
        asks = [await class_asks.ask(db, asker.id, one.id, okafor, words="", at=AT, now=NOW) for one, _ in asked]

    def press(place: int) -> Press:
        return lambda db: class_asks.answer(db, asks[place].id, asked[place][1], yes=True, at=AT, now=NOW)

    ends = await overlapping(database, press(0), press(1))
    assert not isinstance(ends[0], Exception), ends
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED
    assert await number(database, Pairing, Pairing.state == PairingState.AGREED) == 1


async def test_two_moderators_of_a_town_approve_a_pairing_once(database: Database) -> None:
    async with database.transaction() as db:
        towns = await twins(db)
        here, _okafor = await b.school_class(db, towns.here, "6B")
        there, _weber = await b.school_class(db, towns.there, "5a", teacher="Frau Weber")
        pairing = await b.pairing(db, here, there, state=PairingState.AGREED)

    def press(who: Moderator) -> Press:
        return lambda db: pairing_approvals.approve(db, pairing.id, who, at=AT, now=NOW)

    ends = await overlapping(database, press(towns.ilse), press(towns.marta))
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED
    assert await number(database, PairingApproval) == 1
    ends = await overlapping(database, press(towns.uli), press(towns.ewa))
    assert ends[0].state is PairingState.APPROVED
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED


# --- reserve letters ------------------------------------------------------------------------------------------------


async def test_a_reserve_letter_is_one_pupils_and_stays_theirs(database: Database, at: Classes) -> None:
    async with database.transaction() as db:
        bea = await b.pupil(db, at.here, at.okafor, "Bea")
        bank = [
            await reserve_letters.add(db, at.here.id, at.okafor, title="", text="Hello", language="en", now=NOW)
            for _ in range(2)
        ]

    def give(place: int, who: Pupil) -> Press:
        return lambda db: reserve_letters.give(db, bank[place].id, who.resident_id, at.okafor, now=NOW)

    ends = await overlapping(database, give(0, at.ava), give(0, bea))
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED
    ends = await overlapping(database, give(1, bea), lambda db: reserve_letters.drop(db, bank[1].id, at.okafor))
    assert refusal(ends[1]) is Refusal.ALREADY_DECIDED, "it is on a pupil's table already"
    assert await number(database, ReserveLetter) == 2


async def test_a_volunteer_s_letter_is_taken_once_and_given_or_withdrawn(database: Database, at: Classes) -> None:
    async with database.transaction() as db:
        shared = await volunteer_letters.write(db, at.towns.ilse, title="", text="Swans.", language="en", now=NOW)

    def take(db: AsyncSession) -> Any:
        return volunteer_letters.take(db, shared.id, at.here.id, at.okafor, now=NOW)

    ends = await overlapping(database, take, take)
    assert isinstance(ends[1], NotFound)
    copy = ends[0].id
    await overlapping(
        database,
        lambda db: reserve_letters.give(db, copy, at.ava.resident_id, at.okafor, now=NOW),
        lambda db: volunteer_letters.withdraw(db, shared.id, at.towns.ilse, now=NOW),
    )
    given = col(ReserveLetter.used_for) == at.ava.resident_id
    assert await number(database, ReserveLetter, given) == 1, "it is on a pupil's table already"


# --- the list of the class ------------------------------------------------------------------------------------------


def a_list(*names: str, volunteer: bool | None = None) -> RosterReading:
    lines = [
        RosterLine(n, name, "B", date(2016, 3, 27), {"en": Level.WELL}, frozenset(), Yes.FORM, volunteer)
        for n, name in enumerate(names, 1)
    ]
    return RosterReading(tuple(lines), (), ())


async def saving(database: Database, at: Classes, told: RosterReading) -> Press:
    """Saving the list as it was shown now."""
    async with database.reading() as db:
        seen = (await roster_import.plan(db, at.here, told, now=NOW)).digest
    return lambda db: roster_import.save(db, at.here.id, at.okafor, told, seen=seen, now=NOW)


async def test_a_list_that_is_saved_twice_comes_in_once(database: Database, at: Classes) -> None:
    press = await saving(database, at, a_list("Ava", "Bea", "Cem"))
    ends = await overlapping(database, press, press)
    assert refusal(ends[1]) is Refusal.CHANGED_SINCE
    assert await number(database, Pupil, Pupil.class_id == at.here.id) == 3


async def test_a_list_does_not_write_over_what_a_colleague_changes_just_then(database: Database, at: Classes) -> None:
    press = await saving(database, at, a_list("Ava", volunteer=True))
    written = Written("Ava", "B", {"en": Level.FIRST}, ("cats",))
    ends = await overlapping(
        database, lambda db: pupil_care.edit(db, at.ava.resident_id, at.okafor, written, now=NOW), press
    )
    assert refusal(ends[1]) is Refusal.CHANGED_SINCE, "the teacher looks at it again"


# --- the guardian's yes, and leaving --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"), [("none", "paper"), ("form", "none"), ("paper", "paper"), ("paper", "none"), ("none", "none")]
)
async def test_what_two_say_of_a_guardian_is_one_thing(
    database: Database, at: Classes, first: str, second: str
) -> None:
    def press(said: str) -> Press:
        return lambda db: pupil_care.set_paper(db, at.ava.resident_id, at.okafor, PaperYes(said), now=NOW)

    ends = await overlapping(database, press(first), press(second))
    assert not any(isinstance(end, Exception) for end in ends)
    assert await whole(database, at) == (second != "none", second != "none", second != "none")


async def whole(database: Database, at: Classes) -> tuple[bool, bool, bool]:
    """Whether paper, state and consent each say that there is a yes."""
    who = at.ava.resident_id
    given = await number(database, Consent, Consent.resident_id == who, Consent.state == ConsentState.GIVEN)
    async with database.reading() as db:
        pupil, resident = await db.get_one(Pupil, who), await db.get_one(Resident, who)
    return pupil.paper is not PaperYes.NONE, resident.state is ResidentState.ACTIVE, given == 1


@pytest.mark.parametrize("other", ["leave", "yes"])
async def test_who_has_left_stays_gone_whatever_is_pressed_just_then(
    database: Database, at: Classes, other: str
) -> None:
    def leave(db: AsyncSession) -> Any:
        return pupil_care.leave(db, at.ava.resident_id, at.okafor, now=NOW)

    def yes(db: AsyncSession) -> Any:
        return pupil_care.set_paper(db, at.ava.resident_id, at.okafor, PaperYes.PAPER, now=NOW)

    ends = await overlapping(database, leave, leave if other == "leave" else yes)
    assert isinstance(ends[1], NotFound)
    assert await whole(database, at) == (False, False, False)
