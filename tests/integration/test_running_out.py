"""Who hears that something of a class runs out, or that pupils have left, what does the desk say? (R14, R38, R48)"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_calendar,
    departures,
    digest,
    eligible,
    proofs_ending,
    pupil_care,
    retention,
    running_out,
)
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import Moderator, Role, Vetting, VettingKind
from penfriends.models.pairings import LetterRound, Pairing, PairingClass, PairingState, RoundClass
from penfriends.models.schools import ClassTeacher, Duty, Teacher
from penfriends.rules.vetting import warnings_due
from tests import builders as b
from tests.support.schools import Classes, classes

AT, NOW = b.AT, b.NOW
DAY = timedelta(days=1)


async def word_until(db: AsyncSession, teacher: Moderator, days: int, *, seen: int = 300) -> Vetting:
    row = (await db.exec(select(Vetting).where(Vetting.moderator_id == teacher.id))).one()
    row.seen_on, row.expires_on = (NOW - seen * DAY).date(), (NOW + days * DAY).date()
    db.add(row)
    await db.flush()
    return row


async def mails(db: AsyncSession, notice: Notice) -> list[Delivery]:
    found = await db.exec(select(Delivery).where(Delivery.notice == notice.value).order_by(col(Delivery.id)))
    return list(found)


async def second(db: AsyncSession, at: Classes) -> Moderator:
    who = await b.moderator(db, at.towns.here.association_id, "Mr Bell", role=at.okafor.role)
    own = await db.get_one(Teacher, at.okafor.id)
    db.add(Teacher(moderator_id=who.id, school_id=own.school_id, created_at=NOW))
    db.add(ClassTeacher(class_id=at.here.id, moderator_id=who.id, duty=Duty.SECOND, since=NOW))
    await db.flush()
    return who


async def test_R38_a_school_s_word_is_warned_of_three_times_to_all_whom_it_concerns(db: AsyncSession) -> None:
    at = await classes(db)
    beside = await second(db, at)
    row = await word_until(db, at.okafor, 61)
    assert await running_out.sweep(db, at=AT, now=NOW) == 0
    ours = await db.exec(
        select(Moderator).where(
            Moderator.association_id == at.towns.here.association_id, Moderator.role != Role.TEACHER
        )
    )
    readers = {at.okafor.sign_in_id, beside.sign_in_id, *(one.sign_in_id for one in ours)}
    for nth, days in enumerate((1, 31, 54), start=1):
        assert await running_out.sweep(db, at=AT, now=NOW + days * DAY) == len(readers)
        assert await running_out.sweep(db, at=AT, now=NOW + days * DAY) == 0, "once"
        assert row.warnings == nth
    told = await mails(db, Notice.SCHOOL_WORD)
    assert {one.sign_in_id for one in told} == readers
    parts = {one.sign_in_id: str(one.payload["part"]) for one in told}
    assert (parts.pop(at.okafor.sign_in_id), parts.pop(beside.sign_in_id)) == ("own", "beside")
    assert set(parts.values()) == {"desk"}
    assert await running_out.sweep(db, at=AT, now=NOW + 61 * DAY) == 0, "it is over: the pages say so"


async def test_R38_a_newer_word_of_the_school_is_warned_of_in_its_own_time_and_never_by_night(db: AsyncSession) -> None:
    at = await classes(db)
    await word_until(db, at.okafor, 30)
    assert await running_out.sweep(db, at=AT, now=NOW.replace(hour=2)) == 0
    db.add(
        Vetting(
            moderator_id=at.okafor.id, kind=VettingKind.SCHOOL, seen_by="Ilse", seen_on=NOW.date(),
            expires_on=(NOW + 300 * DAY).date(),
        )
    )  # fmt: skip
    await db.flush()
    assert await running_out.sweep(db, at=AT, now=NOW) == 0


@pytest.mark.parametrize(("seen", "days", "due"), [(300, 61, 0), (300, 60, 1), (300, 30, 2), (300, 7, 3), (300, 0, 0)])
def test_R38_warnings_are_due_60_30_and_7_days_before(seen: int, days: int, due: int) -> None:
    today = NOW.date()
    assert warnings_due(today - seen * DAY, today + days * DAY, today) == due


def test_R38_who_is_confirmed_for_three_weeks_is_warned_in_the_last_one_only() -> None:
    today = NOW.date()
    assert [warnings_due(today, today + 21 * DAY, today + n * DAY) for n in (0, 13, 14, 20, 21)] == [0, 0, 1, 1, 0]


async def proof(db: AsyncSession, of: Moderator, kind: VettingKind, *, seen: int, days: int) -> Vetting:
    found = await db.exec(select(Vetting).where(Vetting.moderator_id == of.id, Vetting.kind == kind))
    row = found.one()
    row.seen_on, row.expires_on = (NOW - seen * DAY).date(), (NOW + days * DAY).date()
    db.add(row)
    await db.flush()
    return row


async def test_R38_a_moderator_s_check_is_warned_of_three_times_to_them_and_to_who_leads(db: AsyncSession) -> None:
    at = await classes(db)
    towns = at.towns
    wendy = await b.moderator(db, towns.here.association_id, "Wendy")
    await b.moderator(db, towns.here.association_id, "Colin")
    row = await proof(db, wendy, VettingKind.CHECK, seen=600, days=61)
    assert await proofs_ending.sweep(db, at=AT, now=NOW) == 0
    assert await proofs_ending.sweep(db, at=AT, now=(NOW + DAY).replace(hour=2)) == 0, "never by night"
    for nth, days in enumerate((1, 31, 54), start=1):
        assert await proofs_ending.sweep(db, at=AT, now=NOW + days * DAY) == 3
        assert await proofs_ending.sweep(db, at=AT, now=NOW + days * DAY) == 0, "once"
        assert row.warnings == nth
    told = await mails(db, Notice.PROOF_ENDING)
    assert {one.sign_in_id for one in told} == {wendy.sign_in_id, towns.ilse.sign_in_id, towns.marta.sign_in_id}
    assert {bool(one.payload["own"]) for one in told if one.sign_in_id == wendy.sign_in_id} == {True}
    assert {bool(one.payload["own"]) for one in told if one.sign_in_id != wendy.sign_in_id} == {False}


async def test_R38_R39_a_training_ends_after_a_year_and_a_newer_one_is_what_counts(db: AsyncSession) -> None:
    at = await classes(db)
    ilse = at.towns.ilse
    await proof(db, ilse, VettingKind.TRAINING, seen=345, days=400)
    (ending,) = await proofs_ending.of_moderator(db, ilse, now=NOW)
    assert (ending.kind, ending.until) == (VettingKind.TRAINING, (NOW + 20 * DAY).date())
    assert await eligible.is_vetted(db, ilse, now=NOW + 19 * DAY)
    assert not await eligible.is_vetted(db, ilse, now=NOW + 20 * DAY)
    assert await proofs_ending.sweep(db, at=AT, now=NOW) == 2, "Ilse and Marta, who lead"
    newer = Vetting(
        moderator_id=ilse.id, kind=VettingKind.TRAINING, seen_by="Marta", seen_on=NOW.date(),
        expires_on=(NOW + 365 * DAY).date(),
    )  # fmt: skip
    db.add(newer)
    await db.flush()
    assert await proofs_ending.of_moderator(db, ilse, now=NOW + 14 * DAY) == []
    assert await proofs_ending.sweep(db, at=AT, now=NOW + 14 * DAY) == 0


async def test_R38_who_works_here_no_more_is_written_to_no_more(db: AsyncSession) -> None:
    at = await classes(db)
    await proof(db, at.towns.uli, VettingKind.CHECK, seen=600, days=20)
    at.towns.uli.active = False
    await db.flush()
    assert await proofs_ending.sweep(db, at=AT, now=NOW) == 0


async def test_R14_R38_the_page_of_a_class_says_what_ends_before_the_last_letter(db: AsyncSession) -> None:
    at = await classes(db)
    beside = await second(db, at)
    seen = await running_out.of_class(db, at.here, at.okafor, now=NOW)
    assert (list(seen.words), seen.yeses, seen.last_on) == ([], 0, None)
    await word_until(db, at.okafor, 20)
    await word_until(db, beside, -1)
    row = LetterRound(
        pairing_id=at.pairing.id, number=1, write_on=at.here.ends_on, send_on=at.here.ends_on,
        read_on=at.here.ends_on + 30 * DAY,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    db.add(
        RoundClass(round_id=row.id, class_id=at.here.id, write_on=at.here.ends_on, read_on=at.here.ends_on + 10 * DAY)
    )
    await db.flush()
    seen = await running_out.of_class(db, at.here, at.okafor, now=NOW)
    assert [(one.name, one.is_me, one.is_over) for one in seen.words] == [
        ("Ms Okafor", True, False), ("Mr Bell", False, True),
    ]  # fmt: skip
    assert (seen.yeses, seen.last_on) == (1, at.here.ends_on + 10 * DAY)


async def leaves(db: AsyncSession, at: Classes, name: str, *, now: datetime) -> Any:
    one = await b.pupil(db, at.here, at.okafor, name, initial="C", now=NOW)
    friend = await b.pupil(db, at.there, at.weber, f"{name}s Freund", initial="F", now=NOW)
    await b.partnered(db, at.pairing, one, friend, now=NOW)
    await pupil_care.leave(db, one.resident_id, at.okafor, now=now)
    return friend


async def test_teachers_hear_once_a_day_who_has_left_the_partner_class_and_who_has_nobody(db: AsyncSession) -> None:
    at = await classes(db)
    later = NOW + timedelta(hours=1)
    assert await departures.sweep(db, at=AT, now=later) == 0
    for name in ("Cara", "Dora"):
        await leaves(db, at, name, now=later)
    assert await departures.sweep(db, at=AT, now=later) == 1
    (mail,) = await mails(db, Notice.PUPILS_LEFT)
    assert mail.sign_in_id == at.weber.sign_in_id
    assert mail.payload["left"] == ["Cara C", "Dora C"]
    assert mail.payload["waiting"] == ["Caras Freund F", "Doras Freund F"]
    assert str(mail.payload["url"]).endswith(f"/pairings/{at.pairing.id}/board")
    await leaves(db, at, "Edda", now=later + timedelta(hours=2))
    assert await departures.sweep(db, at=AT, now=later + timedelta(hours=3)) == 0, "one mail a day"
    assert await departures.sweep(db, at=AT, now=later + DAY) == 1
    assert (await mails(db, Notice.PUPILS_LEFT))[-1].payload["left"] == ["Edda C"]
    assert await departures.sweep(db, at=AT, now=later + 3 * DAY) == 0


async def test_nobody_hears_of_a_pupil_who_came_back_or_had_no_friend_there(db: AsyncSession) -> None:
    at = await classes(db)
    later = NOW + timedelta(hours=1)
    alone = await b.pupil(db, at.here, at.okafor, "Flo", now=NOW)
    await pupil_care.leave(db, alone.resident_id, at.okafor, now=later)
    await pupil_care.leave(db, at.ava.resident_id, at.okafor, now=later)
    await pupil_care.come_back(db, at.ava.resident_id, at.okafor, now=later)
    assert await departures.sweep(db, at=AT, now=later + timedelta(hours=1)) == 0


async def test_the_daily_mail_counts_pairings_that_wait_for_a_yes(db: AsyncSession) -> None:
    at = await classes(db)
    pairing = await db.get_one(Pairing, at.pairing.id)
    pairing.state = PairingState.AGREED
    db.add(pairing)
    await db.flush()
    assert await digest.send_due(db, AT, NOW) > 0
    told = await mails(db, Notice.DESK_DIGEST)
    assert {int(str(one.payload["pairings"])) for one in told} == {1}
    assert at.okafor.sign_in_id not in {one.sign_in_id for one in told}


async def test_moderators_see_the_dates_of_a_pairing_and_whether_all_have_agreed(db: AsyncSession) -> None:
    at = await classes(db)
    pairing = await db.get_one(Pairing, at.pairing.id)
    assert (await class_calendar.agreed_dates(db, pairing))[0] == []
    day = NOW.date()
    db.add(LetterRound(pairing_id=pairing.id, number=1, write_on=day, send_on=day + 7 * DAY, read_on=day + 9 * DAY))
    pairing.calendar_version = 1
    db.add(pairing)
    await db.flush()
    dates, agreed = await class_calendar.agreed_dates(db, pairing)
    assert ([one.send_on for one in dates], agreed) == ([day + 7 * DAY], False)
    for seat in await db.exec(select(PairingClass).where(PairingClass.pairing_id == pairing.id)):
        seat.calendar_agreed = 1
        db.add(seat)
    await db.flush()
    assert (await class_calendar.agreed_dates(db, pairing))[1]


async def test_R48_the_desk_knows_when_it_was_last_looked_for_what_has_run_out(db: AsyncSession) -> None:
    assert await retention.latest(db) is None
    await retention.keep(db, {"letters": 3, "people": 0}, now=NOW)
    last = await retention.latest(db)
    assert last is not None
    assert (last.at, last.removed) == (NOW, {"letters": 3})
