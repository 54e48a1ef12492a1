"""Who owes a letter and is reminded once, kindly; and how does somebody say that theirs comes later?"""

from datetime import datetime

from sqlalchemy import exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, passage, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.compose import LINK_LIFETIME, Side, friend_of, side_of
from penfriends.actions.telling import tell_resident
from penfriends.actions.threads import NEVER_LEFT
from penfriends.actions.turns import Standing, standing_of
from penfriends.errors import Refusal, Refused
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import (
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.residents import ResidentState
from penfriends.models.signin import LinkPurpose
from penfriends.rules.silence import NUDGE_AFTER, Owed, is_quiet, nudge_is_due
from penfriends.rules.threading import Turn


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Remind everybody who has owed a letter for two weeks, for workers. Returns how many.

    Once for each letter, by day only, and nobody who pauses, has stopped the mails, or whose friend pauses. Pupils have
    dates, and teachers who look after them.
    """
    told = 0
    for mine in await _perhaps_owing(db, now=now):
        me, friend = await side_of(db, mine.id), await friend_of(db, mine.id)
        if (
            me is None
            or friend is None
            or is_quiet(now, me.town.timezone)
            or not await may_hear(db, me, friend, now=now)
        ):
            continue
        standing = await standing_of(db, mine)
        if standing.turn is not Turn.MINE or standing.received_at is None:
            continue
        if nudge_is_due(Owed(standing.received_at, mine.nudged_at, mine.late_at), now):
            told += await nudge(db, me, friend, standing, at=at, now=now)
    return told


async def nudge(db: AsyncSession, me: Side, friend: Side, standing: Standing, *, at: Addresses, now: datetime) -> bool:
    """One kind reminder, to the mailbox that is used for this person. False for who has none."""
    mailbox = await people.mail_to(db, me.resident)
    me.participant.nudged_at = now
    db.add(me.participant)
    await db.flush()
    if mailbox is None:
        return False
    stop = await links.make(
        db, LinkPurpose.STOP_LETTERS, now=now, lifetime=LINK_LIFETIME, sign_in_id=mailbox.id,
        subject_id=me.participant.id,
    )  # fmt: skip
    values: dict[str, Value] = {
        "name": me.resident.first_name,
        "friend": friend.resident.first_name,
        "wrote_on": standing.received_at.date() if standing.received_at and standing.turn is Turn.MINE else None,
        "url": at.link(f"/letters/with/{me.participant.correspondence_id}"),
        "later_url": at.link(f"/b/{stop.secret}"),
        "stop_url": at.link(f"/p/{stop.secret}"),
    }
    await tell_resident(
        db, Notice.NUDGE, me.resident, mailbox, values, at=at, now=now, participant_id=me.participant.id
    )
    return True


async def may_hear(db: AsyncSession, me: Side, friend: Side, *, now: datetime) -> bool:
    """Whether a word about the friend may go to `me`: both take part, neither pauses, the mails are not stopped."""
    return not me.participant.mail_paused and all(
        [
            side.participant.state is ParticipantState.ACTIVE
            and side.resident.state is ResidentState.ACTIVE
            and await passage.consent_holds(db, side.resident, now=now)
            for side in (me, friend)
        ]
    )


async def say_late(db: AsyncSession, mine: Participant, *, at: Addresses, now: datetime) -> bool:
    """“My letter comes later”: the two weeks begin again, and the friend hears it kindly, once for each letter.

    Returns whether the friend was told now. Raises Refused where nobody writes, or where no letter is owed.
    """
    correspondence = await db.get_one(Correspondence, mine.correspondence_id)
    if correspondence.state is not CorrespondenceState.OPEN or mine.state is ParticipantState.LEFT:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    standing = await standing_of(db, mine)
    if standing.turn is Turn.THEIRS:
        raise Refused(Refusal.CHANGED_SINCE)
    since = max((one for one in (standing.received_at, standing.written_at) if one), default=correspondence.opened_at)
    first = mine.late_at is None or mine.late_at < since
    mine.late_at = now
    db.add(mine)
    await db.flush()
    me, friend = await side_of(db, mine.id), await friend_of(db, mine.id)
    if not first or me is None or friend is None or not await may_hear(db, friend, me, now=now):
        return False
    return await _tell_friend(db, friend, me, at=at, now=now)


async def _tell_friend(db: AsyncSession, friend: Side, me: Side, *, at: Addresses, now: datetime) -> bool:
    mailbox = await people.mail_to(db, friend.resident)
    if mailbox is None:
        return False
    values: dict[str, Value] = {
        "name": friend.resident.first_name,
        "friend": me.resident.first_name,
        "url": at.link(f"/letters/with/{me.participant.correspondence_id}"),
    }
    await tell_resident(
        db, Notice.FRIEND_LATE, friend.resident, mailbox, values, at=at, now=now, participant_id=friend.participant.id
    )
    return True


async def _perhaps_owing(db: AsyncSession, *, now: datetime) -> list[Participant]:
    """More than who owes, but few: a letter arrived two weeks ago, nothing was sent since, no reminder went."""
    other = aliased(Participant)
    here = col(Letter.correspondence_id) == col(Participant.correspondence_id)
    own = col(Letter.author_id) == col(Participant.id)
    received = (
        select(func.max(Letter.delivered_at))
        .where(here, ~own, col(Letter.state) == LetterState.DELIVERED)
        .correlate(Participant)
        .scalar_subquery()
    )
    written = (
        select(func.max(Letter.sent_at))
        .where(here, own, col(Letter.state).not_in(NEVER_LEFT))
        .correlate(Participant)
        .scalar_subquery()
    )
    resting = select(other.id).where(
        other.correspondence_id == Participant.correspondence_id, other.state != ParticipantState.ACTIVE
    )
    found = await db.exec(
        select(Participant)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            Correspondence.state == CorrespondenceState.OPEN,
            col(Correspondence.pairing_id).is_(None),
            ~col(Participant.mail_paused),
            ~exists(resting),
            received <= now - NUDGE_AFTER,
            or_(written.is_(None), written < received),
            or_(col(Participant.late_at).is_(None), col(Participant.late_at) <= now - NUDGE_AFTER),
            or_(
                col(Participant.nudged_at).is_(None),
                col(Participant.nudged_at) < received,
                col(Participant.nudged_at) < col(Participant.late_at),
            ),
        )
        .order_by(col(Participant.id))
    )
    return list(found)
