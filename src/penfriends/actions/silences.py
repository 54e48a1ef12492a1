"""Which correspondences have fallen silent, and what can a moderator do? Nothing is shown but who and how long."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, nudges, people, remit, reports
from penfriends.actions.addresses import Addresses
from penfriends.actions.compose import friend_of, side_of
from penfriends.actions.queues import Face, face_of
from penfriends.actions.remit import Desk
from penfriends.actions.telling import tell_resident
from penfriends.actions.threads import NEVER_LEFT
from penfriends.actions.turns import Standing, both_sides, standing_of
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, Participant, ParticipantState
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.silence import LOOK_AFTER
from penfriends.rules.threading import Turn

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Quiet:
    """One side of a silence: who, whether the next letter is theirs, what was said and asked since."""

    face: Face
    owes: bool
    nudged_at: datetime | None
    late_at: datetime | None


@dataclass(frozen=True, slots=True)
class Silence:
    """Two people who have not written for four weeks, since when, and whether they ever began."""

    correspondence: Correspondence
    sides: tuple[Quiet, ...]
    since: datetime
    has_begun: bool

    @property
    def residents(self) -> list[Resident]:
        return [one.face.resident for one in self.sides]


async def silences(db: AsyncSession, desk: Desk, *, now: datetime) -> list[Silence]:
    """What this moderator may look at, the longest silence first. Who pauses is left alone."""
    since = _last_sign()
    found = await db.exec(
        select(Correspondence, since)
        .where(_silent(since, now), remit.letters_for(desk))
        .order_by(since, col(Correspondence.id))
        .limit(SHOWN)
    )
    return [await _silence(db, one, moment, now=now) for one, moment in found.all()]


async def count(db: AsyncSession, desk: Desk, *, now: datetime) -> int:
    """How many there are: for the first page of the desk."""
    wanted = select(func.count()).select_from(Correspondence)
    return (await db.exec(wanted.where(_silent(_last_sign(), now), remit.letters_for(desk)))).one()


async def remind(
    db: AsyncSession, correspondence_id: UUID, moderator: Moderator, *, at: Addresses, now: datetime
) -> int:
    """Write kindly to who owes the letter, to both where nobody does. Returns how many mails go."""
    correspondence = await _mine(db, correspondence_id, moderator, now=now)
    standings = [(one, await standing_of(db, one)) for one in await both_sides(db, correspondence_id)]
    told = 0
    for mine, standing in standings:
        if standing.turn is not Turn.THEIRS:
            told += await _remind(db, mine, standing, at=at, now=now)
    await _looked(db, correspondence, moderator, "silence_reminded", now=now)
    return told


async def leave(db: AsyncSession, correspondence_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Some letters take long: not on the list again for four weeks."""
    await _looked(db, await _mine(db, correspondence_id, moderator, now=now), moderator, "silence_left", now=now)


async def end(db: AsyncSession, correspondence_id: UUID, moderator: Moderator, *, at: Addresses, now: datetime) -> None:
    """End it kindly for both; each is told, and may wait for somebody new."""
    correspondence = await _mine(db, correspondence_id, moderator, now=now)
    sides = [
        (await side_of(db, one.id), await friend_of(db, one.id)) for one in await both_sides(db, correspondence_id)
    ]
    await reports.end(db, correspondence_id, "silent", now=now)
    await _looked(db, correspondence, moderator, "silence_ended", now=now)
    for me, friend in sides:
        mailbox = await people.mail_to(db, me.resident) if me else None
        if me is not None and friend is not None and mailbox is not None:
            names = {"name": me.resident.first_name, "friend": friend.resident.first_name}
            values = {**names, "url": at.link("/friends")}
            await tell_resident(db, Notice.SILENCE_ENDED, me.resident, mailbox, values, at=at, now=now)


async def _remind(db: AsyncSession, mine: Participant, standing: Standing, *, at: Addresses, now: datetime) -> bool:
    me, friend = await side_of(db, mine.id), await friend_of(db, mine.id)
    if me is None or friend is None or not await nudges.may_hear(db, me, friend, now=now):
        return False
    return await nudges.nudge(db, me, friend, standing, at=at, now=now)


async def _mine(db: AsyncSession, correspondence_id: UUID, moderator: Moderator, *, now: datetime) -> Correspondence:
    """A correspondence that is this moderator's to look at and still open. Raises NotFound or Refused. What pupils of a
    pairing write is their teachers' (rule R14)."""
    found = await db.get(Correspondence, correspondence_id, with_for_update=True)
    if found is None or found.pairing_id is not None:
        raise NotFound
    sides = await eligible.residents_in(db, found.id)
    await eligible.must_judge_match(db, moderator, sides, found.band, now=now)
    if found.state is not CorrespondenceState.OPEN:
        raise Refused(Refusal.ALREADY_DECIDED)
    return found


async def _looked(
    db: AsyncSession, correspondence: Correspondence, moderator: Moderator, action: str, *, now: datetime
) -> None:
    correspondence.looked_at = now
    db.add(correspondence)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action=action, subject="correspondence",
        subject_id=correspondence.id,
    )  # fmt: skip


async def _silence(db: AsyncSession, correspondence: Correspondence, since: datetime, *, now: datetime) -> Silence:
    sides, begun = [], False
    for mine in await both_sides(db, correspondence.id):
        side, standing = await side_of(db, mine.id), await standing_of(db, mine)
        if side is not None:
            face = face_of(side.resident, side.town, now.date())
            sides.append(Quiet(face, standing.turn is Turn.MINE, mine.nudged_at, mine.late_at))
            begun = begun or standing.has_begun
    return Silence(correspondence, tuple(sides), since, begun)


def _last_sign() -> ColumnElement[datetime]:
    """When the newest letter was sent, else when the two were brought together."""
    sent = (
        select(func.max(Letter.sent_at))
        .where(
            col(Letter.correspondence_id) == col(Correspondence.id),
            col(Letter.state).not_in(NEVER_LEFT),
        )
        .correlate(Correspondence)
        .scalar_subquery()
    )
    return func.coalesce(sent, col(Correspondence.opened_at))


def _silent(since: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    resting = (
        select(Participant.id)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(
            col(Participant.correspondence_id) == col(Correspondence.id),
            or_(col(Participant.state) != ParticipantState.ACTIVE, col(Resident.state) != ResidentState.ACTIVE),
        )
        .correlate(Correspondence)
    )
    unseen = or_(col(Correspondence.looked_at).is_(None), col(Correspondence.looked_at) <= now - LOOK_AFTER)
    return (
        (col(Correspondence.state) == CorrespondenceState.OPEN)
        & col(Correspondence.pairing_id).is_(None)
        & (since <= now - LOOK_AFTER)
        & unseen
        & ~exists(resting)
    )
