"""Is a running exchange of two classes left alone by everything that happens by itself, for a whole school year?"""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_endings,
    coming_of_age,
    consent_sweep,
    correspondences,
    digest,
    endings,
    fit_checks,
    group_closing,
    letters,
    matching,
    nudges,
    pairing_steps,
    passage,
    pupils,
    refusals,
    remit,
    residents,
    seeking,
    signup,
    silences,
    throttle,
    unanswered,
)
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery, DeliveryKind
from penfriends.models.letters import Correspondence, CorrespondenceState, LetterState
from penfriends.models.matching import FitCheck
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import PaperYes, Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from tests import builders as b
from tests.support.schools import Classes, classes

NOW, AT = b.NOW, b.AT
WEEK = timedelta(days=7)


async def everything(db: AsyncSession, now: datetime) -> None:
    """All that workers do by themselves when time has passed."""
    await endings.unsure_after_silence(db, now=now)
    await class_endings.sweep(db, at=AT, now=now)
    await consent_sweep.sweep(db, at=AT, now=now)
    await correspondences.wake(db, now=now)
    await signup.sweep(db, now=now)
    await residents.wake(db, now=now)
    await seeking.pack_missing(db)
    await coming_of_age.sweep(db, at=AT, now=now)
    await nudges.sweep(db, at=AT, now=now)
    await fit_checks.sweep(db, at=AT, now=now)
    await throttle.forget_old(db, now=now)
    await digest.send_due(db, AT, now)
    await refusals.settle(db, at=AT, now=now)
    await matching.expire(db, at=AT, now=now)
    await group_closing.expire(db, at=AT, now=now)
    await pairing_steps.expire(db, at=AT, now=now)
    await unanswered.sweep(db, at=AT, now=now)


async def notices(db: AsyncSession) -> Counter[str]:
    found = await db.exec(select(Delivery.notice).where(Delivery.kind == DeliveryKind.NOTICE))
    return Counter(str(one) for one in found)


async def long_year(db: AsyncSession) -> Classes:
    """A running exchange whose year goes on for ten months; Anton has a letter that he has not answered."""
    at = await classes(db)
    at.here.ends_on = at.there.ends_on = NOW.date() + timedelta(days=300)
    db.add_all([at.here, at.there])
    for pupil, of, teacher in ((at.ava, at.here, at.okafor), (at.anton, at.there, at.weber)):
        await pupils.attest(db, pupil, of, teacher, PaperYes.FORM, now=NOW)
    await b.letter(db, at.ava_writes, "Do you like ducks?", state=LetterState.DELIVERED)
    return at


async def test_a_year_of_sweeps_writes_to_no_pupil_and_ends_nothing(db: AsyncSession) -> None:
    at = await long_year(db)
    for week in range(0, 42, 2):
        await everything(db, NOW + week * WEEK)
    assert await notices(db) == {Notice.CLASS_ENDING.value: 2}
    assert (await db.exec(select(FitCheck))).all() == []
    correspondence = await db.get_one(Correspondence, at.ava_writes.correspondence_id, populate_existing=True)
    assert correspondence.state is CorrespondenceState.OPEN
    await db.refresh(at.anton_writes)
    assert at.anton_writes.nudged_at is None
    for pupil in (at.ava, at.anton):
        one = await db.get_one(Resident, pupil.resident_id, populate_existing=True)
        assert (one.state, one.waiting_since) == (ResidentState.ACTIVE, None)
        assert await db.get(SignIn, one.sign_in_id) is not None


async def test_at_the_end_of_the_year_a_yes_runs_out_and_only_the_teachers_hear_of_it(db: AsyncSession) -> None:
    at = await long_year(db)
    for week in range(38, 48):
        await everything(db, NOW + week * WEEK)
    assert await notices(db) == {Notice.CLASS_ENDING.value: 2}
    for pupil in (at.ava, at.anton):
        one = await db.get_one(Resident, pupil.resident_id, populate_existing=True)
        assert one.state is ResidentState.PAUSED
        assert await db.get(SignIn, one.sign_in_id) is not None
        assert not await passage.consent_holds(db, one, now=NOW + 47 * WEEK)


async def test_silence_between_pupils_is_nothing_for_the_desk(db: AsyncSession) -> None:
    at = await long_year(db)
    later = NOW + 8 * WEEK
    desk = await remit.desk_of(db, at.towns.ilse, now=later)
    assert await silences.count(db, desk, now=later) == 0
    assert await silences.silences(db, desk, now=later) == []
    with pytest.raises(NotFound):
        await silences.end(db, at.ava_writes.correspondence_id, at.towns.ilse, at=AT, now=later)


async def test_a_teacher_hears_once_a_day_of_letters_only_and_of_nothing_if_they_wish(db: AsyncSession) -> None:
    at = await long_year(db)
    letter = await b.letter(db, at.ava_writes, "I have a cat.", state=LetterState.WRITTEN)
    await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=AT, policy=b.POLICY, now=NOW)
    assert await digest.send_due(db, AT, NOW) == 1
    assert await digest.send_due(db, AT, NOW + timedelta(hours=1)) == 0
    (mail,) = (await db.exec(select(Delivery).where(Delivery.notice == Notice.DESK_DIGEST.value))).all()
    assert mail.sign_in_id == at.okafor.sign_in_id
    assert str(mail.payload["url"]).endswith("/desk/letters")
    own = await db.get_one(Teacher, at.okafor.id)
    own.reminders = False
    db.add(own)
    await db.flush()
    assert await digest.send_due(db, AT, NOW + timedelta(days=1)) == 0


async def test_R04_a_pupil_who_turns_18_writes_no_more_and_the_letters_freeze(db: AsyncSession) -> None:
    at = await long_year(db)
    ava = await db.get_one(Resident, at.ava.resident_id)
    birthday = NOW.date() + timedelta(days=20)
    ava.birth_on, ava.birth_year = date(birthday.year - 18, birthday.month, birthday.day), birthday.year - 18
    db.add(ava)
    await db.flush()
    for week in range(6):
        await everything(db, NOW + week * WEEK)
    await db.refresh(ava)
    assert (ava.band, ava.state) == (Band.ADULT, ResidentState.PAUSED)
    correspondence = await db.get_one(Correspondence, at.ava_writes.correspondence_id, populate_existing=True)
    assert correspondence.state is CorrespondenceState.FROZEN
    assert await notices(db) == {}
    given = await db.exec(
        select(Consent).where(col(Consent.resident_id) == ava.id, Consent.state == ConsentState.GIVEN)
    )
    assert given.all() == []
    with pytest.raises(Refused) as refused:
        await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.FORM, now=NOW + 6 * WEEK)
    assert refused.value.refusal is Refusal.TOO_OLD_FOR_CLASS


async def test_the_guardian_of_a_resident_is_still_reminded_beside_pupils(db: AsyncSession) -> None:
    at = await long_year(db)
    await b.child(db, at.towns.here, "Maisie", guardian_email="parent@example.org")
    await everything(db, NOW + timedelta(days=340))
    assert set(await notices(db)) == {Notice.CONSENT_EXPIRING.value}
