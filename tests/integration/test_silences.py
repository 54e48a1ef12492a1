"""Is who owes a letter reminded once and kindly, and does a person see what has fallen silent?"""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    compose,
    correspondences,
    links,
    mail_links,
    nudges,
    people,
    remit,
    reports,
    residents,
    silences,
)
from penfriends.actions.turns import standing_of
from penfriends.errors import NotFound, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, LetterState, Participant
from penfriends.models.residents import ResidentState
from penfriends.models.signin import LinkPurpose
from penfriends.rules.silence import Owed, is_quiet, nudge_is_due
from penfriends.rules.threading import Turn
from tests import builders as b
from tests.builders import AT, NOW

DAY = timedelta(days=1)
Two = tuple[Participant, Participant]


@pytest.fixture
async def two(db: AsyncSession) -> Two:
    """Arthur and Henk; Henk wrote at NOW and Arthur owes an answer."""
    thetford = await b.town(db, "Thetford")
    spijk = await b.town(db, "Spijkenisse", country="NL", zone="Europe/Amsterdam", twin=thetford)
    arthur, henk = await b.correspondence(db, await b.adult(db, thetford, "Arthur"), await b.adult(db, spijk, "Henk"))
    await b.letter(db, henk)
    return arthur, henk


async def sent(db: AsyncSession, notice: Notice) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == notice.value)))


async def swept(db: AsyncSession, now: datetime) -> int:
    return await nudges.sweep(db, at=AT, now=now)


def test_two_weeks_count_from_the_letter_or_from_asking_for_time() -> None:
    assert not nudge_is_due(Owed(NOW), NOW + 13 * DAY)
    assert nudge_is_due(Owed(NOW), NOW + 14 * DAY)
    assert not nudge_is_due(Owed(NOW, nudged_at=NOW + 14 * DAY), NOW + 60 * DAY)
    late = Owed(NOW, nudged_at=NOW + 14 * DAY, late_at=NOW + 15 * DAY)
    assert not nudge_is_due(late, NOW + 28 * DAY)
    assert nudge_is_due(late, NOW + 29 * DAY)


def test_nobody_is_reminded_at_night_by_their_own_clock() -> None:
    night = NOW.replace(hour=21)
    assert is_quiet(night, "Europe/London")
    assert not is_quiet(night, "America/New_York")
    assert is_quiet(NOW.replace(hour=6), "Europe/London")


async def test_only_who_owes_is_reminded_and_once(db: AsyncSession, two: Two) -> None:
    assert await swept(db, NOW + 13 * DAY) == 0
    assert await swept(db, NOW + 14 * DAY) == 1
    assert await swept(db, NOW + 15 * DAY) == 0
    assert await swept(db, NOW + 90 * DAY) == 0
    (row,) = await sent(db, Notice.NUDGE)
    assert row.participant_id == two[0].id
    assert row.payload["friend"] == "Henk"


async def test_a_reminder_can_be_stopped_by_one_click_and_answered_as_a_letter(db: AsyncSession, two: Two) -> None:
    await swept(db, NOW + 14 * DAY)
    (row,) = await sent(db, Notice.NUDGE)
    reader = await compose.reader_of(db, row)
    assert reader is not None
    built = await compose.build(db, row, reader, None, at=AT, now=NOW + 14 * DAY)
    assert built is not None
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in built.raw
    assert b"@letters.test" in built.raw.split(b"\n\n")[0]
    secret = str(row.payload["stop_url"]).rpartition("/")[2]
    side = await mail_links.stopping(db, secret, now=NOW + 15 * DAY)
    await correspondences.set_mail(db, side.participant, paused=True)
    await b.letter(db, two[1], at=NOW + 20 * DAY)
    assert await swept(db, NOW + 40 * DAY) == 0


async def test_nobody_is_reminded_of_letters_that_crossed(db: AsyncSession, two: Two) -> None:
    await b.letter(db, two[0], at=NOW - DAY)
    assert (await standing_of(db, two[0])).turn is Turn.ANYBODY
    assert await swept(db, NOW + 20 * DAY) == 0


async def test_a_letter_that_is_being_read_counts_as_written(db: AsyncSession, two: Two) -> None:
    await b.letter(db, two[0], at=NOW + DAY, state=LetterState.HELD)
    assert await swept(db, NOW + 20 * DAY) == 0


@pytest.mark.parametrize("who", [0, 1])
async def test_who_pauses_is_left_alone(db: AsyncSession, two: Two, who: int) -> None:
    await correspondences.pause(db, two[who], until=None)
    assert await swept(db, NOW + 20 * DAY) == 0
    await correspondences.come_back(db, two[who], now=NOW + 20 * DAY)
    resident = (await compose.side_of(db, two[who].id)).resident  # type: ignore[union-attr]
    await residents.pause(db, resident, until=None)
    assert resident.state is ResidentState.PAUSED
    assert await swept(db, NOW + 20 * DAY) == 0


async def test_at_night_the_reminder_waits_for_the_morning(db: AsyncSession, two: Two) -> None:
    assert await swept(db, (NOW + 14 * DAY).replace(hour=23)) == 0
    assert await swept(db, NOW + 15 * DAY) == 1


async def test_a_child_is_reminded_in_the_mailbox_that_is_used_for_it(db: AsyncSession) -> None:
    home = await b.town(db)
    maisie = await b.child(db, home, guardian_email="parent@example.org")
    mine, friend = await b.correspondence(db, maisie, await b.child(db, await b.town(db, twin=home), "Kasia"))
    await b.letter(db, friend)
    assert await swept(db, NOW + 14 * DAY) == 1
    (row,) = await sent(db, Notice.NUDGE)
    guardian = await people.mail_to(db, maisie)
    assert guardian is not None
    assert row.sign_in_id == guardian.id
    assert row.payload["band"] == "child"
    assert row.participant_id == mine.id


async def test_late_tells_the_friend_once_and_starts_the_weeks_again(db: AsyncSession, two: Two) -> None:
    await swept(db, NOW + 14 * DAY)
    assert await nudges.say_late(db, two[0], at=AT, now=NOW + 15 * DAY)
    assert not await nudges.say_late(db, two[0], at=AT, now=NOW + 16 * DAY)
    (row,) = await sent(db, Notice.FRIEND_LATE)
    assert row.participant_id == two[1].id
    assert await swept(db, NOW + 29 * DAY) == 0
    assert await swept(db, NOW + 30 * DAY) == 1
    assert await swept(db, NOW + 60 * DAY) == 0


async def test_who_owes_nothing_is_not_late(db: AsyncSession, two: Two) -> None:
    with pytest.raises(Refused):
        await nudges.say_late(db, two[1], at=AT, now=NOW + DAY)
    await reports.end(db, two[0].correspondence_id, "ended_kindly", now=NOW)
    await db.refresh(two[0])
    with pytest.raises(Refused):
        await nudges.say_late(db, two[0], at=AT, now=NOW + DAY)


async def test_the_link_of_a_reminder_knows_whose_it_is(db: AsyncSession, two: Two) -> None:
    made = await links.make(db, LinkPurpose.STOP_LETTERS, now=NOW, lifetime=DAY, subject_id=two[0].id)
    assert (await mail_links.stopping(db, made.secret, now=NOW)).resident.first_name == "Arthur"


async def test_the_friend_of_a_kind_ending_is_told_with_a_mail_that_can_be_written(db: AsyncSession, two: Two) -> None:
    await correspondences.end_kindly(db, two[0], at=AT, now=NOW)
    (row,) = await sent(db, Notice.PARTNER_ENDED)
    reader = await compose.reader_of(db, row)
    assert reader is not None
    assert await compose.build(db, row, reader, None, at=AT, now=NOW) is not None


async def test_the_home_page_says_the_same_turn(db: AsyncSession, two: Two) -> None:
    home = await residents.home_of(db, two[0].resident_id, now=NOW)
    assert [one.turn for one in home.friends] == [residents.Turn.ANSWER]
    home = await residents.home_of(db, two[1].resident_id, now=NOW)
    assert [one.turn for one in home.friends] == [residents.Turn.THEIRS]


# --- four weeks ------------------------------------------------------------------------------------------------------


async def test_after_four_weeks_a_moderator_sees_who_owes_and_reminds(db: AsyncSession, two: Two) -> None:
    resident = (await compose.side_of(db, two[0].id)).town  # type: ignore[union-attr]
    ilse = await b.moderator(db, resident.association_id)
    desk = await remit.desk_of(db, ilse, now=NOW)
    assert await silences.count(db, desk, now=NOW + 27 * DAY) == 0
    (found,) = await silences.silences(db, desk, now=NOW + 28 * DAY)
    assert [one.face.resident.first_name for one in found.sides if one.owes] == ["Arthur"]
    assert found.has_begun
    assert await silences.remind(db, two[0].correspondence_id, ilse, at=AT, now=NOW + 28 * DAY) == 1
    assert await silences.count(db, desk, now=NOW + 55 * DAY) == 0
    assert await silences.count(db, desk, now=NOW + 56 * DAY) == 1


async def test_two_who_never_began_are_both_reminded(db: AsyncSession) -> None:
    home = await b.town(db)
    one, _other = await b.correspondence(db, await b.adult(db, home, "Arthur"), await b.adult(db, home))
    ilse = await b.moderator(db, home.association_id)
    assert await silences.remind(db, one.correspondence_id, ilse, at=AT, now=NOW + 28 * DAY) == 2
    for row in await sent(db, Notice.NUDGE):
        reader = await compose.reader_of(db, row)
        assert reader is not None
        assert await compose.build(db, row, reader, None, at=AT, now=NOW) is not None


async def test_a_silence_ended_by_a_moderator_tells_both(db: AsyncSession, two: Two) -> None:
    town = (await compose.side_of(db, two[1].id)).town  # type: ignore[union-attr]
    ilse = await b.moderator(db, town.association_id)
    await silences.end(db, two[0].correspondence_id, ilse, at=AT, now=NOW + 28 * DAY)
    assert len(await sent(db, Notice.SILENCE_ENDED)) == 2
    ended = await db.get_one(Correspondence, two[0].correspondence_id, populate_existing=True)
    assert ended.state is CorrespondenceState.ENDED
    with pytest.raises(Refused):
        await silences.leave(db, two[0].correspondence_id, ilse, now=NOW + 28 * DAY)


async def test_R17_R18_a_silence_is_only_for_whose_it_is(db: AsyncSession, two: Two) -> None:
    stranger = await b.moderator(db, None)
    desk = await remit.desk_of(db, stranger, now=NOW)
    assert await silences.silences(db, desk, now=NOW + 28 * DAY) == []
    with pytest.raises(NotFound):
        await silences.remind(db, two[0].correspondence_id, stranger, at=AT, now=NOW + 28 * DAY)


async def test_who_pauses_is_not_on_the_list(db: AsyncSession, two: Two) -> None:
    town = (await compose.side_of(db, two[0].id)).town  # type: ignore[union-attr]
    desk = await remit.desk_of(db, await b.moderator(db, town.association_id), now=NOW)
    await correspondences.pause(db, two[1], until=None)
    assert await silences.count(db, desk, now=NOW + 40 * DAY) == 0
