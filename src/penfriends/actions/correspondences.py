"""How does a resident rest from a correspondence, come back to it, or end it kindly?"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import groups, people, reports, still_waiting, telling
from penfriends.actions.addresses import Addresses
from penfriends.actions.threads import partner_of
from penfriends.errors import Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, Participant, ParticipantState
from penfriends.models.matching import MatchSide
from penfriends.models.residents import Resident


async def pause(db: AsyncSession, mine: Participant, *, until: date | None) -> None:
    """Rest until a day, or until they come back. Letters wait meanwhile, both ways."""
    await _must_go_on(db, mine)
    mine.state, mine.paused_until = ParticipantState.PAUSED, until
    db.add(mine)
    await db.flush()


async def come_back(db: AsyncSession, mine: Participant, *, now: datetime) -> None:
    """The pause is over; what waited because of it leaves now."""
    if mine.state is not ParticipantState.PAUSED:
        return
    mine.state, mine.paused_until = ParticipantState.ACTIVE, None
    db.add(mine)
    await db.flush()
    waiting = await db.exec(
        select(Delivery)
        .join(Letter, col(Letter.id) == col(Delivery.letter_id))
        .where(
            Letter.correspondence_id == mine.correspondence_id,
            col(Delivery.state) == DeliveryState.DEFERRED,
            col(Delivery.due_at) > now,
        )
    )
    for row in waiting:
        row.due_at = now
        db.add(row)
        later(db, Job.DELIVER, row.id)
    await db.flush()


async def wake(db: AsyncSession, *, now: datetime) -> int:
    """Everybody whose pause from a correspondence is over comes back, for workers. Returns how many."""
    found = await db.exec(
        select(Participant).where(
            Participant.state == ParticipantState.PAUSED, col(Participant.paused_until) <= now.date()
        )
    )
    rested = list(found)
    for mine in rested:
        await come_back(db, mine, now=now)
    return len(rested)


async def set_mail(db: AsyncSession, mine: Participant, *, paused: bool) -> None:
    """No mail for letters of this correspondence (they are read on the website), or mail again. Ends nothing."""
    mine.mail_paused = paused
    db.add(mine)
    await db.flush()


async def end_kindly(db: AsyncSession, mine: Participant, *, at: Addresses, now: datetime) -> None:
    """Stop for good. The friend is thanked and told; both wait for somebody new only if they say so themselves."""
    await _must_go_on(db, mine)
    partner = await partner_of(db, mine)
    me, friend = await db.get_one(Resident, mine.resident_id), await db.get_one(Resident, partner.resident_id)
    await reports.end(db, mine.correspondence_id, "ended_kindly", now=now)
    mailbox = await people.mail_to(db, friend)
    if mailbox is not None:
        names = {"name": friend.first_name, "friend": me.first_name, "url": at.link("/friends")}
        await telling.tell(
            db, Notice.PARTNER_ENDED, to=mailbox, about=friend, band=friend.band, at=at, now=now, **names
        )


async def wait_again(db: AsyncSession, resident_id: UUID, *, now: datetime) -> None:
    """The resident would like another pen friend. If the last friend never wrote, the days waited for them count
    again. Raises Refused where they have as many as they wished for."""
    if not await may_wait_again(db, resident_id):
        raise Refused(Refusal.CHANGED_SINCE)
    me = await db.get_one(Resident, resident_id)
    if still_waiting.is_asked(me):
        await still_waiting.say(db, me, yes=True, now=now)
        return
    since = now - timedelta(days=await _waited_in_vain(db, resident_id))
    await db.exec(update(Resident).where(col(Resident.id) == resident_id).values(waiting_since=since))


async def _waited_in_vain(db: AsyncSession, resident_id: UUID) -> int:
    """The days waited for the last pen friend, if no letter of theirs ever arrived."""
    found = await db.exec(
        select(Participant, MatchSide.waited_days)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .join(MatchSide, col(MatchSide.match_id) == col(Correspondence.match_id))
        .where(
            Participant.resident_id == resident_id,
            MatchSide.resident_id == resident_id,
            Correspondence.state == CorrespondenceState.ENDED,
        )
        .order_by(col(Correspondence.state_changed_at).desc())
        .limit(1)
    )
    last = found.first()
    if last is None or last[1] is None:
        return 0
    mine, days = last
    arrived = await db.exec(
        select(Letter.id)
        .where(
            Letter.correspondence_id == mine.correspondence_id,
            Letter.author_id != mine.id,
            col(Letter.delivered_at).is_not(None),
        )
        .limit(1)
    )
    return 0 if arrived.first() else days


async def may_wait_again(db: AsyncSession, resident_id: UUID) -> bool:
    """Whether somebody has fewer friends than they wished for and does not wait already."""
    resident = await db.get_one(Resident, resident_id)
    friends = await db.exec(
        select(Participant.id)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            Participant.resident_id == resident_id,
            Correspondence.state != CorrespondenceState.ENDED,
            col(Correspondence.id).not_in(groups.OF_GROUPS),
        )
    )
    return resident.waiting_since is None and len(list(friends)) < resident.capacity


async def _must_go_on(db: AsyncSession, mine: Participant) -> None:
    correspondence = await db.get_one(Correspondence, mine.correspondence_id)
    if correspondence.state is CorrespondenceState.ENDED or mine.state is ParticipantState.LEFT:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
