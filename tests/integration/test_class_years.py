"""Does a class live on: handed over, into the next year with its partner class, or ended with thanks?"""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_asks,
    class_endings,
    class_summaries,
    class_teachers,
    class_years,
    letters,
    pairing_approvals,
    partner_search,
    passage,
    pupils,
    retention,
)
from penfriends.clock import utc_now
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState
from penfriends.models.moderation import Moderator, Role
from penfriends.models.pairings import PairingState
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import ClassState, ClassTeacher, Duty, PaperYes, SchoolClass, Teacher
from tests import builders as b
from tests.support.schools import Classes, classes
from tests.support.visits import visiting, words

NOW, AT = b.NOW, b.AT
STARTS, ENDS = date(2026, 9, 1), date(2027, 7, 15)


async def told(db: AsyncSession) -> Counter[str]:
    return Counter(str(one) for one in await db.exec(select(Delivery.notice)) if one)


async def second(db: AsyncSession, at: Classes) -> Moderator:
    """Mr Hill, the other adult of 6B."""
    hill = await b.moderator(db, at.towns.here.association_id, "Mr Hill", role=Role.TEACHER)
    db.add(Teacher(moderator_id=hill.id, school_id=at.here.school_id, created_at=NOW))
    db.add(ClassTeacher(class_id=at.here.id, moderator_id=hill.id, duty=Duty.SECOND, since=NOW))
    await db.flush()
    return hill


async def next_here(db: AsyncSession, at: Classes, *, name: str = "7B") -> SchoolClass:
    return await class_years.begin_next(
        db,
        at.here.id,
        at.okafor,
        name=name,
        starts_on=STARTS,
        ends_on=ENDS,
        staying={at.ava.resident_id},
        at=AT,
        now=NOW,
    )


async def next_there(db: AsyncSession, at: Classes) -> SchoolClass:
    return await class_years.begin_next(
        db,
        at.there.id,
        at.weber,
        name="6a",
        starts_on=STARTS,
        ends_on=ENDS,
        staying={at.anton.resident_id},
        at=AT,
        now=NOW,
    )


async def test_both_adults_go_along_into_the_next_year(db: AsyncSession) -> None:
    at = await classes(db)
    hill = await second(db, at)
    await class_teachers.make_lead(db, at.here.id, hill, hill.id, now=NOW)
    new = await next_here(db, at)
    assert [(one.who.name, one.leads) for one in await class_teachers.adults(db, new)] == [
        ("Mr Hill", True), ("Ms Okafor", False),
    ]  # fmt: skip


async def test_the_next_year_takes_pupils_along_and_asks_their_guardians_anew(db: AsyncSession) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben")
    code = at.here.code
    new = await next_here(db, at)
    assert (new.previous_id, new.state, new.youngest, new.size) == (at.here.id, ClassState.ACTIVE, 10, 1)
    assert at.here.state is ClassState.ENDED
    assert code not in (at.here.code, new.code)
    assert [one.resident_id for one, _ in await pupils.in_class(db, new.id)] == [at.ava.resident_id]
    ava = await db.get_one(Resident, at.ava.resident_id, populate_existing=True)
    assert (ava.state, at.ava.paper) == (ResidentState.AWAITING_CONSENT, PaperYes.NONE)
    assert not await passage.consent_holds(db, ava, now=NOW)
    left = await db.get_one(Resident, ben.resident_id, populate_existing=True)
    assert left.state is ResidentState.PAUSED
    await pupils.attest(db, at.ava, new, at.okafor, PaperYes.FORM, now=NOW)
    assert await passage.consent_holds(db, ava, now=NOW)
    with pytest.raises(Refused):
        await next_here(db, at)


async def test_what_the_old_class_wrote_stays_readable_and_nothing_more_is_written(db: AsyncSession) -> None:
    at = await classes(db)
    await b.letter(db, at.anton_writes, "Hello", state=LetterState.DELIVERED)
    await next_here(db, at)
    assert (at.pairing.state, at.pairing.closed_because) == (PairingState.ENDED, "year_over")
    correspondence = await db.get_one(Correspondence, at.ava_writes.correspondence_id, populate_existing=True)
    assert correspondence.state is CorrespondenceState.ENDED
    assert len((await db.exec(select(Letter))).all()) == 1
    await db.refresh(at.ava_writes)
    with pytest.raises(Refused):
        await letters.start_draft(db, at.ava_writes, parent_id=None, language="en", now=NOW)


@pytest.mark.parametrize(("starts", "ends"), [(1, 1), (1, 500), (-500, -200)])
async def test_a_year_has_possible_dates(db: AsyncSession, starts: int, ends: int) -> None:
    at = await classes(db)
    with pytest.raises(Refused):
        await class_years.begin_next(
            db, at.here.id, at.okafor, name="7B", starts_on=NOW.date() + timedelta(days=starts),
            ends_on=NOW.date() + timedelta(days=ends), staying=(), at=AT, now=NOW,
        )  # fmt: skip
    assert at.here.state is ClassState.ACTIVE


async def test_the_partner_class_is_kept_by_one_press_of_each_teacher_and_a_yes_of_the_towns(db: AsyncSession) -> None:
    at = await classes(db)
    new = await next_here(db, at)
    (former,) = await class_years.former_partners(db, new)
    assert (former.card.of.id, former.is_ready) == (at.there.id, False)
    with pytest.raises(Refused):
        await class_years.keep_partner(db, new.id, at.there.id, at.okafor, words="", at=AT, now=NOW)
    theirs = await next_there(db, at)
    (former,) = await class_years.former_partners(db, new)
    assert (former.card.of.id, former.is_ready) == (theirs.id, True)
    pairing = await class_years.keep_partner(db, new.id, theirs.id, at.okafor, words="", at=AT, now=NOW)
    for one, other, teacher in ((new, theirs, at.okafor), (theirs, new, at.weber)):
        with pytest.raises(Refused):
            await class_years.keep_partner(db, one.id, other.id, teacher, words="", at=AT, now=NOW)
    pairing = await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW)
    for moderator in (at.towns.ilse, at.towns.uli):
        pairing = await pairing_approvals.approve(db, pairing.id, moderator, at=AT, now=NOW)
    assert pairing.state is PairingState.APPROVED
    with pytest.raises(NotFound):
        await class_years.keep_partner(db, new.id, at.here.id, at.okafor, words="", at=AT, now=NOW)


async def test_an_exchange_ends_with_thanks_to_the_other_teacher(db: AsyncSession) -> None:
    at = await classes(db)
    with pytest.raises(Refused) as refused:
        await class_endings.thank(db, at.pairing.id, at.okafor, thanks="a@example.org", at=AT, now=NOW)
    assert refused.value.refusal is Refusal.CONTACT_IN_WORDS
    await class_endings.thank(db, at.pairing.id, at.okafor, thanks="A lovely year.", at=AT, now=NOW)
    assert (at.pairing.state, at.pairing.closed_because) == (PairingState.ENDED, "thanked")
    (mail,) = (await db.exec(select(Delivery).where(Delivery.notice == Notice.EXCHANGE_ENDED.value))).all()
    assert (mail.sign_in_id, mail.payload["thanks"]) == (at.weber.sign_in_id, "A lovely year.")
    assert (await class_asks.view(db, at.pairing.id, at.weber, now=NOW)).pairing.thanks == "A lovely year."
    with pytest.raises(Refused):
        await class_endings.thank(db, at.pairing.id, at.weber, thanks="", at=AT, now=NOW)


async def test_a_ring_of_three_goes_on_without_a_class_that_ends(db: AsyncSession) -> None:
    at = await classes(db)
    third, _ = await b.school_class(db, at.towns.there, "5b", teacher="Herr Kern")
    pairing = await b.pairing(db, at.here, at.there, third)
    await class_endings.end_class(db, at.here, by=at.okafor, at=AT, now=NOW)
    assert (pairing.state, at.pairing.state) == (PairingState.RUNNING, PairingState.ENDED)
    await class_endings.end_class(db, third, by=None, at=AT, now=NOW)
    assert pairing.state is PairingState.ENDED


async def test_teachers_are_told_thirty_days_before_and_the_year_ends_by_itself(db: AsyncSession) -> None:
    at = await classes(db)
    assert await class_endings.sweep(db, at=AT, now=NOW) == 0
    assert await told(db) == {}
    for days in (31, 32, 60):
        assert await class_endings.sweep(db, at=AT, now=NOW + timedelta(days=days)) == 0
    assert await told(db) == {Notice.CLASS_ENDING.value: 2}
    assert await class_endings.sweep(db, at=AT, now=NOW + timedelta(days=61)) == 2
    assert await class_endings.sweep(db, at=AT, now=NOW + timedelta(days=62)) == 0
    assert (at.here.state, at.there.state, at.pairing.state) == (
        ClassState.ENDED, ClassState.ENDED, PairingState.ENDED,
    )  # fmt: skip
    assert await told(db) == {Notice.CLASS_ENDING.value: 2}


async def test_an_ended_class_asks_nobody_and_is_asked_by_nobody(db: AsyncSession) -> None:
    at = await classes(db)
    here, hill = await b.school_class(db, at.towns.here, "6C", teacher="Mr Hill")
    there, kern = await b.school_class(db, at.towns.there, "5b", teacher="Herr Kern")
    for one, teacher in ((here, hill), (there, kern)):
        await partner_search.look(db, one.id, teacher, now=NOW)
    pairing = await class_asks.ask(db, here.id, there.id, hill, words="", at=AT, now=NOW)
    await class_endings.end_class(db, there, by=kern, at=AT, now=NOW)
    assert pairing.state is PairingState.REFUSED
    assert await partner_search.suggestions(db, here, now=NOW) == []


async def test_a_summary_counts_letters_and_names_nobody(db: AsyncSession) -> None:
    at = await classes(db)
    for number in range(6):
        await b.letter(db, at.ava_writes if number % 2 else at.anton_writes, "Hello", state=LetterState.DELIVERED)
    await b.letter(db, at.ava_writes, "on its way", state=LetterState.HELD)
    seen = await class_summaries.summary(db, at.here.id, at.okafor, now=NOW)
    assert (seen.letters, seen.writers, [one.name for one in seen.towns]) == (6, None, ["Hürth"])
    await next_here(db, at)
    after = await class_summaries.summary(db, at.here.id, at.okafor, now=NOW)
    assert (after.letters, after.towns) == (6, seen.towns)
    with pytest.raises(NotFound):
        await class_summaries.summary(db, at.here.id, at.weber, now=NOW)


async def test_R48_the_numbers_of_an_exchange_stay_when_its_letters_are_gone(db: AsyncSession) -> None:
    at = await classes(db)
    for number in range(6):
        await b.letter(db, at.ava_writes if number % 2 else at.anton_writes, "Hello", state=LetterState.DELIVERED)
    before = await class_summaries.summary(db, at.here.id, at.okafor, now=NOW)
    await class_endings.thank(db, at.pairing.id, at.okafor, thanks="Thank you", at=AT, now=NOW)
    later = NOW + timedelta(days=400)
    for name in (*retention.STEPS, *retention.STEPS):
        await retention.step(db, name, now=later)
    assert (await db.exec(select(Letter.id))).all() == []
    assert before.letters == 6
    assert await class_summaries.summary(db, at.here.id, at.okafor, now=NOW) == before


async def test_a_teacher_walks_from_one_year_into_the_next(fresh_sqlite: str) -> None:
    now = utc_now()
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            at = await classes_now(db)
            visit.sign_in(await b.session(db, at.okafor.sign_in_id, staff=True))
        base = f"/classes/{at.here.id}/year"
        assert "Begin the next year" in words(await visit.get(base))
        form = await visit.get(f"{base}/next")
        assert "Ava B" in words(form)
        wrong = await visit.post(f"{base}/next", name="", starts_on="2026-09-01", ends_on="2026-08-01")
        assert wrong.status_code == 422
        starts = now.date() + timedelta(days=30)
        done = await visit.post(
            f"{base}/next", name="7B", starts_on=starts.isoformat(),
            ends_on=(starts + timedelta(days=300)).isoformat(), staying=str(at.ava.resident_id),
        )  # fmt: skip
        assert done.status_code == 303
        assert "has not begun the new year yet" in words(await visit.get(done.headers["location"]))
        for audience in ("parents", "funder"):
            assert "fewer than five" in words(await visit.get(f"{base}/{audience}"))
        assert (await visit.get(f"{base}/press")).status_code == 404
        assert (await visit.get(f"/classes/{at.there.id}/year")).status_code == 404
        assert (await visit.post(f"/classes/{at.there.id}/year/ending")).status_code == 404


async def classes_now(db: AsyncSession) -> Classes:
    """The two classes, today, with one letter that arrived."""
    made = await classes(db)
    for one in (made.here, made.there):
        one.starts_on, one.ends_on = utc_now().date() - timedelta(days=200), utc_now().date() + timedelta(days=40)
        db.add(one)
    await b.letter(db, made.ava_writes, "Hello", state=LetterState.DELIVERED)
    return made
