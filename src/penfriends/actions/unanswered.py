"""Who never answers proposals, and is asked once whether they still wait, instead of being proposed again and again?"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, people, proposals
from penfriends.actions.addresses import Addresses
from penfriends.actions.telling import tell_resident
from penfriends.mail.notices import Notice
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import LinkPurpose
from penfriends.rules.silence import is_quiet
from penfriends.rules.unanswered import PATIENCE, Asked, is_silent

LINK_LIFETIME = timedelta(days=180)
AT_ONCE = 500


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Ask everybody whose last proposals ran out in silence, for workers; by day only. Returns how many."""
    asked = 0
    for resident, zone in await _perhaps(db):
        if not is_quiet(now, zone) and is_silent(await _proposals_of(db, resident.id), since=resident.still_asked_at):
            await _ask(db, resident, at=at, now=now)
            asked += 1
    return asked


async def _perhaps(db: AsyncSession) -> list[tuple[Resident, str]]:
    """More than who is silent, but few: they wait, and enough proposals ran out since we last asked."""
    found = await db.exec(
        select(Resident, Town.timezone)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .join(MatchSide, col(MatchSide.resident_id) == col(Resident.id))
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(
            Resident.state == ResidentState.ACTIVE,
            col(Resident.waiting_since).is_not(None),
            col(MatchSide.answer).is_(None),
            _ran_out(),
            or_(col(Resident.still_asked_at).is_(None), col(Match.expires_at) > col(Resident.still_asked_at)),
        )
        .group_by(col(Resident.id), col(Town.timezone))
        .having(func.count() >= PATIENCE)
        .order_by(col(Resident.id))
        .limit(AT_ONCE)
    )
    return [(resident, zone) for resident, zone in found.all()]


async def _proposals_of(db: AsyncSession, resident_id: UUID) -> list[Asked]:
    """What they were asked: answered, or run out. What the other side ended, or a pause, is nobody's silence."""
    found = await db.exec(
        select(Match.approved_at, Match.expires_at, MatchSide.answer)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .where(
            MatchSide.resident_id == resident_id,
            col(Match.approved_at).is_not(None),
            or_(col(MatchSide.answer).is_not(None), _ran_out()),
        )
    )
    return [Asked(at, until, answer is not None) for at, until, answer in found.all() if at and until]


def _ran_out() -> ColumnElement[bool]:
    """For a query with `Match` in it: it was open until its last moment, and not closed before."""
    return (col(Match.state) == MatchState.EXPIRED) & (col(Match.closed_at) >= col(Match.expires_at))


async def _ask(db: AsyncSession, resident: Resident, *, at: Addresses, now: datetime) -> None:
    """They rest, with the days they have waited, and hear it once. What moderators have not sent yet is dropped."""
    waited = now - resident.waiting_since if resident.waiting_since else timedelta()
    resident.still_asked_at, resident.waited_days, resident.waiting_since = now, max(0, waited.days), None
    db.add(resident)
    await db.flush()
    await proposals.lapse(db, resident.id, states=(MatchState.PROPOSED,), now=now)
    mailbox = await people.mail_to(db, resident)
    if mailbox is None:
        return
    made = await links.make(
        db, LinkPurpose.STILL_WAITING, now=now, lifetime=LINK_LIFETIME, sign_in_id=mailbox.id, subject_id=resident.id
    )
    values = {"name": resident.first_name, "url": at.link(f"/y/{made.secret}")}
    await tell_resident(db, Notice.STILL_WAITING, resident, mailbox, values, at=at, now=now)
