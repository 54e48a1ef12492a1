"""What waits for a resident, what happens when they pause or leave, and is all that is kept in the file they get?"""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import held, privacy, residents
from penfriends.actions.held import row_of
from penfriends.actions.residents import Turn
from penfriends.models.classified import Personal
from penfriends.models.delivery import Alias, Delivery, RawMail, Suppression, SuppressionReason, TeamMessage
from penfriends.models.groups import Group, GroupKind
from penfriends.models.letters import Attachment, Blob, Correspondence, CorrespondenceState, LetterMailId, LetterState
from penfriends.models.matching import Block, BlockReason, FitCheck, Match, MatchState
from penfriends.models.moderation import Report
from penfriends.models.places import Association, Town
from penfriends.models.residents import BirthChange, Consent, Resident, ResidentAddress, ResidentState
from penfriends.models.schools import Pupil
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.builders import AT, NOW

DAY = timedelta(days=1)


async def two_friends(db: AsyncSession) -> tuple[Resident, Resident]:
    home = await b.town(db, "Thetford")
    there = await b.town(db, "Skawina", country="PL", twin=home)
    return await b.adult(db, home, "Henk", email="henk@example.org"), await b.adult(db, there, "Łucja")


async def test_home_says_whose_turn_it_is(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    assert (await residents.home_of(db, henk.id, now=NOW)).is_alone
    mine, theirs = await b.correspondence(db, henk, lucja)
    assert await turn(db, henk) is Turn.BEGIN
    await b.letter(db, theirs, state=LetterState.HELD, at=NOW)
    assert await turn(db, henk) is Turn.BEGIN
    arrived = await b.letter(db, theirs, at=NOW + DAY)
    assert await turn(db, henk) is Turn.ANSWER
    arrived.read_at = NOW + DAY
    await b.letter(db, mine, state=LetterState.RETURNED, at=NOW + 2 * DAY)
    assert await turn(db, henk) is Turn.CHANGE
    await b.letter(db, mine, state=LetterState.HELD, at=NOW + 3 * DAY)
    assert await turn(db, henk) is Turn.THEIRS


async def turn(db: AsyncSession, resident: Resident) -> Turn:
    return (await residents.home_of(db, resident.id, now=NOW)).friends[0].turn


async def test_home_shows_a_proposal_until_it_is_answered_or_over(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    await b.approved_match(db, henk, lucja)
    assert [one.name for one in (await residents.home_of(db, henk.id, now=NOW)).proposals] == ["Łucja"]
    assert (await residents.home_of(db, henk.id, now=NOW + 15 * DAY)).proposals == []


async def test_a_pause_ends_on_its_day(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    await residents.pause(db, henk, until=(NOW + 3 * DAY).date())
    assert await residents.wake(db, now=NOW + 2 * DAY) == 0
    assert await residents.wake(db, now=NOW + 3 * DAY) == 1
    assert (henk.state, henk.paused_until) == (ResidentState.ACTIVE, None)


async def test_leaving_ends_everything_kindly(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    await b.correspondence(db, henk, lucja)
    await b.approved_match(db, henk, lucja)
    await residents.leave(db, henk, at=AT, now=NOW)
    assert henk.state is ResidentState.LEFT
    correspondence = (await db.exec(select(Correspondence))).one()
    assert (correspondence.state, correspondence.state_reason) == (CorrespondenceState.ENDED, "left")
    assert [one.state for one in (await db.exec(select(Match))).all()] == [MatchState.EXPIRED]
    told = (await db.exec(select(Delivery))).one()
    assert (told.notice, told.sign_in_id, told.payload["friend"]) == ("partner_ended", lucja.sign_in_id, "Henk")


async def test_R15_a_changed_card_is_younger_than_old_approvals(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    values = {"likes": ["cats", "dogs", "cycling"], "facts": ["a", "b"], "question": "c"}
    await residents.change_likes(db, henk, values, now=NOW + DAY)
    town = await residents.resident_of(db, henk.id)
    assert henk.profile_changed_at == NOW + DAY
    assert (await residents.answers_from(db, henk, town[1])).likes == ("cats", "cycling", "dogs")


async def test_R47_a_child_s_card_takes_no_free_text(db: AsyncSession) -> None:
    child = await b.child(db, await b.town(db))
    values = {"likes": ["cats", "dogs", "cycling"], "facts": ["I live in"], "question": "Where?"}
    await residents.change_likes(db, child, values, now=NOW)
    assert (child.facts, child.question) == ("", "")


async def test_R49_the_file_holds_what_is_kept_and_no_secret_and_nothing_of_the_friend(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    mine, theirs = await b.correspondence(db, henk, lucja)
    await b.letter(db, mine, "My own words")
    await b.letter(db, theirs, "Her words to me")
    await b.letter(db, theirs, "Her words that wait", state=LetterState.HELD)
    text = json.dumps(await privacy.held_about(db, henk.id, now=NOW), ensure_ascii=False)
    for kept in ("henk@example.org", "My own words", "Her words to me", "Łucja", "chess"):
        assert kept in text, kept
    who = await db.get(SignIn, lucja.sign_in_id)
    assert who is not None
    for hidden in ("password_hash", "totp_secret", "fingerprint", "Her words that wait", str(who.email)):
        assert hidden not in text, hidden


async def test_R49_every_personal_column_is_in_the_file_or_left_out_for_a_reason(
    db: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of the file itself: whatever a row put into it counts, the rest has to be named with its reason."""
    seen: set[str] = set()

    def noting(row: SQLModel, **options: Any) -> dict[str, Any]:
        found = row_of(row, **options)
        seen.update(f"{row.__tablename__}.{key}" for key in found)
        return found

    monkeypatch.setattr(held, "row_of", noting)
    monkeypatch.setattr(privacy, "row_of", noting)
    henk = await everything_about_somebody(db)
    await privacy.held_about(db, henk.id, now=NOW)
    personal = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.info["about"].personal not in (Personal.NONE, Personal.SECRET)
    }
    reasoned = {one for one in personal if one in held.LEFT_OUT or one.partition(".")[0] in held.LEFT_OUT}
    assert sorted(personal - reasoned - seen - {"town.id", "consent_text.text"}) == []


async def everything_about_somebody(db: AsyncSession) -> Resident:
    """Henk, with a row of every kind."""
    henk, lucja = await two_friends(db)
    assert henk.sign_in_id is not None
    assert lucja.sign_in_id is not None
    mine, theirs = await b.correspondence(db, henk, lucja)
    letter = await b.letter(db, mine, "My own words")
    town = await db.get_one(Town, henk.town_id)
    moderator = await b.moderator(db, await db.get_one(Association, town.association_id))
    raw = Blob(sha256="0" * 64, data=b"x", size=1, created_at=NOW)
    db.add(raw)
    await db.flush()
    low, high = sorted([henk.id, lucja.id])
    db.add_all(
        [
            Attachment(letter_id=letter.id, blob_sha256=raw.sha256, name="picture-1.png", content_type="image/png"),
            LetterMailId(letter_id=letter.id, participant_id=mine.id, message_id="<1@example.org>"),
            FitCheck(correspondence_id=mine.correspondence_id, participant_id=mine.id, after_days=30, asked_at=NOW),
            Alias(local_part="blue.boat.42", participant_id=mine.id, created_at=NOW),
            Report(correspondence_id=mine.correspondence_id, reporter_id=mine.id, reported_id=theirs.id, kind="unkind",
                   created_at=NOW),
            TeamMessage(association_id=moderator.association_id, sign_in_id=henk.sign_in_id, text="Hello",
                        created_at=NOW),
            Group(association_id=moderator.association_id, town_id=town.id, kind=GroupKind.CHOIR, name="Choir",
                  contact_id=henk.id, size=30, youngest=20, oldest=80, waiting_since=NOW, changed_at=NOW,
                  created_at=NOW),
            Suppression(sign_in_id=henk.sign_in_id, reason=SuppressionReason.ASKED, since=NOW),
            ResidentAddress(resident_id=henk.id, sign_in_id=lucja.sign_in_id, created_at=NOW),
            RawMail(participant_id=mine.id, envelope_from="a@example.org", envelope_to="b@example.org",
                    blob_sha256=raw.sha256, received_at=NOW),
            Block(low_id=low, high_id=high, reason=BlockReason.REPORTED, by_resident_id=henk.id, created_at=NOW),
            BirthChange(resident_id=henk.id, old_year=1950, new_year=1951, reason="typo", proposed_by=moderator.id,
                        proposed_at=NOW),
            Consent(resident_id=henk.id, guardian_id=(await b.guardian(db)).id, text_sha256=None, asked_at=NOW),
            Pupil(resident_id=henk.id, class_id=(await b.school_class(db, town))[0].id, initial="H", created_at=NOW),
        ]
    )  # fmt: skip
    await b.session(db, henk.sign_in_id)
    await db.flush()
    return henk


async def test_an_address_in_use_is_not_forgotten(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    assert henk.sign_in_id is not None
    assert not await privacy.forget_address(db, henk.sign_in_id)
