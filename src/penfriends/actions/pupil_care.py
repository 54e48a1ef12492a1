"""What does a teacher change about one pupil: the name, what they write and like, the guardian's yes, and leaving?

The birth date is not among it: a moderator of the town changes it, with a reason (rule R05).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, board_agreement, class_locks, pupils, reports, sessions, teaching
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import PaperYes, Pupil, SchoolClass
from penfriends.rules.matching import Level

LEFT_CLASS = "left_class"


@dataclass(frozen=True, slots=True)
class Written:
    """What the page of a pupil says, as the form has judged it."""

    first_name: str
    initial: str
    languages: Mapping[str, Level]
    interests: Sequence[str]


async def edit(db: AsyncSession, resident_id: UUID, teacher: Moderator, written: Written, *, now: datetime) -> Pupil:
    """Name, languages and likes. Raises NotFound for a foreign pupil and one who has left."""
    pupil = await here(db, resident_id, teacher)
    await name(db, pupil, written.first_name, written.initial)
    await pupils.set_languages(db, pupil.resident_id, written.languages)
    await pupils.set_interests(db, pupil.resident_id, written.interests)
    await changed(db, pupil, teacher, ("languages", "likes", "name"), now=now)
    return pupil


async def name(db: AsyncSession, pupil: Pupil, first_name: str, initial: str) -> None:
    resident = await db.get_one(Resident, pupil.resident_id)
    resident.first_name, pupil.initial = first_name, initial
    db.add_all([resident, pupil])
    await db.flush()


async def changed(db: AsyncSession, pupil: Pupil, teacher: Moderator, what: Sequence[str], *, now: datetime) -> None:
    """The profile is another one now, and the log says which part and who."""
    resident = await db.get_one(Resident, pupil.resident_id)
    resident.profile_changed_at = now
    db.add(resident)
    await _note(db, teacher, pupil, "change_pupil", {"fields": list(what)}, now=now)


async def set_presence(db: AsyncSession, resident_id: UUID, teacher: Moderator, *, present: bool) -> Pupil:
    """Away: the next partnering leaves them out, and they join later (rules/late_pupils.py)."""
    pupil = await here(db, resident_id, teacher)
    pupil.present = present
    db.add(pupil)
    await db.flush()
    return pupil


async def set_volunteer(db: AsyncSession, resident_id: UUID, teacher: Moderator, *, volunteer: bool) -> Pupil:
    """Whether they would like to write with two pupils if the classes are not of the same size."""
    pupil = await here(db, resident_id, teacher)
    pupil.volunteer = volunteer
    db.add(pupil)
    await db.flush()
    return pupil


async def set_paper(
    db: AsyncSession, resident_id: UUID, teacher: Moderator, paper: PaperYes, *, now: datetime
) -> Pupil:
    """How the guardian said yes, in one press; a second press changes nothing. `none` stops every letter (rule R10)."""
    pupil = await here(db, resident_id, teacher)
    of = await _class_of(db, pupil)
    if pupil.paper is not paper or (paper is not PaperYes.NONE and await _ends_before(db, pupil, of)):
        await pupils.attest(db, pupil, of, teacher, paper, now=now)
    return pupil


async def _ends_before(db: AsyncSession, pupil: Pupil, of: SchoolClass) -> bool:
    """The yes was given for a school year that has become longer since: a new one is on the table."""
    found = await db.exec(
        select(Consent.expires_at).where(
            Consent.resident_id == pupil.resident_id, Consent.state == ConsentState.GIVEN
        )
    )  # fmt: skip
    last = found.first()
    return last is not None and last < pupils.end_of_year(of)


async def leave(db: AsyncSession, resident_id: UUID, teacher: Moderator, *, now: datetime) -> Pupil:
    """No longer in the class: what they write in ends, the sign-in closes, the guardian's yes is over. Letters stay
    readable for the teachers, and the partner's teacher sees on the own list who has nobody now."""
    pupil = await here(db, resident_id, teacher)
    open_ones = await db.exec(
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(Participant.resident_id == resident_id, Correspondence.state != CorrespondenceState.ENDED)
    )
    for correspondence_id in list(open_ones):
        await reports.end(db, correspondence_id, LEFT_CLASS, now=now)
    await pupils.attest(db, pupil, await _class_of(db, pupil), teacher, PaperYes.NONE, now=now)
    resident = await db.get_one(Resident, resident_id)
    resident.state, resident.left_at = ResidentState.LEFT, now
    pupil.left_at, pupil.pictures, pupil.locked_at, pupil.wrong_tries = now, None, None, 0
    db.add_all([resident, pupil])
    await board_agreement.left(db, pupil, teacher, now=now)
    if resident.sign_in_id is not None:
        await sessions.end_all(db, resident.sign_in_id)
    await _note(db, teacher, pupil, "pupil_left", {}, now=now)
    return pupil


async def come_back(db: AsyncSession, resident_id: UUID, teacher: Moderator, *, now: datetime) -> Pupil:
    """In the class again, with all that is known; the guardian has to say yes anew, and there is no partner yet.

    Raises Refused(ALREADY_DECIDED) for somebody who has not left.
    """
    pupil = await _held(db, resident_id, teacher)
    if pupil.left_at is None:
        raise Refused(Refusal.ALREADY_DECIDED)
    teaching.must_run(await _class_of(db, pupil))
    resident = await db.get_one(Resident, resident_id)
    if resident.birth_on is not None:
        pupils.must_be_of_age(resident.birth_on, now.date())
    resident.state, resident.left_at = ResidentState.AWAITING_CONSENT, None
    pupil.left_at, pupil.present = None, True
    db.add_all([resident, pupil])
    await _note(db, teacher, pupil, "pupil_back", {}, now=now)
    return pupil


async def here(db: AsyncSession, resident_id: UUID, teacher: Moderator) -> Pupil:
    """An own pupil who is in the class now, whom nobody else changes meanwhile. Raises NotFound."""
    pupil = await _held(db, resident_id, teacher)
    if pupil.left_at is not None:
        raise NotFound
    return pupil


async def _held(db: AsyncSession, resident_id: UUID, teacher: Moderator) -> Pupil:
    await teaching.own_pupil(db, resident_id, teacher)
    await class_locks.pupil(db, resident_id)
    return await teaching.own_pupil(db, resident_id, teacher)


async def _class_of(db: AsyncSession, pupil: Pupil) -> SchoolClass:
    return await db.get_one(SchoolClass, pupil.class_id)


async def _note(
    db: AsyncSession, teacher: Moderator, pupil: Pupil, action: str, details: Mapping[str, object], *, now: datetime
) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action=action, subject="resident",
        subject_id=pupil.resident_id, details=details,
    )  # fmt: skip
    await db.flush()
