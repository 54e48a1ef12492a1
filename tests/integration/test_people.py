"""Is a wrong birth date put right only as rule R05 allows, and who finds whom?"""

from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import births, lookup, remit
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, LetterState
from penfriends.models.moderation import Decision, Verb
from penfriends.models.residents import BirthChange, ChangeState, Resident
from penfriends.rules.bands import Band
from tests import builders as b
from tests.support.desk import children, twins

NOW = b.NOW
GROWN = date(2006, 3, 2)


async def test_R05_a_change_needs_a_reason_and_keeps_the_old_date(db: AsyncSession) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    with pytest.raises(Refused) as refused:
        await births.propose(db, tom.id, twin.ilse, year=2013, on=date(2013, 5, 2), reason=" ", now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_REASON
    row = await births.propose(db, tom.id, twin.ilse, year=2013, on=date(2013, 5, 2), reason="Typing error", now=NOW)
    assert (row.state, row.old_on, tom.birth_on) == (ChangeState.DONE, date(2013, 3, 2), date(2013, 5, 2))
    decision = (await db.exec(select(Decision).where(Decision.subject_id == tom.id))).one()
    assert (decision.verb, decision.note) == (Verb.CHANGE_BIRTH, "Typing error")


async def test_R05_crossing_18_needs_a_second_moderator(db: AsyncSession) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    row = await births.propose(db, tom.id, twin.ilse, year=2006, on=GROWN, reason="Passport", now=NOW)
    assert (row.state, tom.band) == (ChangeState.PROPOSED, Band.CHILD)
    with pytest.raises(Refused) as refused:
        await births.agree(db, row.id, twin.ilse, now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_SECOND_PERSON
    await births.agree(db, row.id, twin.marta, now=NOW)
    assert (row.state, tom.band, tom.birth_on) == (ChangeState.DONE, Band.ADULT, GROWN)


async def test_R05_R02_who_crosses_18_writes_to_no_child_any_more(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    letter = await b.letter(db, tom, state=LetterState.RELEASED)
    row = await births.propose(db, tom.resident_id, twin.ilse, year=2006, on=GROWN, reason="Passport", now=NOW)
    await births.agree(db, row.id, twin.marta, now=NOW)
    correspondence = await db.get_one(Correspondence, tom.correspondence_id)
    for one in (tom, correspondence, letter):
        await db.refresh(one)
    assert (tom.open_band, correspondence.state, letter.state) == (None, "frozen", LetterState.HELD)


async def test_R05_a_foreign_or_known_person_is_not_changed(db: AsyncSession) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom")
    with pytest.raises(NotFound):
        await births.propose(db, tom.id, twin.uli, year=2013, on=date(2013, 5, 2), reason="x", now=NOW)
    twin.ilse.sign_in_id = (await b.sign_in(db)).id
    assert (await db.exec(select(BirthChange))).all() == []


@pytest.mark.parametrize(("year", "on"), [(2010, None), (2019, date(2019, 5, 2)), (2010, date(2011, 5, 2))])
async def test_R01_R05_a_date_that_cannot_be_is_refused(db: AsyncSession, year: int, on: date | None) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom")
    with pytest.raises(Refused):
        await births.propose(db, tom.id, twin.ilse, year=year, on=on, reason="x", now=NOW)


async def test_R18_R20_the_search_finds_people_of_the_own_towns_by_the_beginning_of_the_name(db: AsyncSession) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom")
    await b.adult(db, twin.here, "Anton%")
    await b.adult(db, twin.there, "Tomke")
    desk = await remit.desk_of(db, twin.ilse, now=NOW)

    async def found(name: str = "", state: str = "") -> list[str]:
        faces = await lookup.people(db, desk, first_name=name, town="", state=state, now=NOW)
        return [one.resident.first_name for one in faces]

    assert await found("to") == ["Tom"]
    assert await found("%") == []
    assert await found() == ["Anton%", "Tom"]
    assert await found(state="paused") == []
    assert await found(state="nonsense") == ["Anton%", "Tom"]
    assert tom.first_name == "Tom"


async def test_R38_children_are_not_found_without_checks(db: AsyncSession) -> None:
    twin = await twins(db)
    await b.child(db, twin.here, "Tom")
    await b.adult(db, twin.here, "Arthur")
    new = await b.moderator(db, twin.here.association_id, "Nora", vetted=False)
    desk = await remit.desk_of(db, new, now=NOW + timedelta(0))
    faces = await lookup.people(db, desk, first_name="", town="", state="", now=NOW)
    assert [one.resident.first_name for one in faces] == ["Arthur"]
    assert isinstance(faces[0].resident, Resident)
