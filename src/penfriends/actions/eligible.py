"""Which moderator may judge this, and may these residents take part at all?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import teaching, world
from penfriends.actions.passage import consent_holds
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, Letter, Participant
from penfriends.models.moderation import MODERATING, Conflict, Hold, Moderator, Role, Vetting, VettingKind
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.schools import Pupil
from penfriends.rules.bands import Band

NEEDED_FOR_CHILDREN = frozenset({VettingKind.CHECK, VettingKind.TRAINING})
NEEDED_TO_TEACH = frozenset({VettingKind.SCHOOL})
TRAINING_LASTS = timedelta(days=365)
DRAFTED = (ResidentState.UNCONFIRMED, ResidentState.AWAITING_CONSENT)


async def must_judge_match(
    db: AsyncSession, moderator: Moderator, sides: Sequence[Resident], band: Band, *, now: datetime
) -> None:
    """Raises unless this moderator may decide on a match of these people: NotFound for another association's, Refused
    for own household, relatives and children (R15–R17), and for missing checks (R38, R39)."""
    await must_belong(db, moderator, sides)
    if await knows(db, moderator, sides):
        raise Refused(Refusal.CONFLICT_OF_INTEREST)
    if band is Band.CHILD:
        await must_be_vetted(db, moderator, now=now)


async def must_judge_letter(
    db: AsyncSession, moderator: Moderator, letter: Letter, hold: Hold, *, now: datetime
) -> None:
    """The same for a letter: asked at the moment of decision, not only when the queue was shown. A pupil's is the
    teachers', a teacher's are pupils' letters only (class mode)."""
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    if moderator.role is Role.TEACHER or correspondence.pairing_id is not None:
        await teaching.must_read(db, moderator, hold, now=now)
    await must_judge_match(db, moderator, await residents_in(db, correspondence.id), correspondence.band, now=now)


async def must_belong(db: AsyncSession, moderator: Moderator, sides: Sequence[Resident]) -> None:
    """A moderator sees what one of their own association's towns has a part in; anything else does not exist (R18)."""
    found = await db.exec(select(Town.association_id).where(col(Town.id).in_([one.town_id for one in sides])))
    if not moderator.active or moderator.association_id not in set(found):
        raise NotFound
    if moderator.role is Role.TEACHER:
        own = await db.exec(
            select(Pupil.resident_id).where(
                col(Pupil.resident_id).in_([one.id for one in sides]),
                col(Pupil.resident_id).in_(teaching.pupils_of(moderator.id)),
            )
        )
        if own.first() is None:
            raise NotFound


async def knows(db: AsyncSession, moderator: Moderator, sides: Sequence[Resident]) -> bool:
    """Own person, own household, own child, or a declared conflict (rule R17)."""
    if any(one.household_id is not None and one.household_id == moderator.household_id for one in sides):
        return True
    if any(one.sign_in_id == moderator.sign_in_id for one in sides):
        return True
    guardians = [one.guardian_id for one in sides if one.guardian_id]
    own = await db.exec(
        select(Guardian.id).where(Guardian.sign_in_id == moderator.sign_in_id, col(Guardian.id).in_(guardians))
    )
    declared = await db.exec(
        select(Conflict.resident_id).where(
            Conflict.moderator_id == moderator.id, col(Conflict.resident_id).in_([one.id for one in sides])
        )
    )
    return own.first() is not None or declared.first() is not None


async def must_be_vetted(db: AsyncSession, moderator: Moderator, *, now: datetime) -> None:
    """Children's matches and letters: a current check and training, and a lead and deputy (R38, R39, R46). A teacher is
    checked by the school, which has said so to a moderator of the town."""
    if not await is_vetted(db, moderator, now=now):
        raise Refused(Refusal.VETTING_MISSING)
    if moderator.association_id not in await world.children_allowed(db):
        raise Refused(Refusal.CHILDREN_MODULE_OFF)


async def is_vetted(db: AsyncSession, moderator: Moderator, *, now: datetime) -> bool:
    """Whether all proofs are there and have not run out at this moment. A training is good for a year, whatever
    date was written beside it (rule R39)."""
    fresh = or_(col(Vetting.kind) != VettingKind.TRAINING, col(Vetting.seen_on) > now.date() - TRAINING_LASTS)
    found = await db.exec(
        select(Vetting.kind).where(Vetting.moderator_id == moderator.id, Vetting.expires_on > now.date(), fresh)
    )
    return set(found) >= (NEEDED_TO_TEACH if moderator.role is Role.TEACHER else NEEDED_FOR_CHILDREN)


def is_drafted(resident: Resident) -> bool:
    """A child for whom nobody has said yes yet: nobody is shown them, moderators neither (rule R08)."""
    return resident.band is Band.CHILD and resident.state in DRAFTED


async def associations_with_children_readers(db: AsyncSession, sides: Sequence[Resident]) -> frozenset[UUID]:
    """Of the towns' associations, those that have a moderator at all: each must approve a child's match (R15)."""
    towns = [one.town_id for one in sides]
    found = await db.exec(
        select(Moderator.association_id)
        .join(Town, col(Town.association_id) == col(Moderator.association_id))
        .where(col(Town.id).in_(towns), Moderator.active, col(Moderator.role).in_(MODERATING))
    )
    return frozenset(found)


async def must_take_part(db: AsyncSession, sides: Sequence[Resident], *, now: datetime) -> None:
    """Both confirmed, active and, if children, consented, in an association that may have children (R08, R46)."""
    if any(one.state is not ResidentState.ACTIVE for one in sides):
        raise Refused(Refusal.NOT_ACTIVE)
    for one in sides:
        if not await consent_holds(db, one, now=now):
            raise Refused(Refusal.CONSENT_MISSING)
    if any(one.band is Band.CHILD for one in sides):
        towns = await db.exec(select(Town.association_id).where(col(Town.id).in_([one.town_id for one in sides])))
        if not set(towns) <= await world.children_allowed(db):
            raise Refused(Refusal.CHILDREN_MODULE_OFF)


async def residents_in(db: AsyncSession, correspondence_id: UUID) -> list[Resident]:
    """The people of a correspondence, always in the same order."""
    found = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Participant.correspondence_id == correspondence_id)
        .order_by(col(Participant.id))
    )
    return list(found)
