"""What do two residents hear on their way to each other? Asked, told that it did not work out, introduced."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, people
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.compose import town_in
from penfriends.actions.telling import tell_resident
from penfriends.mail.naming import interest_names, language_names
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.matching import Match, MatchSide
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage
from penfriends.models.signin import LinkPurpose
from penfriends.rules.bands import Band, Birth, age_on

SPARE = timedelta(days=1)
MOST_LIKES = 8


async def ask_both(db: AsyncSession, match: Match, sides: Sequence[Resident], *, at: Addresses, now: datetime) -> None:
    """Ask each of the two whether they would like to write with the other; a child by the guardian's address."""
    for me, friend in ((sides[0], sides[1]), (sides[1], sides[0])):
        mailbox = await people.mail_to(db, me)
        if mailbox is None:
            continue
        until = match.expires_at or now
        made = await links.make(
            db,
            LinkPurpose.ANSWER_MATCH,
            now=now,
            lifetime=until - now + SPARE,
            sign_in_id=mailbox.id,
            subject_id=await _side_id(db, match, me),
        )
        values = await _proposal(db, me, friend, now=now)
        values |= {"answer_by": until.date(), "url": at.link(f"/m/{made.secret}")}
        await tell_resident(db, Notice.MATCH_PROPOSED, me, mailbox, values, at=at, now=now)


async def not_worked_out(db: AsyncSession, told: Sequence[Resident], *, at: Addresses, now: datetime) -> None:
    """Tell those who said yes that it did not work out: never who, never why."""
    for me in told:
        mailbox = await people.mail_to(db, me)
        if mailbox is not None:
            await tell_resident(db, Notice.MATCH_NOT_WORKED_OUT, me, mailbox, {"name": me.first_name}, at=at, now=now)


async def introduce(
    db: AsyncSession,
    correspondence: Correspondence,
    participants: Sequence[Participant],
    sides: Sequence[Resident],
    *,
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> None:
    """Introduce the two; a reply to this mail is the first letter."""
    for index, me in enumerate(sides):
        friend = sides[1 - index]
        mailbox = await people.mail_to(db, me)
        if mailbox is None:
            continue
        town = await db.get_one(Town, friend.town_id)
        values: dict[str, Value] = {
            "name": me.first_name,
            "friend": friend.first_name,
            "friend_town": town_in(town, me.locale),
            "question": friend.question or None,
            "all_read": me.band is Band.CHILD,
            "first_letters": policy.read_first_letters,
            "url": at.link(f"/letters/with/{correspondence.id}"),
        }
        await tell_resident(
            db, Notice.INTRODUCTION, me, mailbox, values, at=at, now=now, participant_id=participants[index].id
        )


async def _proposal(db: AsyncSession, me: Resident, friend: Resident, *, now: datetime) -> dict[str, Value]:
    town = await db.get_one(Town, friend.town_id)
    codes = await db.exec(
        select(ResidentInterest.code)
        .where(ResidentInterest.resident_id == friend.id)
        .order_by(col(ResidentInterest.code))
    )
    languages = await db.exec(
        select(ResidentLanguage.code)
        .where(ResidentLanguage.resident_id == friend.id)
        .order_by(col(ResidentLanguage.code))
    )
    return {
        "name": me.first_name,
        "friend": friend.first_name,
        "friend_age": age_on(Birth(friend.birth_year, friend.birth_on), now.date()),
        "friend_town": town_in(town, me.locale),
        "likes": interest_names(codes, me.locale)[:MOST_LIKES],
        "writes": language_names(languages, me.locale),
        "question": friend.question or None,
    }


async def _side_id(db: AsyncSession, match: Match, me: Resident) -> UUID | None:
    found = await db.exec(select(MatchSide.id).where(MatchSide.match_id == match.id, MatchSide.resident_id == me.id))
    return found.first()
