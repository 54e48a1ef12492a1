"""Does a letter of a vetted volunteer come to a pupil whose friend is silent, and only through the pupil's teacher?"""

import re
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_endings, reserve_letters, volunteer_letters
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator, Vetting
from penfriends.models.pairings import ReserveLetter, VolunteerLetter
from tests import builders as b
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words

NOW = b.NOW


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def written(db: AsyncSession, writer: Moderator, text: str = "Swans crossed.", **said: Any) -> VolunteerLetter:
    told: dict[str, Any] = {"title": "Swans", "language": "en", "now": NOW} | said
    return await volunteer_letters.write(db, writer, text=text, **told)


async def titles(db: AsyncSession, at: Classes, *, now: datetime = NOW) -> list[str]:
    return [one.letter.title for one in await volunteer_letters.offered(db, at.here, at.okafor, now=now)]


async def refused(what: Awaitable[object]) -> Refusal:
    with pytest.raises(Refused) as found:
        await what
    return found.value.refusal


async def test_a_volunteer_writes_a_teacher_takes_it_a_pupil_reads_it(visit: Visit) -> None:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        at = await classes(db, now=now)
        visit.sign_in(await b.session(db, at.towns.ilse.sign_in_id, staff=True))
    assert 'href="/desk/reserve"' in (await visit.get("/desk")).text
    wrong = await visit.post("/desk/reserve", title="", text="Ring me: 07700 900123.", language="en")
    assert wrong.status_code == 422
    assert "children read this" in words(wrong)
    assert "07700 900123" in wrong.text
    await visit.post("/desk/reserve", title="Swans", text="Two swans stopped the bus.", language="en")
    assert "Ilse · English" in words(await visit.get("/desk/reserve"))

    url = f"/classes/{at.here.id}/reserve"
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, at.okafor.sign_in_id, staff=True))
    offered = await visit.get(url)
    assert "Two swans stopped the bus." in words(offered)
    take = re.search(r'action="([^"]+/reserve/volunteers/[^"]+)"', offered.text)
    assert take
    await visit.post(take[1])
    assert "from a volunteer" in words(await visit.get(url))
    assert (await visit.post(take[1])).status_code == 404
    give = re.search(r'action="([^"]+/gift)"', (await visit.get(url)).text)
    assert give
    await visit.post(give[1], pupil=str(at.ava.resident_id))
    async with visit.database.reading() as db:
        assert [one.title for one in await reserve_letters.of_pupil(db, at.ava.resident_id)] == ["Swans"]


async def test_R38_only_who_may_read_childrens_letters_writes_and_is_offered(db: AsyncSession) -> None:
    at = await classes(db)
    colin = await b.moderator(db, at.towns.here.association_id, "Colin", vetted=False)
    assert await refused(written(db, colin)) is Refusal.VETTING_MISSING
    await written(db, at.towns.ilse)
    assert await titles(db, at) == ["Swans"]
    await db.exec(update(Vetting).where(col(Vetting.moderator_id) == at.towns.ilse.id).values(expires_on=NOW.date()))
    assert await titles(db, at) == []
    await written(db, at.towns.marta, title="Storks")
    assert await titles(db, at) == ["Storks"]
    at.towns.marta.active = False
    await db.flush()
    assert await titles(db, at) == []


async def test_nothing_in_it_leads_out_of_here(db: AsyncSession) -> None:
    at = await classes(db)
    for said in ({"text": "Write to wendy@plumb.example"}, {"title": "www.swans.example"}):
        assert await refused(written(db, at.towns.ilse, **said)) is Refusal.CONTACT_IN_WORDS
    assert await refused(written(db, at.towns.ilse, " \r\n ")) is Refusal.EMPTY_LETTER
    assert await volunteer_letters.of_association(db, at.towns.ilse) == []


async def test_R18_other_towns_neither_see_nor_take_nor_withdraw_it(db: AsyncSession) -> None:
    at = await classes(db)
    letter = await written(db, at.towns.ilse)
    assert await volunteer_letters.offered(db, at.there, at.weber, now=NOW) == []
    assert await volunteer_letters.of_association(db, at.towns.uli) == []
    plain = await b.moderator(db, at.towns.here.association_id, "Wendy")
    for attempt in (
        volunteer_letters.take(db, letter.id, at.there.id, at.weber, now=NOW),
        volunteer_letters.take(db, letter.id, at.here.id, at.weber, now=NOW),
        volunteer_letters.withdraw(db, letter.id, at.towns.uli, now=NOW),
        volunteer_letters.withdraw(db, letter.id, plain, now=NOW),
    ):
        with pytest.raises(NotFound):
            await attempt
    await volunteer_letters.withdraw(db, letter.id, at.towns.marta, now=NOW)
    assert await titles(db, at) == []


async def test_what_is_taken_back_stays_with_the_pupil_who_has_it_and_with_nobody_else(db: AsyncSession) -> None:
    at = await classes(db)
    other, ms_lin = await b.school_class(db, at.towns.here, "6C", teacher="Ms Lin")
    letter = await written(db, at.towns.ilse)
    mine = await volunteer_letters.take(db, letter.id, at.here.id, at.okafor, now=NOW)
    await volunteer_letters.take(db, letter.id, other.id, ms_lin, now=NOW)
    (shared,) = await volunteer_letters.of_association(db, at.towns.ilse)
    assert shared.classes == 2
    await reserve_letters.give(db, mine.id, at.ava.resident_id, at.okafor, now=NOW)
    await volunteer_letters.withdraw(db, letter.id, at.towns.ilse, now=NOW)
    left = (await db.exec(select(ReserveLetter).execution_options(populate_existing=True))).all()
    assert [(one.id, one.volunteer_letter_id, one.used_for) for one in left] == [(mine.id, None, at.ava.resident_id)]


async def test_the_languages_of_the_class_come_first_and_an_ended_class_takes_none(db: AsyncSession) -> None:
    at = await classes(db)
    own = next(iter(at.here.languages))
    foreign = next(code for code in ("pl", "ar") if code not in at.here.languages)
    letter = await written(db, at.towns.ilse, title="Own", language=own)
    await written(db, at.towns.ilse, title="Foreign", language=foreign, now=NOW + timedelta(hours=1))
    assert await titles(db, at) == ["Own", "Foreign"]
    await class_endings.end_class(db, at.here, by=at.okafor, at=b.AT, now=NOW)
    taking = volunteer_letters.take(db, letter.id, at.here.id, at.okafor, now=NOW)
    assert await refused(taking) is Refusal.CLASS_ENDED
