"""Who of the demo walks through the site?"""

from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.people import sign_in_for
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Report, Role
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.schools import ClassTeacher, Pupil
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band

MODERATOR = "ilse.hargreave@team.example"
TEACHER = "ngozi.okafor@redcastle.example"


@dataclass(frozen=True, slots=True)
class People:
    """The rows of those who walk. `parent` is a guardian of several children, `asked` has a match to answer.
    `pupil` is one of the teacher’s who has letters."""

    adult: Resident
    child: Resident
    child_guardian: SignIn
    parent: SignIn
    moderator: SignIn
    asked: Resident
    asked_child: Resident | None
    teacher: SignIn
    pupil: Resident


async def people_of(db: AsyncSession) -> People:
    child = await _named(db, "Maisie", Band.CHILD)
    moderator, teacher = await sign_in_for(db, MODERATOR), await sign_in_for(db, TEACHER)
    assert moderator is not None
    assert teacher is not None
    asked_child = await _asked(db, Band.CHILD)
    asked = await _asked(db, Band.ADULT)
    assert asked is not None, "the demo has no approved match that waits for an answer"
    return People(
        adult=await _named(db, "Margaret", Band.ADULT),
        child=child,
        child_guardian=await guardian_of(db, child),
        parent=await _parent_of_several(db),
        moderator=moderator,
        asked=asked,
        asked_child=asked_child,
        teacher=teacher,
        pupil=await _pupil(db, teacher),
    )


async def reported_to(db: AsyncSession) -> Moderator:
    """The safeguarding lead of the town of somebody who reported a letter."""
    found = await db.exec(
        select(Moderator)
        .join(Town, col(Town.association_id) == col(Moderator.association_id))
        .join(Resident, col(Resident.town_id) == col(Town.id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .join(Report, col(Report.reporter_id) == col(Participant.id))
        .where(Moderator.role == Role.LEAD)
        .order_by(col(Report.id))
    )
    return found.all()[0]


async def _named(db: AsyncSession, name: str, band: Band) -> Resident:
    """Of that name, and with letters."""
    found = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Resident.first_name == name, Resident.band == band)
        .order_by(col(Resident.created_at))
    )
    return found.all()[0]


async def _pupil(db: AsyncSession, teacher: SignIn) -> Resident:
    """The first pupil of the teacher’s classes to whom somebody wrote."""
    found = await db.exec(
        select(Resident)
        .join(Pupil, col(Pupil.resident_id) == col(Resident.id))
        .join(ClassTeacher, col(ClassTeacher.class_id) == col(Pupil.class_id))
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .join(Letter, col(Letter.correspondence_id) == col(Participant.correspondence_id))
        .where(
            Moderator.sign_in_id == teacher.id,
            col(Letter.author_id) != col(Participant.id),
            Letter.state == LetterState.DELIVERED,
        )
        .order_by(col(Resident.first_name), col(Resident.id))
    )
    return found.all()[0]


async def guardian_of(db: AsyncSession, child: Resident) -> SignIn:
    guardian = await db.get_one(Guardian, child.guardian_id)
    return await db.get_one(SignIn, guardian.sign_in_id)


async def _parent_of_several(db: AsyncSession) -> SignIn:
    """A guardian who may write as two children, else any."""
    other = aliased(Resident)
    found = await db.exec(
        select(Guardian.sign_in_id)
        .join(Resident, col(Resident.guardian_id) == col(Guardian.id))
        .outerjoin(other, (col(other.guardian_id) == col(Guardian.id)) & (col(other.id) != col(Resident.id)))
        .where(Resident.state == ResidentState.ACTIVE)
        .order_by(col(other.id).is_(None), col(Guardian.id))
    )
    return await db.get_one(SignIn, found.all()[0])


async def _asked(db: AsyncSession, band: Band) -> Resident | None:
    """Somebody with an approved match who has not answered yet."""
    found = await db.exec(
        select(Resident)
        .join(MatchSide, col(MatchSide.resident_id) == col(Resident.id))
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(Match.state == MatchState.APPROVED, col(MatchSide.answer).is_(None), Resident.band == band)
        .order_by(col(Match.id), col(MatchSide.id))
    )
    return found.first()
