"""Do pupils get in with code, name and three pictures, and does nobody else? (rule R14)"""

import io
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_doors, classroom, drafts, letters, moderation, pupils, sessions, threads
from penfriends.actions.classroom import Outcome
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.ids import fingerprint
from penfriends.mail.images import reencode
from penfriends.models.letters import LetterState
from penfriends.models.moderation import AuditEntry, Hold
from penfriends.models.schools import ClassState, PaperYes, Pupil
from penfriends.models.signin import Session
from penfriends.rules.lessons import Lesson, kept
from tests import builders as b
from tests.support.friends import drawing
from tests.support.schools import Classes, classes

NOW = b.NOW
KEY = b.AT.key
WRONG = ("star", "snail", "bell")


async def card(db: AsyncSession, at: Classes, pupil: Pupil) -> tuple[str, ...]:
    """A new card for one pupil: its pictures."""
    return (await class_doors.new_cards(db, at.here, at.okafor, [pupil.resident_id], key=KEY, now=NOW))[0].pictures


async def tries(db: AsyncSession, at: Classes, pictures: tuple[str, ...], *, source: str = "school") -> Outcome:
    seat = await classroom.seat(db, at.here, at.ava.resident_id)
    return await classroom.try_pictures(db, seat, pictures, key=KEY, source=source, now=NOW)


def other_than(pictures: tuple[str, ...]) -> tuple[str, ...]:
    return pictures[::-1]


async def signed_in(db: AsyncSession, at: Classes, *, now: datetime = NOW) -> str:
    seat = await classroom.seat(db, at.here, at.ava.resident_id)
    return (await classroom.sign_in(db, seat, replaces=None, now=now))[0]


async def is_in(db: AsyncSession, secret: str, now: datetime) -> bool:
    who = await sessions.who_is(db, secret, now=now)
    return who is not None and who.is_pupil


# --- the code ---------------------------------------------------------------------------------------------------------


async def test_R14_a_class_is_found_by_its_code_however_it_is_typed(db: AsyncSession) -> None:
    at = await classes(db)
    at.here.code = "KITE-48173"
    db.add(at.here)
    await db.flush()
    for typed in ("kite 48173", "KITE-48173", " Kite48173 ", "kite ٤٨١٧٣"):
        assert await classroom.by_code(db, typed, source="a", now=NOW) == at.here
    for typed in ("", " ", "KITE", "KITE-48174", "%"):
        assert await classroom.by_code(db, typed, source="a", now=NOW) is None


async def test_R14_outside_its_lessons_a_code_looks_like_an_unknown_one(db: AsyncSession) -> None:
    at = await classes(db)
    at.here.lessons = kept([Lesson(NOW.weekday(), time(0), time(0, 1))])
    db.add(at.here)
    await db.flush()
    assert await classroom.by_code(db, at.here.code, source="a", now=NOW) is None
    with pytest.raises(NotFound):
        await classroom.still_open(db, at.here.id, now=NOW)
    at.here.lessons, at.here.state, at.here.ended_at = [], ClassState.ENDED, NOW
    await db.flush()
    assert await classroom.by_code(db, at.here.code, source="a", now=NOW) is None


async def test_wrong_codes_are_counted_by_network_and_right_ones_are_not(db: AsyncSession) -> None:
    """A class of forty is one network; a guesser in another one is stopped and nobody else with them."""
    at = await classes(db)
    for _pupil in range(classroom.WRONG_CODES_AN_HOUR + 10):
        assert await classroom.by_code(db, at.here.code, source="school", now=NOW) == at.here
    for number in range(classroom.WRONG_CODES_AN_HOUR):
        assert await classroom.by_code(db, f"KITE-{number:05}", source="guesser", now=NOW) is None
    with pytest.raises(Refused) as refused:
        await classroom.by_code(db, at.here.code, source="guesser", now=NOW)
    assert refused.value.refusal is Refusal.TOO_MANY_TRIES
    assert await classroom.by_code(db, at.here.code, source="school", now=NOW) == at.here


async def test_R08_only_pupils_with_a_yes_are_in_the_list(db: AsyncSession) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben", paper=PaperYes.NONE)
    gone = await b.pupil(db, at.here, at.okafor, "Cora")
    gone.left_at = NOW
    db.add(gone)
    await db.flush()
    assert [pupil.resident_id for pupil, _ in await classroom.names(db, at.here)] == [at.ava.resident_id]
    for other in (ben, gone, at.anton):
        with pytest.raises(NotFound):
            await classroom.seat(db, at.here, other.resident_id)


# --- the pictures -----------------------------------------------------------------------------------------------------


async def test_three_pictures_in_order_open_and_are_kept_as_a_keyed_fingerprint(db: AsyncSession) -> None:
    at = await classes(db)
    assert await tries(db, at, WRONG) is Outcome.NO_CARD
    pictures = await card(db, at, at.ava)
    assert len(set(pictures)) == classroom.LENGTH
    assert set(pictures) <= set(classroom.PICTURES)
    assert await tries(db, at, other_than(pictures)) is Outcome.WRONG
    assert await tries(db, at, pictures) is Outcome.RIGHT
    assert at.ava.wrong_tries == 0
    assert at.ava.pictures not in (None, classroom.pictures_fingerprint(b"x" * 32, at.ava.resident_id, pictures))
    assert at.ava.pictures != classroom.pictures_fingerprint(KEY, at.anton.resident_id, pictures)


async def test_five_wrong_tries_lock_the_pupil_until_the_teacher_unlocks(db: AsyncSession) -> None:
    at = await classes(db)
    pictures = await card(db, at, at.ava)
    found = [await tries(db, at, other_than(pictures), source=str(number)) for number in range(5)]
    assert found == [Outcome.WRONG] * 4 + [Outcome.LOCKED]
    assert await tries(db, at, pictures) is Outcome.LOCKED
    assert [one.resident_id for one, _ in await class_doors.locked(db, at.here)] == [at.ava.resident_id]
    await class_doors.unlock(db, at.ava, at.okafor, now=NOW)
    assert await tries(db, at, pictures) is Outcome.RIGHT
    assert await class_doors.locked(db, at.here) == []


async def test_a_right_card_forgives_the_wrong_tries_before_it(db: AsyncSession) -> None:
    at = await classes(db)
    pictures = await card(db, at, at.ava)
    for _day in range(2):
        for _try in range(4):
            assert await tries(db, at, other_than(pictures)) is Outcome.WRONG
        assert await tries(db, at, pictures) is Outcome.RIGHT


async def test_who_goes_through_the_names_of_a_class_is_stopped(db: AsyncSession) -> None:
    """Four tries a name would lock nobody."""
    at = await classes(db)
    await card(db, at, at.ava)
    for _try in range(classroom.WRONG_PICTURES_HERE):
        at.ava.wrong_tries = 0
        assert await tries(db, at, ("x", "y", "z")) is Outcome.WRONG
    with pytest.raises(Refused) as refused:
        await tries(db, at, ("x", "y", "z"))
    assert refused.value.refusal is Refusal.TOO_MANY_TRIES


async def test_new_cards_make_the_old_ones_useless_and_sign_out(db: AsyncSession) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben")
    old = await card(db, at, at.ava)
    bens = await card(db, at, ben)
    secret = await signed_in(db, at)
    await card(db, at, at.ava)
    if at.ava.pictures != classroom.pictures_fingerprint(KEY, at.ava.resident_id, old):  # chance may repeat itself
        assert await tries(db, at, old) is Outcome.WRONG
    assert not await is_in(db, secret, NOW)
    assert ben.pictures == classroom.pictures_fingerprint(KEY, ben.resident_id, bens)
    cards = await class_doors.new_cards(db, at.here, at.okafor, key=KEY, now=NOW)
    assert [(one.resident.first_name, one.initial, len(one.friends)) for one in cards] == [
        ("Ava", "B", 1),
        ("Ben", "B", 0),
    ]
    assert [(one.first_name, one.town.id) for one in cards[0].friends] == [("Anton", at.towns.there.id)]
    said = (await db.exec(select(AuditEntry).where(AuditEntry.action == "new_cards"))).all()[-1]
    assert said.details == {"pupils": 2}


# --- how long ---------------------------------------------------------------------------------------------------------


async def test_on_shared_devices_a_session_ends_after_twenty_minutes_without_use(db: AsyncSession) -> None:
    at = await classes(db)
    secret = await signed_in(db, at)
    for minutes in (15, 30, 45):
        now = NOW + timedelta(minutes=minutes)
        assert await is_in(db, secret, now)
        await classroom.stay(db, fingerprint(secret), at.ava.resident_id, now=now)
    assert await is_in(db, secret, NOW + timedelta(minutes=64))
    assert not await is_in(db, secret, NOW + timedelta(minutes=65))
    await classroom.stay(db, fingerprint(secret), at.ava.resident_id, now=NOW + timedelta(minutes=66))
    assert not await is_in(db, secret, NOW + timedelta(minutes=66)), "what is over does not begin again"


async def test_on_shared_devices_a_session_ends_with_the_lesson(db: AsyncSession) -> None:
    at = await classes(db)
    monday = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    zone = await classroom.zone_of(db, at.here)
    there = monday.astimezone(ZoneInfo(zone))
    start = there.time().replace(tzinfo=None)
    at.here.lessons = kept([Lesson(0, start, time(start.hour, 45))])
    db.add(at.here)
    await db.flush()
    secret = await signed_in(db, at, now=monday)
    for minutes in range(0, 45, 10):
        await classroom.stay(db, fingerprint(secret), at.ava.resident_id, now=monday + timedelta(minutes=minutes))
    assert await is_in(db, secret, monday + timedelta(minutes=44))
    assert not await is_in(db, secret, monday + timedelta(minutes=45))


async def test_on_devices_of_their_own_pupils_stay_for_eight_hours(db: AsyncSession) -> None:
    at = await classes(db)
    await class_doors.share_devices(db, at.here, at.okafor, False, now=NOW)
    secret = await signed_in(db, at)
    await classroom.stay(db, fingerprint(secret), at.ava.resident_id, now=NOW + timedelta(hours=1))
    assert await is_in(db, secret, NOW + timedelta(hours=7, minutes=59))
    assert not await is_in(db, secret, NOW + timedelta(hours=8))
    await class_doors.share_devices(db, at.here, at.okafor, True, now=NOW)
    assert not await is_in(db, secret, NOW + timedelta(minutes=20))


async def test_signing_in_ends_the_session_that_the_browser_had(db: AsyncSession) -> None:
    at = await classes(db)
    before = await signed_in(db, at)
    seat = await classroom.seat(db, at.here, at.ava.resident_id)
    after, _lasts = await classroom.sign_in(db, seat, replaces=fingerprint(before), now=NOW)
    assert not await is_in(db, before, NOW)
    assert await is_in(db, after, NOW)
    assert (await db.exec(select(Session.resident_id).where(Session.fingerprint == fingerprint(after)))).one() == (
        at.ava.resident_id
    )


async def test_R10_a_yes_taken_back_signs_the_pupil_out(db: AsyncSession) -> None:
    at = await classes(db)
    secret = await signed_in(db, at)
    await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.NONE, now=NOW)
    assert not await is_in(db, secret, NOW)


# --- what the teacher sets --------------------------------------------------------------------------------------------


async def test_lessons_come_and_go(db: AsyncSession) -> None:
    at = await classes(db)
    art, maths = Lesson(2, time(9), time(10)), Lesson(0, time(8), time(9))
    for one in (art, maths, art, Lesson(1, time(10), time(9))):
        await class_doors.add_lesson(db, at.here, one)
    assert at.here.lessons == kept([maths, art])
    await class_doors.remove_lesson(db, at.here, maths)
    assert at.here.lessons == kept([art])


async def test_a_new_code_closes_the_old_one(db: AsyncSession) -> None:
    at = await classes(db)
    old = at.here.code
    await class_doors.new_code(db, at.here, at.okafor, now=NOW)
    assert await classroom.by_code(db, old, source="a", now=NOW) is None
    assert await classroom.by_code(db, at.here.code, source="a", now=NOW) == at.here


# --- what a pupil draws -----------------------------------------------------------------------------------------------


async def test_R22_a_pupil_s_drawing_is_seen_by_both_teachers_and_then_by_the_friend(db: AsyncSession) -> None:
    at = await classes(db)
    letter = await b.letter(db, at.ava_writes, "Look.", state=LetterState.DRAFT)
    taken = [reencode(drawing()), reencode(drawing())]
    assert await drafts.add_pictures(db, letter, taken, most=1, now=NOW) == 1, "one fits"
    letter.original_text = "Look."
    await drafts.send(db, letter, now=NOW)
    await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=NOW)
    for reader in (at.okafor, at.weber):
        with pytest.raises(NotFound):
            await threads.picture(db, at.anton.resident_id, letter.id, 1)
        hold = (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).one()
        assert "picture" in hold.reasons
        _, shown = await moderation.view_hold(db, hold.id, reader, now=NOW)
        seen = await moderation.shown_hash(db, shown)
        await moderation.release(db, hold.id, reader, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    letter.state = LetterState.DELIVERED
    db.add(letter)
    await db.flush()
    data, kind = await threads.picture(db, at.anton.resident_id, letter.id, 1)
    assert kind == "image/jpeg"
    assert not Image.open(io.BytesIO(data)).getexif()
