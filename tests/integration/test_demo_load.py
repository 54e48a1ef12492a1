"""Does the invented world get into a database whole, as our own rules allow it, and never in production?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import classes, passage, queues, remit, staff
from penfriends.demo import load as demo
from penfriends.demo.load_places import ONE_TIME_SEED, PASSWORD
from penfriends.demo.people import SIZE
from penfriends.errors import BadSettings
from penfriends.models.delivery import Alias, Delivery, DeliveryState, RawMail, RawMailState, TeamMessage
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchState
from penfriends.models.moderation import Hold, Moderator, Report
from penfriends.models.pairings import Couple
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import PaperYes, Pupil, SchoolClass
from penfriends.rules.bands import Band
from penfriends.settings import Settings, settings

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)


async def count(db: AsyncSession, kind: Any, *where: Any) -> int:
    return (await db.exec(select(func.count()).select_from(kind).where(*where))).one()


async def test_the_world_is_whole(db: AsyncSession) -> None:
    heard: list[str] = []
    assert await demo.is_empty(db)
    await demo.load(db, now=NOW, progress=lambda done, total, what: heard.append(f"{done}/{total} {what}"))
    assert not await demo.is_empty(db)
    assert (heard[0][:3], heard[-1][:3]) == ("0/8", "8/8")

    assert await count(db, Resident) >= SIZE
    await _letters_stand(db)
    await _friends_stand(db)
    await _desk_has_work(db)
    await _classes_stand(db)
    await _staff_can_sign_in(db)


async def _letters_stand(db: AsyncSession) -> None:
    arrived = list(await db.exec(select(Letter).where(Letter.state == LetterState.DELIVERED)))
    assert len(arrived) > 60
    for letter in arrived:
        assert letter.sent_at < letter.released_at < letter.delivered_at <= NOW
        assert letter.content_hash == await passage.content_hash(db, letter)
    held = await count(db, Letter, Letter.state == LetterState.HELD)
    assert held == await count(db, Hold, col(Hold.closed_at).is_(None)) >= 20
    assert await count(db, Hold, Hold.urgent)
    assert all(letter.findings for letter in await _urgent(db))


async def _urgent(db: AsyncSession) -> list[Letter]:
    return list(await db.exec(select(Letter).join(Hold, col(Hold.letter_id) == col(Letter.id)).where(Hold.urgent)))


async def _friends_stand(db: AsyncSession) -> None:
    open_now = await count(db, Correspondence, Correspondence.state == CorrespondenceState.OPEN)
    assert open_now > 100
    assert await count(db, Alias) == await count(db, Participant) == 2 * await count(db, Correspondence)
    matched = await count(db, Correspondence, col(Correspondence.match_id).is_not(None))
    assert await count(db, Match, Match.state == MatchState.ACCEPTED) == matched
    for participant in await db.exec(select(Participant).where(Participant.band == Band.CHILD)):
        child = await db.get_one(Resident, participant.resident_id)
        assert child.band is Band.CHILD
        if child.state is ResidentState.ACTIVE:
            assert await passage.consent_holds(db, child, now=NOW)
            assert await passage.consent_holds(db, child, now=NOW + timedelta(days=15))


async def _desk_has_work(db: AsyncSession) -> None:
    for band in Band:
        assert await count(db, Match, Match.state == MatchState.PROPOSED, Match.band == band)
        assert await count(db, Match, Match.state == MatchState.APPROVED, Match.band == band)
    assert await count(db, Report) == 1
    assert await count(db, Correspondence, Correspondence.state == CorrespondenceState.FROZEN) == 1
    assert await count(db, TeamMessage) == 1
    assert await count(db, RawMail, RawMail.state == RawMailState.QUARANTINED) == 1
    for state in (DeliveryState.FAILED, DeliveryState.UNSURE):
        assert await count(db, Delivery, Delivery.state == state) == 1


async def _classes_stand(db: AsyncSession) -> None:
    """Sizes that are worth to be tried out, an exchange that runs, and work for both of its teachers."""
    sizes = await db.exec(
        select(SchoolClass.code, func.count(col(Pupil.resident_id)))
        .join(Pupil, col(Pupil.class_id) == col(SchoolClass.id))
        .group_by(col(SchoolClass.code))
    )
    assert sorted(number for _code, number in sizes) == [9, 20, 24, 24, 27, 30, 31]
    assert await count(db, Pupil, Pupil.paper == PaperYes.NONE) == 2
    assert await count(db, Couple) == 31
    teachers = await db.exec(select(Moderator).where(col(Moderator.name).in_(("Ms Okafor", "Pan Nowak"))))
    for teacher in teachers.all():
        (card,) = [one for one in await classes.cards(db, teacher) if one.pairing]
        assert card.waiting >= 3
        assert card.next_step is classes.NextStep.READ
        waiting = await queues.letters(db, await remit.desk_of(db, teacher, now=NOW), now=NOW)
        assert {one.hold.arriving for one in waiting} == {False, True}
        assert len(waiting) == card.waiting


async def _staff_can_sign_in(db: AsyncSession) -> None:
    import pyotp

    who = await staff.check_password(db, "ilse.hargreave@team.example", PASSWORD, pepper="", now=NOW)
    assert who is not None
    key = settings().secret_key.encode()
    assert await staff.check_one_time_code(
        db, who, pyotp.TOTP(staff.one_time_secret(ONE_TIME_SEED, key)).at(NOW), key=key, now=NOW
    )


async def test_never_in_production(sqlite_engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    production = Settings(environment="production")  # type: ignore[arg-type]
    monkeypatch.setattr(demo, "settings", lambda: production)
    async with AsyncSession(sqlite_engine) as session:
        with pytest.raises(BadSettings, match="development only"):
            await demo.load(session, now=NOW)
